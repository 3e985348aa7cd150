"""Replaces values with the same effect for the service as the wanted values by the wanted values.

Pure. The differences that stay have another effect, or their effect is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cluster import scores
from cluster.cib import Cib
from cluster.configuration import Configuration, Primitive
from cluster.fencing import services
from cluster.foreign import in_place_of
from cluster.service_agents import ADDRESS_AGENTS, APACHE_AGENT, SERVICE_CLASSES
from cluster.values import same, times
from inventory.model import INFINITY, Colocation, Constraint, Location, Order

STICKINESS = "resource-stickiness"
SLOWEST_MONITOR_MS = 60_000
"""A failed resource is still found within a minute."""
SHORTEST_TIMEOUT_MS = 15_000
"""Enough for the operations of an address or a web server whose agent advises no time-out."""
_FOUND_BY_AGENT = ("nic", "cidr_netmask")
"""Options of an address that its agent finds out by itself; the address on the node shows whether it did."""


def as_wanted(want: Configuration, have: Cib) -> Cib:
    """The CIB with the wanted values in the place of those with the same effect."""
    stored = have.configuration
    resources = _shared_stickiness(stored)
    wanted = {one.id: one for one in want.resources}
    known = replace(
        stored,
        defaults=resources[1],
        resources=tuple(_resource(wanted[one.id], one) if one.id in wanted else one for one in resources[0]),
    )
    constraints = tuple(dict.fromkeys(_constraint(one, want, known) for one in stored.constraints))
    return replace(
        have,
        configuration=replace(
            known,
            defaults=_defaults(want, known),
            colocations=_of(Colocation, constraints),
            orders=_of(Order, constraints),
            locations=_of(Location, constraints),
        ),
        constraints=tuple((one, f"equivalent-{number}") for number, one in enumerate(constraints)),
    )


def equivalent_agents(one: str, other: str) -> bool:
    """Whether two agents do the same: both IP addresses, or one service by different classes of agents."""
    if one == other or {one, other} <= set(ADDRESS_AGENTS):
        return True
    (class_one, _, name_one), (class_other, _, name_other) = one.partition(":"), other.partition(":")
    if class_one in SERVICE_CLASSES and other == APACHE_AGENT:
        return True
    return class_one in SERVICE_CLASSES and class_other in SERVICE_CLASSES and name_one == name_other


def _resource(want: Primitive, have: Primitive) -> Primitive:
    if not equivalent_agents(want.agent, have.agent):
        return have
    monitors = times(have.monitor)
    quick = bool(monitors) and all(isinstance(one, int) and 0 < one <= SLOWEST_MONITOR_MS for one in monitors)
    stays = {name: time for name, time in have.timeouts.items() if not _long_enough(want, name, time)}
    operations = (
        {**have.operations, "monitor": want.operations.get("monitor", "")} if quick else have.operations
    )
    attributes = have.attributes
    if have.agent == APACHE_AGENT:
        attributes = (
            want.attributes
        )  # its options say where the server is; the served page shows that they are right
    absent = {name: want.attributes[name] for name in _FOUND_BY_AGENT if name in want.attributes}
    return replace(
        have,
        agent=want.agent,
        attributes={**absent, **attributes},
        operations=operations,
        timeouts=stays,
        advised=want.advised,
    )


def _long_enough(want: Primitive, operation: str, stored: str) -> bool:
    least = times(want.advised.get(operation))
    enough = least[0] if least and isinstance(least[0], int) else SHORTEST_TIMEOUT_MS
    return all(isinstance(one, int) and one >= enough for one in times(stored))


def _shared_stickiness(stored: Configuration) -> tuple[tuple[Primitive, ...], Mapping[str, str]]:
    """The stickiness as a default, when every resource sets the same one itself."""
    own = {one.meta.get(STICKINESS, stored.defaults.get(STICKINESS, "0")) for one in services(stored)}
    if len(own) != 1:
        return stored.resources, stored.defaults
    plain = tuple(
        replace(one, meta={name: value for name, value in one.meta.items() if name != STICKINESS})
        for one in stored.resources
    )
    return plain, {**stored.defaults, STICKINESS: own.pop()}


def _defaults(want: Configuration, have: Configuration) -> Mapping[str, str]:
    """The defaults; another stickiness counts as the wanted one when resources stay, and move back, as with it."""
    wanted, stored = want.defaults.get(STICKINESS), have.defaults.get(STICKINESS)
    if wanted is None or stored is None or same(STICKINESS, wanted, stored):
        return have.defaults
    there = {(one.resource, one.node): one.score for one in have.locations}
    outcomes = [
        [score > 0, *(other.score > total for other in want.locations)]
        for score in (scores.parse(wanted), scores.parse(stored))
        for total in [min(score * len(services(want)), INFINITY)]
    ]
    moves = [
        there.get((one.resource, one.node), one.score) > scores.parse(stored) * len(services(want))
        for one in want.locations
    ]
    alike = outcomes[0] == outcomes[1] and moves == outcomes[0][1:]
    return {**have.defaults, STICKINESS: wanted} if alike else have.defaults


def _constraint(one: Constraint, want: Configuration, have: Configuration) -> Constraint:
    """The wanted constraint that has the same effect as a stored one, else the stored one."""
    for other in want.constraints:
        if (
            isinstance(one, Location)
            and isinstance(other, Location)
            and _same_preference(one, other, want, have)
        ):
            return other
        if (
            isinstance(one, Colocation)
            and isinstance(other, Colocation)
            and one.score == other.score == INFINITY
            and in_place_of(one, (other,))
        ):
            return other  # mandatory in both directions: one resource never runs without the other
    return one


def _same_preference(one: Location, other: Location, want: Configuration, have: Configuration) -> bool:
    """Whether two locations prefer one node for colocated resources, and both or none beat their stickiness."""
    alike = one.resource == other.resource or _together(one.resource, other.resource, want)
    if one.node != other.node or not alike:
        return False
    one_beats, other_beats = (
        location.score > scores.parse(side.defaults.get(STICKINESS, "0")) * len(services(side))
        for location, side in ((one, have), (other, want))
    )
    return one.score == other.score or (one_beats and other_beats)


def _together(one: str, other: str, want: Configuration) -> bool:
    return any(
        {one, other} == {both.resource, both.with_resource} and both.score == INFINITY
        for both in want.colocations
    )


def _of(kind: type, constraints: Iterable[Constraint]) -> tuple:  # type: ignore[type-arg]
    return tuple(sorted((one for one in constraints if isinstance(one, kind)), key=repr))
