"""Right solutions are accepted and wrong ones are found, whatever they were made with: judged by what the cluster does.

The answers of crm_simulate are recorded (tests/cases/solutions/README.md); tests/acceptance asks a node's own one.
"""

from __future__ import annotations

from collections import Counter

import pytest

from classroom import behaviour
from tests.support.example_lab import example_lab
from tests.support.solutions import Solution, recorded, replay, solutions, versions

OURS = "pcs 0.11"
"""What the lab's own commands use."""
NEWEST = "2.1.5"
"""The version that answered about every solution."""
CASES = [
    pytest.param(version, one, id=f"{one.name} ({version})")
    for version in versions()
    for one in solutions()
    if one.name in recorded(version)
]


@pytest.mark.parametrize(("version", "solution"), CASES)
def test_a_solution_is_judged_by_what_the_cluster_does(version: str, solution: Solution) -> None:
    found = behaviour.problems(solution.cib, example_lab(), replay(recorded(version)[solution.name]))
    told = "\n".join(f"{check}: {line}" for check, lines in found.items() for line in lines)
    if solution.right:
        assert not found, f"{solution.name} is right ({solution.note}), but was refused:\n{told}"
    else:
        assert solution.check in found, f"{solution.name} is wrong ({solution.note}), found only:\n{told}"


def test_there_are_enough_solutions_of_each_kind() -> None:
    kinds = Counter(one.right for one in solutions())
    others = Counter(one.right for one in solutions() if one.by != OURS)
    assert kinds[True] >= 40
    assert kinds[False] >= 40
    assert others[True] >= 12
    assert others[False] >= 12
    assert set(recorded(NEWEST)) == {one.name for one in solutions()}
    assert len(versions()) >= 3


def test_every_check_of_the_behaviour_refuses_some_solution() -> None:
    assert {one.check for one in solutions() if not one.right} == set(behaviour.CHECKS)
