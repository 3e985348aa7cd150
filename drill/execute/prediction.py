"""The live cluster's own times, and the outage of a scenario predicted from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cluster import corosync_state, gratuitous_arp, outage_bounds
from cluster.cib import Cib
from cluster.outage_bounds import Kind, Timing
from drill.faults import registry as faults
from drill.faults.base import Fault
from drill.record.header import Prediction
from drill.scenarios.base import ClusterTime, Inject, Scenario
from inventory.config.cluster_properties import fencing, milliseconds, starts_without_quorum
from inventory.errors import LabError
from inventory.model import Command, Lab
from inventory.remote.ssh import Remote, check
from inventory.session import LabSession


@dataclass(frozen=True)
class LiveTimings:
    """The live cluster's own times by name, and the predicted outage (None: nothing can be predicted).

    All times in seconds. `token_s` and `consensus_s` are those of the running corosync.
    """

    cluster_times: Mapping[ClusterTime, float]
    prediction: Prediction | None
    token_s: float
    consensus_s: float


def predict(session: LabSession, scenario: Scenario, live: Cib) -> LiveTimings:
    """Read token and consensus of the running corosync, the address's agent and the live CIB.

    Raises CommandFailed; OutputError when an output lacks a value; LabError when the address is not configured.
    """
    lab, remote = session.lab, session.remote
    times = corosync_state.timings_script(session.platform.corosync)
    token, consensus = corosync_state.timings(_read(remote, lab, times, "read-totem-times"))
    monitors = _monitors(lab, live)
    properties = live.configuration.properties
    first = next((faults.get(move.fault) for move in scenario.moves if isinstance(move, Inject)), None)
    timing = replace(
        outage_bounds.timing(lab),
        token_s=token,
        consensus_s=consensus,
        arp_s=_arp(lab, remote, live),
        stop_s=session.platform.times.stop,
        start_s=session.platform.times.start,
        times_why=session.platform.times.why,
        monitor_s=monitors.get(first.monitor if first else "web", 0.0),
        survivor_acts=lab.corosync.two_node
        or scenario.overrides.two_node
        or starts_without_quorum(properties),
        fencing=fencing(properties),
    )
    cluster_times: dict[ClusterTime, float] = {"loss": token + consensus}
    cluster_times |= {f"{kind} monitor": interval for kind, interval in monitors.items()}  # type: ignore[misc]
    prediction = _prediction(scenario.kind, timing, first, live) if scenario.kind else None
    return LiveTimings(cluster_times, prediction, token, consensus)


def _arp(lab: Lab, remote: Remote, live: Cib) -> float:
    """The time between two gratuitous ARPs of the address, as configured now (seconds)."""
    id_ = lab.resource("address").id
    address = next((one for one in live.configuration.resources if one.id == id_), None)
    if address is None:
        raise LabError(f"{id_} is not configured", hint="./lab provision")
    script = gratuitous_arp.metadata_script(address.agent)
    return gratuitous_arp.interval(_read(remote, lab, script, "read-agent-metadata"), address.attributes)


def _read(remote: Remote, lab: Lab, script: str, purpose: str) -> str:
    why = purpose.replace("-", " ")
    return check(remote, Command.script(lab.node1.name, script, why=why, deadline=10, purpose=purpose)).out


def _monitors(lab: Lab, live: Cib) -> dict[str, float]:
    """The monitor interval by kind of resource (seconds): the shortest of several, 0 without a monitor."""
    written = {one.id: (one.monitor or "").split(",") for one in live.configuration.resources}
    kinds = {one.kind: written[one.id] for one in lab.resources if one.id in written}
    return {
        kind: min(filter(None, (milliseconds(text) for text in texts)), default=0) / 1000
        for kind, texts in kinds.items()
    }


def _may_move(live: Cib) -> bool:
    """Whether a resource may leave the node where it failed: a migration-threshold is set (0 and INFINITY: none)."""
    metas = (live.configuration.defaults, *(one.meta for one in live.configuration.resources))
    return any(meta.get("migration-threshold", "0") not in ("0", "INFINITY") for meta in metas)


def _prediction(kind: Kind, timing: Timing, first: Fault | None, live: Cib) -> Prediction:
    answers = first.answers if first else None
    found = outage_bounds.bounds(kind, timing, answers=answers, moves=_may_move(live))
    most = None if found.outage_most == outage_bounds.NEVER else found.outage_most
    return Prediction(found.outage_least, most, tuple(found.lines()))
