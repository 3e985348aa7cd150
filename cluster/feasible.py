"""Values of lab.yaml that pacemaker accepts, but with which the service would never start.

Each rule names the key, so that the message can give the line in lab.yaml.
Sources: Pacemaker Explained, "Cluster Options" and "Scores".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cluster.placement import Decision, place
from inventory.config.cluster_properties import boolean, fencing, milliseconds
from inventory.model import INFINITY, NO_FENCING, Lab, Location

Problem = tuple[str, str]
"""A key path of lab.yaml, and the mistake there."""
FENCING = ("stonith-enabled", "fencing-enabled")
NO_RESOURCES = {
    "stop-all-resources": True,
    "maintenance-mode": True,
    "is-managed-default": False,
}
"""Properties, each with the value that keeps pacemaker from starting any resource."""
LONGEST_WAIT_MS = 60_000
WAITS = ("dc-deadtime", "election-timeout", "transition-delay", "crmd-transition-delay")
"""Times that pass before pacemaker does anything."""


def problems(lab: Lab) -> Iterator[Problem]:
    """What keeps this lab from ever serving its page."""
    yield from _fencing(lab)
    yield from _properties(lab)
    yield from _placements(lab)


def doubts(lab: Lab) -> Iterator[str]:
    """Why a lab that can be built may not serve its page; one line each."""
    where = _decision(lab).winner
    if lab.has("web") and where[lab.resource("web").id] != where[lab.resource("address").id]:
        yield "the constraints let the web server and the address run on different nodes: then no client gets a page"
    if fencing(lab.properties) and not any(name in lab.properties for name in FENCING):
        yield 'fencing is on by default, and the lab has no fence device: set stonith-enabled: "false" in lab.yaml'


def _fencing(lab: Lab) -> Iterator[Problem]:
    """Refuse fencing when the lab has no fence device."""
    for name in FENCING if lab.fencing == NO_FENCING else ():
        if boolean(lab.properties.get(name, "")):
            yield (
                f"properties.{name}",
                'found "true"; allowed: "false": this lab has no fence device, and without one no resource starts;'
                " `fencing: ipmi` adds fence devices and sets this property",
            )


def _properties(lab: Lab) -> Iterator[Problem]:
    for name, wrong in NO_RESOURCES.items():
        if boolean(lab.properties.get(name, "")) is wrong:
            yield f"properties.{name}", f'found "{lab.properties[name]}": pacemaker would start no resource'
    for name in WAITS:
        if (milliseconds(lab.properties.get(name, "")) or 0) > LONGEST_WAIT_MS:
            longest = LONGEST_WAIT_MS // 1000
            yield (
                f"properties.{name}",
                f'found "{lab.properties[name]}"; allowed: at most {longest}s, or the cluster starts too late',
            )


def _placements(lab: Lab) -> Iterator[Problem]:
    pair = {one.id for one in lab.resources}
    web, address = lab.resource("web").id if lab.has("web") else "", lab.resource("address").id
    for at, one in enumerate(lab.colocations):
        if {one.resource, one.with_resource} == pair and one.score <= -INFINITY:
            yield (
                f"constraints.colocation[{at}]",
                f"found the score -INFINITY: {web} never runs where {address} is, so no client gets a page",
            )
            return
    clones = {one.id for one in lab.resources if one.clone}
    for at, one in enumerate(lab.colocations):
        if one.resource in clones and one.score >= INFINITY:
            yield (
                f"constraints.colocation[{at}]",
                f"found the clone {one.resource} with {one.with_resource}: the clone would run only on that node;"
                f" allowed: {one.with_resource} with {one.resource}",
            )
            return
    nowhere = [id_ for id_, node in _decision(lab).winner.items() if node is None]
    if nowhere:
        yield (
            "constraints",
            f"no node may run {' and '.join(nowhere)}: correct the locations, or symmetric-cluster",
        )


def _decision(lab: Lab) -> Decision:
    return place(
        [node.name for node in lab.nodes],
        [one.id for one in lab.resources],
        stickiness=lab.stickiness,
        locations=_locations(lab),
        colocations=lab.colocations,
    )


def _locations(lab: Lab) -> Iterable[Location]:
    """The locations; with symmetric-cluster=false a resource may run only on the nodes that they name."""
    yield from lab.locations
    if boolean(lab.properties.get("symmetric-cluster", "true")) is not False:
        return
    named = {(one.resource, one.node) for one in lab.locations}
    for one in lab.resources:
        for node in lab.nodes:
            if (one.id, node.name) not in named:
                yield Location(f"opt-in-{one.id}-{node.alias}", one.id, node.name, -INFINITY)
