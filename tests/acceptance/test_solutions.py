"""The solutions of tests/cases/solutions, put to a real node's crm_simulate: right ones pass, wrong ones are found."""

from __future__ import annotations

from collections.abc import Callable

from classroom import behaviour
from classroom.simulator import on_node
from cli.context import Context
from tests.support.example_lab import example_lab
from tests.support.solutions import Solution, solutions


def judged(context: Context, solution: Solution) -> str:
    """What is wrong with the verdict about a solution; "" when it is right."""
    simulate = on_node(context.session, context.lab.node1.name)
    found = behaviour.problems(solution.cib, example_lab(), simulate)
    if solution.right:
        return f"{solution.name} is right, but was refused: {found}" if found else ""
    return "" if solution.check in found else f"{solution.name} is wrong, found only: {found}"


def test_a_real_node_judges_every_solution(
    context: Context, record_property: Callable[[str, object], None]
) -> None:
    wrong = [text for one in solutions() if (text := judged(context, one))]
    record_property("solutions", len(solutions()))
    assert wrong == [], "\n".join(wrong)
