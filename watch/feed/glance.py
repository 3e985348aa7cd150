"""Looks at a lab now and then, for its tile in the class view: much cheaper than an observation.

Two requests in each second, and one judgement in a while, whose readings of the nodes stand in place of the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from drill.observe.http_probe import Probe, ProbeSettings
from drill.observe.observation import Observation, ObservationSink, Observing
from drill.record.timeline import NodeReading
from inventory.model import Node
from status.lab_status import LabStatus
from status.node_status import NodeStatus
from watch.feed.hub import Hub
from watch.feed.judge import EVERY_S, Judge
from watch.feed.observed import Observed
from watch.feed.opened import Open, OpenLab

HZ = 2.0
"""The requests in each second."""
STALE_READINGS = 3.0
"""After so many intervals without a judgement, a lab is unknown."""


def every(labs: int) -> float:
    """The time between two judgements of one lab (seconds): at most one lab is judged in each second."""
    return max(EVERY_S, float(labs))


def glanced(hub: Hub, open_lab: Open, interval: float) -> Observed:
    """The background that looks at one lab. `interval` is the time between two judgements (seconds)."""
    return Observed(
        hub,
        open_lab,
        judge=lambda hub, lab: _judge(hub, lab, interval),
        observing=_probed,
        stale_s=STALE_READINGS * interval,
    )


def _judge(hub: Hub, lab: OpenLab, interval: float) -> Judge:
    def on_status(asked: float, found: LabStatus) -> None:
        at = hub.clock()
        for node, status in found.nodes.items():
            hub.take(reading(lab, asked, at, node, status))

    return Judge(hub, lab, on_status, interval)


def reading(lab: OpenLab, asked: float, at: float, node: Node, found: NodeStatus) -> NodeReading:
    """What a node's status says, as a reading of a watch."""
    if not found.reachable:
        return NodeReading(asked=asked, at=at, node=node.name, seen=False)
    state, ids = found.state, [one.id for one in lab.session.lab.resources]
    return NodeReading(
        asked=asked,
        at=at,
        node=node.name,
        owns_vip=found.holds_vip,
        web=found.web,
        quorate=state.quorate if state else None,
        members=tuple(one.name for one in state.nodes if one.online) if state else (),
        dc=(state.dc or "") if state else "",
        corosync=state is not None,
        placements={id_: next(iter(state.where(id_)), "") for id_ in ids} if state else {},
    )


def _probed(lab: OpenLab) -> Observing:
    settings = replace(ProbeSettings.of(lab.session.lab), hz=HZ, keepalive_hz=0.0)

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
        with Probe(settings, since, sink.sample, lab.guard) as probe:
            yield Observation(probe.rate, 0)

    return observe
