"""The live cluster's own times, and the outage of a scenario predicted from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cluster import cib_status, corosync_state, gratuitous_arp, outage_bounds, outage_interval
from cluster import fencing as fence_devices
from cluster.cib import Cib
from cluster.configuration import Primitive
from cluster.members import members
from cluster.outage_bounds import Bounds
from cluster.outage_interval import COVERAGE, LIKELY, Course, Target
from cluster.timing import Timing
from cluster.timing import timing as timing_of
from drill.execute.measured_times import MeasuredTimes, Rows, fingerprint
from drill.faults import registry as faults
from drill.record.header import Prediction
from drill.scenarios.base import MONITOR_TIME, ClusterTime, Inject, Scenario, single_moves
from inventory.config.cluster_properties import fencing, milliseconds, starts_without_quorum
from inventory.errors import LabError
from inventory.model import Command, Lab
from inventory.remote.ssh import Remote, check
from inventory.session import LabSession
from inventory.sizes import survivors_have_quorum

MARGIN_S = 10.0
"""Extra wait beyond the prediction (seconds), so that a late event is still recorded."""


@dataclass(frozen=True)
class LiveTimings:
    """The live cluster's own times by name, and the predicted outage (None: nothing can be predicted).

    All times in seconds. `token_s` and `consensus_s` are those of the running corosync.
    """

    cluster_times: Mapping[ClusterTime, float]
    prediction: Prediction | None
    token_s: float
    consensus_s: float

    def longest_wait(self, within: float) -> float:
        """The longest wait for a condition (seconds): `within`, or more when the cluster's own times are longer."""
        predicted = self.prediction
        possible = predicted and (predicted.most if predicted.possible is None else predicted.possible[1])
        longest = max(self.cluster_times["loss"], possible or 0.0)
        return max(within, longest + MARGIN_S)


def predict(
    session: LabSession, scenario: Scenario, live: Cib, text: str = "", contention: float | None = None
) -> LiveTimings:
    """Read token and consensus of the running corosync, the address's agent and the live CIB (`text`: as XML).

    `contention`: how contended the processors of this machine are (0 to 1).

    Raises CommandFailed; OutputError when an output lacks a value; LabError when the address is not configured.
    """
    lab, remote = session.lab, session.remote
    token, consensus = running_times(session)
    primitives = _primitives(live, text)
    monitors = _monitors(lab, primitives)
    properties = live.configuration.properties
    moves = single_moves(scenario.moves, len(lab.nodes))
    first = next((faults.get(move.fault) for move in moves if isinstance(move, Inject)), None)
    kind = first.monitor if first else "web"
    timing = replace(
        timing_of(lab),
        token_s=token,
        consensus_s=consensus,
        arp_s=_arp(lab, remote, primitives),
        stop_s=session.platform.times.stop,
        start_s=session.platform.times.start,
        times_why=session.platform.times.why,
        monitor_s=monitors.get(kind, 0.0),
        survivor_acts=survivors_have_quorum(lab)
        or scenario.overrides.two_node
        or starts_without_quorum(properties),
        fencing=fencing(properties),
        fence=fence_devices.times(fence_devices.in_cib(live.configuration), properties),
    ).patient(lab.patience)
    cluster_times: dict[ClusterTime, float] = {"loss": token + consensus, "request": lab.probe_timeout_s}
    cluster_times |= {MONITOR_TIME[name]: interval for name, interval in monitors.items()}
    prediction = None
    if scenario.kind:
        limits = outage_bounds.bounds(
            scenario.kind,
            timing,
            answers=first.answers if first else None,
            moves=_may_move(live, primitives),
            resource=kind,
        )
        answer = _monitor_answer(text, lab.resource(kind).id) if first and text and lab.has(kind) else None
        measured = timing if answer is None else replace(timing, monitor_answer_s=answer)
        fences = timing.fencing and timing.fence is not None
        kernel = session.provider.shares_kernel
        course, missing = _course(
            scenario,
            limits,
            len(lab.nodes),
            may_move=_may_move(live, primitives),
            clone=timing.clone,
            fences=fences,
            shares_kernel=kernel,
        )
        rows = Rows(missing=missing)
        dc_lost = _dc_lost(lab, text, scenario) if course == "loss" and text else None
        if course:
            known = MeasuredTimes.of(session)
            rows = known.usable(fingerprint(session, live), course, contention, dc_lost)
        target = Target(dc_lost, leaves_membership=first is not None and first.leaves_membership)
        prediction = _prediction(limits, measured, course, rows, target)
    return LiveTimings(cluster_times, prediction, token, consensus)


def running_times(session: LabSession) -> tuple[float, float]:
    """Token and consensus of the running corosync (seconds). Raises CommandFailed and OutputError."""
    script = corosync_state.timings_script(session.platform.corosync)
    return corosync_state.timings(_read(session.remote, session.lab, script, "read-totem-times"))


def _arp(lab: Lab, remote: Remote, primitives: Sequence[Primitive]) -> float:
    """The time between two gratuitous ARPs of the address, as configured now (seconds)."""
    id_ = lab.resource("address").id
    address = next((one for one in primitives if one.id == id_), None)
    if address is None:
        raise LabError(f"{id_} is not configured", hint="./lab provision")
    script = gratuitous_arp.metadata_script(address.agent)
    return gratuitous_arp.interval(_read(remote, lab, script, "read-agent-metadata"), address.attributes)


def _read(remote: Remote, lab: Lab, script: str, purpose: str) -> str:
    why = purpose.replace("-", " ")
    return check(remote, Command.script(lab.node1.name, script, why=why, deadline=10, purpose=purpose)).out


def _dc_lost(lab: Lab, text: str, scenario: Scenario) -> bool | None:
    """Whether the scenario's fault hits the DC, by the CIB; None when that is not known beforehand."""
    moves = single_moves(scenario.moves, len(lab.nodes))
    target = next((move.target for move in moves if isinstance(move, Inject)), None)
    owners, dc = cib_status.running_on(text, lab.resource("address").id), cib_status.dc(text)
    if target == "dc":
        return True
    if target not in ("active", "passive") or len(owners) != 1 or not dc:
        return None
    return (owners[0] == dc) == (target == "active") if len(lab.nodes) == 2 or target == "active" else None


def _primitives(live: Cib, text: str) -> tuple[Primitive, ...]:
    """All primitives of the live CIB, also those in groups, with the values from their templates.

    Without its XML (`text`) those of groups are not known.
    """
    return tuple(one.primitive for one in members(text)) if text else live.configuration.resources


def _monitors(lab: Lab, primitives: Sequence[Primitive]) -> dict[str, float]:
    """The monitor interval by kind of resource (seconds): the shortest of several, 0 without a monitor."""
    written = {one.id: (one.monitor or "").split(",") for one in primitives}
    kinds = {one.kind: written[one.id] for one in lab.resources if one.id in written}
    return {
        kind: min(filter(None, (milliseconds(text) for text in texts)), default=0) / 1000
        for kind, texts in kinds.items()
    }


def _may_move(live: Cib, primitives: Sequence[Primitive]) -> bool:
    """Whether a resource may leave the node where it failed: a migration-threshold is set (0 and INFINITY: none)."""
    metas = (live.configuration.defaults, *(one.meta for one in primitives))
    return any(meta.get("migration-threshold", "0") not in ("0", "INFINITY") for meta in metas)


def _monitor_answer(text: str, resource: str) -> float | None:
    """The longest that a monitor of the resource took, in the operation history (seconds); None without any."""
    found = [
        one.exec_time_ms / 1000
        for one in cib_status.operations(text)
        if one.exec_time_ms
        and (one.resource, one.operation) == (resource, "monitor")
        and one.interval_ms
        and one.rc == 0
    ]
    return max(found, default=None)


def _prediction(
    limits: Bounds, timing: Timing, course: Course | None, rows: Rows, target: Target
) -> Prediction:
    """The interval from what the lab measured; without that, the limits of what is possible, and the reason."""
    most = None if limits.outage_most == outage_bounds.NEVER else limits.outage_most
    if course is None or rows.missing:
        source = f"the limits of what is possible: {rows.missing}"
        return Prediction(limits.outage_least, most, (*limits.lines(), source), source=source)
    found = outage_interval.interval(course, timing, rows.lengths, source=rows.source, target=target)
    seen = [(found.least, found.most, COVERAGE)]
    if found.likely:
        seen.append((*found.likely, LIKELY))
    lines = [
        f"a client sees: {least:.2f} to {most:.2f} s, with a probability of {100 * share:g}%"
        for least, most, share in seen
    ]
    return Prediction(
        round(found.least, 3),
        round(found.most, 3),
        (*found.lines, *lines),
        coverage=COVERAGE,
        possible=(limits.outage_least, most),
        source=rows.source,
        contention=rows.during,
        likely=found.likely and (round(found.likely[0], 3), round(found.likely[1], 3)),
        likely_coverage=LIKELY if found.likely else None,
    )


def _course(
    scenario: Scenario,
    limits: Bounds,
    nodes: int,
    *,
    may_move: bool,
    clone: bool,
    fences: bool = False,
    shares_kernel: bool = False,
) -> tuple[Course | None, str]:
    """The course that the scenario's outage takes; or None, and why its times cannot be added up.

    `may_move`: see `_may_move`; `fences`: the cluster fences a lost node; `shares_kernel`: the nodes are containers.
    """
    injections = [move for move in single_moves(scenario.moves, nodes) if isinstance(move, Inject)]
    if len(injections) != 1:
        return None, f"the scenario injects {len(injections)} faults"
    fault = faults.get(injections[0].fault)
    if limits.outage_most == outage_bounds.NEVER:
        return None, "the outage may have no end"
    if (fault.answers and not fences) or (
        limits.outage_least == 0.0 and limits.kind in ("crash", "freeze", "partition", "none")
    ):
        return None, "clients may see no outage"
    if limits.kind == "process" and may_move:
        return None, "the resource may be started again on either node"
    if outage_bounds.VOTE in (phase.name for phase in limits.phases):
        return None, "the time until the witness gives its vote depends on how the node was lost"
    if fault.power == "power_on" and limits.kind == "graceful":
        return None, "the whole node shuts down, not only its cluster programs"
    if fences and limits.kind == "freeze" and shares_kernel:
        return None, "a frozen container runs for a moment when it is switched off, and may answer"
    course = outage_interval.course_of(
        limits.kind, fault.monitor, clone=clone, fences=fences, answers=bool(fault.answers)
    )
    return course, "" if course else f"no course is known for a fault of the kind {limits.kind}"
