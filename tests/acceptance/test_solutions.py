"""The solutions of tests/cases/solutions, put to a real crm_simulate: right ones pass, wrong ones are found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classroom import behaviour
from classroom.school import local_simulator
from classroom.simulator import on_node
from classroom.what_ifs import Simulate
from cli.context import Context
from inventory.providers import node_image
from tests.support.example_lab import example_lab
from tests.support.solutions import Solution, solutions


def judged(simulate: Simulate, solution: Solution) -> str:
    """What is wrong with the verdict about a solution; "" when it is right."""
    found = behaviour.problems(solution.cib, example_lab(), simulate)
    if solution.right:
        return f"{solution.name} is right, but was refused: {found}" if found else ""
    return "" if solution.check in found else f"{solution.name} is wrong, found only: {found}"


def test_a_real_node_judges_every_fourth_solution(
    context: Context, record_property: Callable[[str, object], None]
) -> None:
    """Each takes about a second; tests/unit judges all of them by recorded answers."""
    simulate, chosen = on_node(context.session, context.lab.node1.name), solutions()[::4]
    wrong = [text for one in chosen if (text := judged(simulate, one))]
    record_property("solutions", len(chosen))
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("right", [True, False])
def test_without_a_lab_the_node_image_judges(*, right: bool) -> None:
    """`./lab collect` asks the node image on a machine without crm_simulate."""
    tag = node_image.any_present()
    if not tag:
        pytest.skip("this machine has no node image")
    solution = next(one for one in solutions() if one.right is right)
    assert judged(local_simulator.in_image(tag), solution) == ""
