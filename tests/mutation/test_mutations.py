"""The mutation gate: every broken configuration, on the real nodes, is caught by the check that is named for it.

The same rows are the classroom's exercises (classroom/exercises.py). A check that cannot fail would let its
mutation live, and the test fails. After each repair the files of the nodes are as they were before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom.checks import CHECKS, judge, not_passed
from classroom.exercise import Exercise
from classroom.exercise_run import break_lab, caught, repair, undo, wait_until_passed
from classroom.exercises import EXERCISES, for_platform, get
from classroom.snapshot import look
from cli.context import Context
from drill.checks.verdict import FAIL
from inventory.errors import ConfigError
from inventory.model import Command
from inventory.remote.ssh import check
from provision import reset


@pytest.fixture
def whole(context: Context) -> Iterator[Context]:
    """The lab before: every check passes. And after, whatever happened: they pass again, with the same files."""
    if not_passed(judge(context.session, look(context.session, context.fetch))):
        undo(context.session, *for_platform(context.session.platform))
        reset.run(context.session)
        wait_until_passed(context.session, context.fetch)
    before = traces(context)
    yield context
    wait_until_passed(context.session, context.fetch)
    after = traces(context)
    assert {node: sorted(before[node] ^ after[node]) for node in before if before[node] != after[node]} == {}


def traces(context: Context) -> dict[str, frozenset[str]]:
    """Mode, owner and sum of each file of a node that an exercise may change, by node."""
    text = Path(__file__).with_name("traces.sh").read_text()
    asked = [Command.script(node.name, text, purpose="read-traces") for node in context.lab.nodes]
    return {one.node: frozenset(check(context.remote, one).out.splitlines()) for one in asked}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda row: row.name)
def test_mutation_is_caught(whole: Context, exercise: Exercise) -> None:
    session = whole.session
    if exercise not in for_platform(session.platform):
        with pytest.raises(ConfigError, match="no exercise"):
            get(session, exercise.name)
        return
    if exercise.needs(session.lab):
        with pytest.raises(ConfigError, match="has no witness"):
            get(session, exercise.name)
        return
    try:
        break_lab(exercise, session)
        # A mutation that lives shows a check that cannot fail: see classroom/checks.py.
        verdicts = caught(exercise, session, whole.fetch)
    finally:
        repair(exercise, session)
    assert [verdict.check for verdict in verdicts if verdict.status == FAIL] == [
        check.name for check in CHECKS if check.name in exercise.checks
    ]
    assert all(verdict.concept for verdict in verdicts), "a failure teaches"
    assert all(verdict.command for verdict in verdicts), "and says where to look"
