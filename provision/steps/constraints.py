"""Step 7.1.1 to 7.1.3: colocation, order and location."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cluster import configuration, pcs
from inventory.model import Colocation, Command, Constraint, Lab, Location, Order
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Problems, Step, cib_delete, no_problem, pcs_on

TAGS = {Colocation: "rsc_colocation", Order: "rsc_order", Location: "rsc_location"}


def _same_place(one: Constraint, other: Constraint) -> bool:
    """Whether two constraints are about the same thing, whatever their scores."""
    if isinstance(one, Location) and isinstance(other, Location):
        return one.id == other.id or (one.resource, one.node) == (other.resource, other.node)
    if isinstance(one, Colocation) and isinstance(other, Colocation):
        return {one.resource, one.with_resource} == {other.resource, other.with_resource}
    if isinstance(one, Order) and isinstance(other, Order):
        return {one.first, one.then} == {other.first, other.then}
    return False


def stored(facts: Facts) -> list[tuple[Constraint, str]]:
    """The constraints of the CIB, with their ids."""
    cibs = [
        one.cib for one in facts.nodes.values() if one.cib is not None and one.cib.configuration is facts.cib
    ]
    return list(cibs[0].constraints) if cibs else []


def _remove(session: LabSession, facts: Facts, constraint: Constraint, id_: str, why: str) -> Command:
    return cib_delete(session, facts, f'<{TAGS[type(constraint)]} id="{id_}"/>', why)


def _step(
    id_: str,
    number: str,
    of: Callable[[Lab], tuple[Constraint, ...]],
    add: Callable[..., pcs.Argv],
    why: str,
    *,
    settled: Problems = no_problem,
) -> Step:
    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for want in of(session.lab):
            there = [(found, found_id) for found, found_id in stored(facts) if _same_place(want, found)]
            good = [found_id for found, found_id in there if found == want]
            for found, found_id in there:
                if found_id not in good[:1]:
                    yield _remove(session, facts, found, found_id, "another constraint is in its place")
            if not good:
                yield pcs_on(session, facts, add(session.platform.pcs, want), why)

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        have = [found for found, _ in stored(facts)]
        for want in of(session.lab):
            if want not in have:
                yield f"the CIB has no {configuration.describe(want)}"
        yield from settled(session, facts)

    def undo(session: LabSession, facts: Facts) -> Iterator[Command]:
        for found, found_id in stored(facts):
            if any(_same_place(want, found) for want in of(session.lab)):
                yield _remove(session, facts, found, found_id, f"no {id_}")

    return Step(id_, number, commands, problems, undo=undo)


def placed(session: LabSession, facts: Facts) -> Iterator[str]:
    """Colocated resources run on one node."""
    state = facts.state
    for colocation in session.lab.colocations if state else ():
        assert state is not None
        here, there = state.where(colocation.resource), state.where(colocation.with_resource)
        if here != there or len(here) != 1:
            yield (
                f"{colocation.resource} runs on {', '.join(here) or 'no node'},"
                f" {colocation.with_resource} on {', '.join(there) or 'no node'}"
            )


COLOCATION = _step(
    "colocation",
    "7.1.1",
    lambda lab: lab.colocations,
    pcs.colocation,
    "the web server where the address is",
    settled=placed,
)
ORDER = _step("order", "7.1.2", lambda lab: lab.orders, pcs.order, "first the address, then the web server")
LOCATION = _step(
    "location", "7.1.3", lambda lab: lab.locations, pcs.location, "the service prefers a node", settled=placed
)
