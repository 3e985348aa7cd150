"""Whether the lab is healthy: both nodes and the cluster as each of them sees it, read at once and judged.

The judgement is pure. Sources: crm_mon(8), ip-address(8), ps(1).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cluster import cib, crm_mon
from cluster.cib import Cib
from cluster.crm_mon import ClusterState
from drill.faults import remedies, repair
from drill.faults.base import FaultScope
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError
from inventory.model import Command, Lab, Node
from inventory.remote import sections
from inventory.remote.ssh import Remote


@dataclass(frozen=True)
class NodeStatus:
    """One node as read: whether it answers, holds the address, runs the web server, and sees the cluster.

    `left` says what of a drill's doing is still there, a line each.
    """

    reachable: bool = False
    holds_vip: bool = False
    web: bool = False
    busy: bool = False
    """Its DC is at work: what runs where is about to change."""
    state: ClusterState | None = None
    cib: Cib | None = None
    text: str = ""
    """The CIB as XML."""
    left: tuple[str, ...] = ()


def reading(scope: FaultScope) -> Command:
    """One command that reads all of a view."""
    web = scope.platform.web_process
    parts = {
        "vip": f"{remedies.holds_address(scope)} && echo yes",
        "web": f"ps -o stat= -C {web} | grep -q '^[^TZ]' && echo yes",
        # The states of a DC: S_IDLE, S_INTEGRATION, S_POLICY_ENGINE, S_TRANSITION_ENGINE ...; S_NOT_DC elsewhere.
        "busy": f"timeout 10 crmadmin -S {scope.target.name} | grep S_ | grep -qvE 'S_IDLE|S_NOT_DC' && echo yes",
        "state": f"timeout 10 {' '.join(crm_mon.COMMAND)}",
        "cib": f"timeout 10 {' '.join(cib.COMMAND)}",
        "left": repair.still_broken_script(scope, remedies.NODE),
    }
    return Command.script(scope.target.name, sections.script(parts), why="look at the node", deadline=30)


def parse(out: str) -> NodeStatus:
    """A view from what the reading printed."""
    parts = {name: text.strip() for name, text in sections.read(out).items()}
    left = tuple(line for line in parts.get("left", "").splitlines() if line != "yes")
    state = found = None
    with contextlib.suppress(LabError):  # on its way up or down: no cluster to be seen
        state, found = crm_mon.parse(parts.get("state", "")), cib.parse(parts.get("cib", ""))
    return NodeStatus(
        reachable=True,
        holds_vip=parts.get("vip") == "yes",
        web=parts.get("web") == "yes",
        busy=parts.get("busy") == "yes",
        state=state,
        cib=found,
        text=parts.get("cib", ""),
        left=left,
    )


def look(remote: Remote, where: tuple[FaultScope, ...]) -> dict[Node, NodeStatus]:
    """Read the nodes at the same time; one that does not answer is only shown as such."""

    def view(scope: FaultScope) -> NodeStatus:
        try:
            result = remote.run(reading(scope))
        except LabError:
            return NodeStatus()
        return parse(result.out) if result.good else NodeStatus()

    with ThreadPoolExecutor(max_workers=len(where)) as pool:
        return dict(zip((scope.target for scope in where), pool.map(view, where), strict=True))


def troubles(
    lab: Lab, views: Mapping[Node, NodeStatus], overrides: Overrides | None = None
) -> tuple[str, ...]:
    """What keeps the lab from being healthy, a line each; none when it is. `given` wants something else of it."""
    overrides = overrides or Overrides()
    return (*unconfigured(lab, views, overrides), *_troubles(lab, views, overrides))


def unconfigured(lab: Lab, views: Mapping[Node, NodeStatus], overrides: Overrides) -> tuple[str, ...]:
    """Which of lab.yaml's resources no cluster that answers knows, a line each."""
    states = [view.state for view in views.values() if view.state is not None]
    known = {placement.resource for state in states for placement in state.placements}
    wanted = [one.id for one in lab.resources if one.kind in overrides.resources] if states else []
    return tuple(f"{id_} is not configured: ./lab provision" for id_ in wanted if id_ not in known)


def _troubles(lab: Lab, views: Mapping[Node, NodeStatus], overrides: Overrides) -> Iterator[str]:
    for node, view in views.items():
        if not view.reachable:
            yield f"{node.name} does not answer"
        left = [line for line in view.left if not (overrides.two_node and line.endswith(remedies.VOTES))]
        yield from (f"{node.name}: {line}" for line in left)
        if view.reachable and view.state is None:
            yield f"{node.name}: no cluster answers there"
        if view.busy:
            yield f"{node.name}: the DC is at work"
        if view.state is not None:
            yield from (f"{node.name}: {line}" for line in _state(lab, view.state))
    yield from _service(lab, views)


def _state(lab: Lab, state: ClusterState) -> Iterator[str]:
    if state.dc is None:
        yield "sees no DC"
    if not state.quorate:
        yield "is WITHOUT quorum"
    yield from (f"does not see {node.name} online" for node in lab.nodes if node.name not in state.online)
    yield from (f"sees {node.name} in standby" for node in state.nodes if node.standby)
    for resource in dict.fromkeys(placement.resource for placement in state.placements):
        if not state.started(resource):
            where = " and ".join(state.where(resource)) or "nowhere"
            yield f"sees {resource} not well: it runs {where}"
    if any(not placement.managed for placement in state.placements):
        yield "sees resources unmanaged"
    yield from (f"sees {one.task} of {one.resource} failed on {one.node}" for one in state.failures)
    yield from (
        f"counts {count} failures of {name} on {on}" for (name, on), count in state.failcounts.items()
    )


def _service(lab: Lab, views: Mapping[Node, NodeStatus]) -> Iterator[str]:
    """Exactly one holder of the address, and it is the node where the cluster runs it; the web server there only."""
    for node, view in views.items():
        if view.cib is not None and view.cib.leftovers:
            yield f"{node.name}: constraints of a move or a ban: {', '.join(view.cib.leftovers)}"
    for kind, what, has in (("address", str(lab.vip), "holds_vip"), ("web", "the web server", "web")):
        id_ = lab.resource(kind).id
        for node, view in views.items():
            if view.state is None:
                continue
            meant, is_ = node.name in view.state.where(id_), bool(getattr(view, has))
            if meant and not is_:
                yield f"{node.name}: {id_} is said to run here, but {what} is not here"
            if is_ and not meant:
                yield f"{node.name}: {what} is here, but {id_} does not run here"
