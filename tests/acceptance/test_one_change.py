"""The configuration as one change, on the real nodes: the CIB is that of one command after another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest

from cli.context import Context
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply, reset
from provision.facts import gather
from provision.plan import plan_step
from provision.preparation import Preparation
from provision.steps import properties, start
from provision.steps.base import Step
from provision.steps.registry import STEPS

pytestmark = pytest.mark.smoke
AFTER_START = STEPS[STEPS.index(start.STEP) + 1 :]
BOOKKEEPING = re.compile(r'<nvpair [^>]*name="last-lrm-refresh"[^>]*>(?:</nvpair>)?')
"""The time of the latest clean-up, which the cluster keeps among its properties."""

WITHOUT_STEP_4 = ("crm_attribute", "-q", "-t", "crm_config", "-n", "stonith-enabled", "-D")
"""Step 4 is undone last: with stonith enabled and no device, pacemaker stops no resource."""


def configuration(session: LabSession) -> str:
    """The whole configuration with its ids, in its order; the order of an element's attributes has no meaning."""
    asked = Command(session.lab.node1.name, ("cibadmin", "-Q", "-o", "configuration"))
    text = ElementTree.canonicalize(check(session.remote, asked).out, strip_text=True)
    return BOOKKEEPING.sub("", text)


def in_a_prepared_change(session: LabSession, steps: Sequence[Step], progress: apply.Progress) -> int:
    """As in the first `up`: the change is prepared on a node's own CIB, and brought in later."""
    facts, preparation = gather(session), Preparation(session, steps)
    preparation.begin(facts)
    wanted = [(step, command) for step in steps for command in plan_step(step, session, facts).commands]
    for step, command in wanted:
        progress.command(step, command)
    change = preparation.take([command for _, command in wanted])
    assert change is not None, "it was prepared"
    check(session.remote, change)
    return apply.run_stages(session, steps)


def test_the_cib_is_the_same(context: Context) -> None:
    session = context.session
    found: list[str] = []
    shown: list[set[str]] = []
    for way in (apply.run, apply.run_stages, in_a_prepared_change):
        reset.run(session, properties.STONITH)
        check(session.remote, Command(session.lab.node1.name, WITHOUT_STEP_4))
        before = configuration(session)
        assert "<primitive" not in before
        shown.append(set())
        way(session, AFTER_START, apply.Progress(command=lambda _, command: shown[-1].add(command.line)))
        found.append(configuration(session))
    assert found[0] == found[1] == found[2]
    assert shown[0] == shown[1] == shown[2], "the document's commands"
    assert "<primitive" in found[0]
    assert apply.run_stages(session) == 0, "a second run has nothing to do"
