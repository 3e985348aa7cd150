"""The shortest and the longest outage of a fault, computed phase by phase from the cluster's own timings.

A takeover counts from the fault until the peer answers its first client; the outage is what a client
sees of it. Sources: corosync.conf(5) (token, token_retransmit, hold, consensus, join), Pacemaker
Explained (monitor operations, no-quorum-policy), cluster/arp.py. Seconds throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from inventory.config.cluster_properties import fencing, milliseconds, starts_without_quorum
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.sizes import TOKEN_COEFFICIENT_MS, keeps_quorum, running_token_ms

Kind = Literal["none", "graceful", "crash", "freeze", "partition", "process", "hang"]
NEVER = math.inf
RETRANSMITS = 4
"""token_retransmits_before_loss_const of corosync.conf(5)."""
HOLD = 0.8 / (RETRANSMITS + 0.2)
"""The part of the token timeout that an idle ring's representative holds the token: `hold`."""
JOIN_S = 0.05
"""corosync.conf(5): join, the wait for join messages before they are sent again."""


@dataclass(frozen=True)
class Timing:
    """The times from which the bounds are computed (seconds).

    `start_s`, `stop_s` and `decide_s` are pairs (least, most): all resources together, and pacemaker's
    way from a changed membership to its first order. `monitor_answer_s` is what a monitor takes to answer
    (its own timeout is the limit of that). `arp_s` is the agent's interval between two gratuitous ARPs,
    by default IPaddr's. `allowance_s` is what a busy host may add: the
    time in which corosync, pacemaker or the agents are ready to run but get no processor.
    """

    token_s: float
    consensus_s: float
    probe_s: float
    probe_timeout_s: float
    monitor_s: float
    monitor_answer_s: float = 1.0
    decide_s: tuple[float, float] = (0.0, 1.0)
    stop_s: tuple[float, float] = (0.05, 3.0)
    start_s: tuple[float, float] = (0.05, 2.0)
    times_why: str = ""
    """Why stop and start take so long on this system, for people."""
    arp_s: float = 0.5
    allowance_s: float = 2.0
    survivor_acts: bool = True
    """Whether the nodes that are left may start resources: they have quorum, or no-quorum-policy is ignore."""
    fencing: bool = False
    """Whether fencing is on: without a fencing device, no resource of a lost node is taken over."""
    nodes: int = 2
    """How many nodes corosync has: its token_coefficient adds to the token for each node above two."""

    def patient(self, patience: float) -> Timing:
        """The times on a machine that is `patience` times slower: the longest ones grow; corosync's own do not."""
        return replace(
            self,
            monitor_answer_s=self.monitor_answer_s * patience,
            decide_s=(self.decide_s[0], self.decide_s[1] * patience),
            stop_s=(self.stop_s[0], self.stop_s[1] * patience),
            start_s=(self.start_s[0], self.start_s[1] * patience),
            allowance_s=self.allowance_s * patience,
        )


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


def timing(lab: Lab) -> Timing:
    """The timings from lab.yaml, for a machine of usual speed; use `dataclasses.replace` to set measured ones."""
    monitors = [(milliseconds(r.monitor) or 0) / 1000 for r in lab.resources if r.kind == "web"]
    return Timing(
        token_s=running_token_ms(lab.corosync.token_ms, len(lab.nodes)) / 1000,
        consensus_s=lab.corosync.consensus_ms / 1000,
        probe_s=1 / lab.drill.probe_hz,
        probe_timeout_s=lab.probe_timeout_s,
        monitor_s=max(monitors, default=0.0),
        survivor_acts=lab.corosync.two_node
        or keeps_quorum(len(lab.nodes))
        or starts_without_quorum(lab.properties),
        fencing=fencing(lab.properties),
        nodes=len(lab.nodes),
    )


def bounds(kind: Kind, timing: Timing, *, answers: bool | None = None, moves: bool = False) -> Bounds:
    """Predict the outage for a kind of fault on the active node. Raises ConfigError for an unknown kind.

    `answers`: the faulted node still answers clients (only corosync killed, or only the traffic between
    the nodes cut), so that a client may see no outage. The default is true for a partition.
    `moves`: a migration-threshold is set, so that a failed resource may move to the other node.
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
        phases = (_noticed(timing), *_recovery(timing, here=True, moves=moves))
    elif kind == "graceful":
        why = "corosync and pacemaker say that they leave: no token is waited for"
        phases = (Phase("detect", 0.0, JOIN_S, why), *_recovery(timing, here=False, stops=True))
    else:
        phases = (*_loss(timing), *_recovery(timing, here=False))
    quiet = answers if answers is not None else kind == "partition"
    least = sum(phase.least for phase in phases)
    if kind == "graceful":
        least = timing.stop_s[0]  # a graceful leaver answers until the stop of its web server begins
    # The fault falls between two probes.
    seen = 0.0 if quiet else max(0.0, least - timing.probe_s)
    return Bounds(kind, phases, seen, sum(phase.most for phase in phases))


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
    )


def _coefficient(nodes: int) -> str:
    if nodes == 2:
        return "adds nothing for two nodes"
    return f"adds {TOKEN_COEFFICIENT_MS} ms for each of {nodes} nodes above two, which is part of it"


def _recovery(timing: Timing, *, here: bool, stops: bool = False, moves: bool = False) -> tuple[Phase, ...]:
    """From the decision to the first answer. `here`: on the same node, unless the failed resource `moves` away."""
    acts = here or (timing.survivor_acts and (stops or not timing.fencing))
    if not timing.survivor_acts and not here:
        never = "a node alone has no quorum, and no-quorum-policy lets it start nothing"
    else:
        never = "fencing is on: resources of a lost node are not started before it is fenced"
    decide_least, decide_most = timing.decide_s
    decide = Phase("decide", decide_least, decide_most, "a DC exists or is elected, and computes the actions")
    if not acts:
        decide = Phase("decide", decide_least, NEVER, never)
    stop = Phase("stop", 0.0, 0.0, "the lost node stops nothing, so there is nothing to wait for")
    slow = f"; {timing.times_why}" if timing.times_why else ""
    if here or stops:
        least, most = timing.stop_s
        # A web server that is gone takes no time to stop.
        least = min(least, Timing.stop_s[0]) if here else least
        stop = Phase("stop", least, most, f"running resources are first stopped in reverse order{slow}")
    why = (
        f"clients send to the old owner until they get a gratuitous ARP; one is sent every {timing.arp_s:g} s"
    )
    arp = Phase("ARP", 0.0, timing.arp_s, why)
    if here and not moves:
        arp = Phase("ARP", 0.0, 0.0, "the address stays on this node, with the same hardware address")
    return (
        decide,
        stop,
        Phase("start", *timing.start_s, f"the address, then the web server{slow}"),
        arp,
        Phase(
            "first answer",
            0.0,
            timing.probe_s + timing.probe_timeout_s,
            f"a request every {timing.probe_s:g} s; a sent one may hang for {timing.probe_timeout_s:g} s",
        ),
        Phase("allowance", 0.0, timing.allowance_s, "pauses of a busy host"),
    )


def _range(least: float, most: float) -> str:
    return f"{least:.2f} s or more, without end" if most == NEVER else f"{least:.2f} to {most:.2f} s"
