"""Step 7.1.1 to 7.1.3: colocation, order and location."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cluster import configuration, fencing, pcs
from cluster.cib_constraints import TAGS, clone_ids, renamed
from cluster.foreign import about_the_same
from inventory.model import Command, Constraint, Lab
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Problems, Step, cib_delete, no_problems, pcs_on


def stored(facts: Facts) -> list[tuple[Constraint, str]]:
    """The constraints of the CIB, with their ids."""
    return list(facts.live.constraints) if facts.live else []


def wanted_constraints(lab: Lab) -> tuple[Constraint, ...]:
    """The constraints of lab.yaml, and those of the fence devices."""
    return (*lab.colocations, *lab.orders, *lab.locations, *fencing.apart(lab))


def same_place(session: LabSession, facts: Facts, want: Constraint) -> list[tuple[Constraint, str]]:
    """The stored constraints of the same kind for the same resources (and node) as `want`, `want` itself included.

    Other constraints of lab.yaml are left out.
    """
    others = {one for one in wanted_constraints(session.lab) if one != want}
    return [
        (found, id_) for found, id_ in stored(facts) if about_the_same(want, found) and found not in others
    ]


def put_in_place(
    session: LabSession, facts: Facts, want: Constraint, add: Callable[..., pcs.Argv], why: str
) -> Iterator[Command]:
    """Remove the stored constraints in the place of `want` that differ from it, and add it when it is missing."""
    there = same_place(session, facts, want)
    good = [found_id for found, found_id in there if found == want]
    for found, found_id in there:
        if found_id not in good[:1]:
            yield _remove(session, facts, found, found_id, "remove a constraint that differs from lab.yaml")
    if not good:
        named = renamed(want, clone_ids(session.lab.resources))
        yield pcs_on(session, facts, add(session.platform.pcs, named), why)


def _remove(session: LabSession, facts: Facts, constraint: Constraint, id_: str, why: str) -> Command:
    return cib_delete(session, facts, f'<{TAGS[type(constraint)]} id="{id_}"/>', why)


def _step(
    id_: str,
    number: str,
    of: Callable[[Lab], tuple[Constraint, ...]],
    add: Callable[..., pcs.Argv],
    why: str,
    *,
    more_problems: Problems = no_problems,
) -> Step:
    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for want in of(session.lab):
            yield from put_in_place(session, facts, want, add, why)

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        have = [found for found, _ in stored(facts)]
        for want in of(session.lab):
            if want not in have:
                yield f"the CIB has no {configuration.describe(want)}"
        yield from more_problems(session, facts)

    return Step(id_, number, commands, problems)


def placement_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Colocated resources that do not run on one node."""
    state = facts.state
    for colocation in session.lab.colocations if state else ():
        assert state is not None
        here, there = state.where(colocation.resource), state.where(colocation.with_resource)
        clones = {one.id for one in session.lab.resources if one.clone}
        apart = not set(here) <= set(there) if colocation.with_resource in clones else here != there
        if apart or len(here) != 1:
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
    more_problems=placement_problems,
)
ORDER = _step("order", "7.1.2", lambda lab: lab.orders, pcs.order, "first the address, then the web server")
LOCATION = _step(
    "location",
    "7.1.3",
    lambda lab: lab.locations,
    pcs.location,
    "the service prefers a node",
    more_problems=placement_problems,
)
