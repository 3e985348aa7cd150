"""The shortest and the longest outage of a fault, computed phase by phase from the cluster's own timings.

A takeover counts from the fault until the peer answers its first client; the outage is what a client
sees of it. Sources: corosync.conf(5) (token, token_retransmit, hold, consensus, join), Pacemaker
Explained (monitor operations, no-quorum-policy), cluster/arp.py. Seconds throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from cluster import fencing as fence_devices
from cluster.timing import WITNESS_SILENCE_S, Timing, timing
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.sizes import TOKEN_COEFFICIENT_MS

Kind = Literal["none", "graceful", "crash", "freeze", "partition", "process", "hang"]
NEVER = math.inf
RETRANSMITS = 4
"""token_retransmits_before_loss_const of corosync.conf(5)."""
HOLD = 0.8 / (RETRANSMITS + 0.2)
"""The part of the token timeout that an idle ring's representative holds the token: `hold`."""
FENCE = "fence"
"""The name of the phase in which a lost node is fenced."""
VOTE = "third vote"
"""The name of the phase in which the witness decides."""
JOIN_S = 0.05
"""corosync.conf(5): join, the wait for join messages before they are sent again."""


@dataclass(frozen=True)
class Phase:
    """One phase of the takeover: its shortest and longest time (seconds), and the reason."""

    name: str
    least: float
    most: float
    why: str


@dataclass(frozen=True)
class Bounds:
    """The phases in order, and the outage that a client can see.

    `outage_least` is 0 when the faulted node still answers. `outage_most` may be infinite.
    """

    kind: Kind
    phases: tuple[Phase, ...]
    outage_least: float
    outage_most: float

    @property
    def takeover_least(self) -> float:
        """The shortest time from the fault to the first answer after it."""
        return sum(phase.least for phase in self.phases)

    @property
    def takeover_most(self) -> float:
        """The longest time from the fault to the first answer after it; infinite when no node takes over."""
        return sum(phase.most for phase in self.phases)

    def admits(self, low: float, high: float) -> bool:
        """Tell whether a measured outage of `low` to `high` seconds fits the prediction."""
        return high >= self.outage_least and low <= self.outage_most

    def lines(self) -> tuple[str, ...]:
        """Describe each phase and the sum, for people."""
        rows = [f"{p.name}: {_range(p.least, p.most)}: {p.why}" for p in self.phases]
        return (*rows, f"a client sees: {_range(self.outage_least, self.outage_most)}")


def bounds(
    kind: Kind,
    timing: Timing,
    *,
    answers: bool | None = None,
    moves: bool = False,
    resource: Literal["web", "address"] = "web",
) -> Bounds:
    """Predict the outage for a kind of fault on the active node. Raises ConfigError for an unknown kind.

    `answers`: the faulted node still answers clients (only corosync killed, or only the traffic between
    the nodes cut), so that a client may see no outage. The default is true for a partition. With fencing, such a node
    answers only until it is switched off.
    `moves`: a migration-threshold is set, so that a failed resource may move to the other node. `resource` is the kind
    of resource that a "process" fault breaks.
    When a node comes back before the token is lost, the wait is shorter: its rejoin reports the loss.
    """
    if kind not in get_args(Kind):
        raise ConfigError(f"no such kind of fault: {kind!r}", hint=f"one of: {', '.join(get_args(Kind))}")
    if kind == "none":
        phase = Phase(
            "nothing", 0.0, timing.allowance_s, "the fault affects no active node; only the host may pause"
        )
        return Bounds(kind, (phase,), 0.0, timing.allowance_s)
    if kind == "hang":
        phases: tuple[Phase, ...] = (_noticed(timing, hangs=True), *_recovery(timing, here=True, moves=moves))
        return Bounds(kind, phases, 0.0, NEVER)
    if kind == "process":
        alone = timing.clone and resource == "address"
        phases = (_noticed(timing), *_recovery(timing, here=True, moves=moves, alone=alone))
    elif kind == "graceful":
        why = "corosync and pacemaker say that they leave: no token is waited for"
        recovery = _recovery(timing, here=False, stops=True, alone=timing.clone)
        phases = (Phase("detect", 0.0, JOIN_S, why), *recovery)
    else:
        phases = (*_loss(timing), *_recovery(timing, here=False, alone=timing.clone))
    quiet = answers if answers is not None else kind == "partition"
    least = sum(phase.least for phase in phases)
    if kind == "graceful":
        # A graceful leaver answers until the stop of its web server begins. Where only the address moves, it may do so
        # between two requests.
        least = 0.0 if timing.clone else timing.stop_s[0]
    # The fault falls between two probes.
    seen = 0.0 if quiet else max(0.0, least - timing.probe_s)
    most = sum(phase.most for phase in phases)
    if (quiet and kind == "crash") or kind == "freeze":
        return _switched_off(kind, phases, timing, quiet=quiet) or Bounds(kind, phases, seen, most)
    return Bounds(kind, phases, seen, most)


def _switched_off(kind: Kind, phases: tuple[Phase, ...], timing: Timing, *, quiet: bool) -> Bounds | None:
    """The outage around the moment when fencing switches the node off, in the phase FENCE; None where nothing fences.

    A node that answers (`quiet`) is missed only from then on. A frozen node may run for a moment when it is switched
    off, and its answers cut the outage in two: the longer part is at least the longer one of the two shortest parts.
    """
    names = [phase.name for phase in phases]
    if FENCE not in names or timing.fence is None:
        return None
    place = names.index(FENCE)
    later = sum(phase.least for phase in phases[place + 1 :]) + fence_devices.AFTER_OFF_S
    earlier = sum(phase.least for phase in phases[: place + 1]) - fence_devices.AFTER_OFF_S
    least = later if quiet else max(earlier, later)
    first = place if quiet else 0
    return Bounds(kind, phases, max(0.0, least - timing.probe_s), sum(phase.most for phase in phases[first:]))


def predict(lab: Lab, kind: Kind, *, answers: bool | None = None) -> Bounds:
    """Predict with the lab's own timings."""
    return bounds(kind, timing(lab).patient(lab.patience), answers=answers)


def _noticed(timing: Timing, *, hangs: bool = False) -> Phase:
    """Only a monitor detects that a process is gone; without an interval there is no monitor."""
    if not timing.monitor_s:
        return Phase("detect", 0.0, NEVER, "no monitor checks it")
    if hangs:
        return Phase("detect", 0.0, NEVER, "the agent's monitor checks the process, not its answers")
    why = f"a monitor every {timing.monitor_s:g} s, answering in {timing.monitor_answer_s:g} s"
    return Phase("detect", 0.0, timing.monitor_s + timing.monitor_answer_s, why)


def _loss(timing: Timing) -> tuple[Phase, ...]:
    token, consensus = timing.token_s, timing.consensus_s
    silent = max(0.0, WITNESS_SILENCE_S - token * (1 - HOLD) - consensus) + timing.allowance_s
    why = f"the witness gives its vote at the latest when it hears nothing for {WITNESS_SILENCE_S:g} s"
    return (
        Phase(
            "token lost",
            token * (1 - HOLD),
            token,
            f"corosync.conf(5) token: {token:g} s after the last token seen, which an idle ring holds for"
            f" up to {token * HOLD:.2f} s (hold); token_coefficient {_coefficient(timing.nodes)}",
        ),
        Phase(
            "membership",
            consensus,
            consensus + JOIN_S,
            f"corosync.conf(5) consensus: {consensus:g} s until a silent node counts as failed;"
            f" then join ({JOIN_S:g} s) and a membership of {'one' if timing.nodes == 2 else 'the others'}",
        ),
        *((Phase(VOTE, 0.0, silent, why),) if timing.witness else ()),
    )


def _coefficient(nodes: int) -> str:
    if nodes == 2:
        return "adds nothing for two nodes"
    return f"adds {TOKEN_COEFFICIENT_MS} ms for each of {nodes} nodes above two, which is part of it"


def _recovery(
    timing: Timing, *, here: bool, stops: bool = False, moves: bool = False, alone: bool = False
) -> tuple[Phase, ...]:
    """From the decision to the first answer. `here`: on the same node, unless the failed resource `moves` away.

    `alone`: only the address is stopped and started.
    """
    fences = timing.fencing and not here and not stops
    acts = here or (timing.survivor_acts and (not fences or timing.fence is not None))
    if not timing.survivor_acts and not here:
        never = "a node alone has no quorum, and no-quorum-policy lets it start nothing"
    else:
        never = "fencing is on without a device: resources of a lost node are not started before it is fenced"
    decide_least, decide_most = timing.decide_s
    decide = Phase("decide", decide_least, decide_most, "a DC exists or is elected, and computes the actions")
    if not acts:
        decide = Phase("decide", decide_least, NEVER, never)
    stop = Phase("stop", 0.0, 0.0, "the lost node stops nothing, so there is nothing to wait for")
    slow = f"; {timing.times_why}" if timing.times_why else ""
    if (here or stops) and alone:
        stop = Phase("stop", *timing.address_s, "only the address is stopped: nothing that moves needs it")
    elif here or stops:
        least, most = timing.stop_s
        # A web server that is gone takes no time to stop.
        least = min(least, Timing.stop_s[0]) if here else least
        stop = Phase("stop", least, most, f"running resources are first stopped in reverse order{slow}")
    start = Phase("start", *timing.start_s, f"{_started(timing)}{slow}")
    if alone:
        why = "only the address: the web server (a clone) runs on this node already"
        start = Phase("start", *timing.address_s, why)
    why = (
        f"clients send to the old owner until they get a gratuitous ARP; one is sent every {timing.arp_s:g} s"
    )
    arp = Phase("ARP", 0.0, timing.arp_s, why)
    if here and not moves:
        arp = Phase("ARP", 0.0, 0.0, "the address stays on this node, with the same hardware address")
    return (
        decide,
        *_fence(timing, needed=fences),
        stop,
        start,
        arp,
        Phase(
            "first answer",
            0.0,
            timing.probe_s + timing.probe_timeout_s,
            f"a request every {timing.probe_s:g} s; a sent one may hang for {timing.probe_timeout_s:g} s",
        ),
        Phase("allowance", 0.0, timing.allowance_s, "pauses of a busy host"),
    )


def _started(timing: Timing) -> str:
    """What is started when all resources are, in the order of the constraints."""
    return "the web server, then the address" if timing.clone else "the address, then the web server"


def _fence(timing: Timing, *, needed: bool) -> tuple[Phase, ...]:
    if not needed or timing.fence is None:
        return ()
    why = f"pcmk_delay_base, then {fence_devices.AGENT}: off and on, with power_wait after each; most: stonith-timeout"
    return (Phase(FENCE, timing.fence.least, timing.fence.most, why),)


def _range(least: float, most: float) -> str:
    return f"{least:.2f} s or more, without end" if most == NEVER else f"{least:.2f} to {most:.2f} s"
