"""Disturbs a node that is well, to see whether it is lost: stops of the whole machine, or busy processors.

The log of the peer's corosync shows whether the node was lost: it has a new membership without the node. When a node
is silent for longer than the token, but for less than token + consensus, a new membership is formed with all nodes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from benchmarks.measurements import Interval
from benchmarks.outage_length import length, longest
from benchmarks.steady import Steady
from cluster import cib, cib_status, corosync_log
from cluster.corosync_log import Memberships
from drill.analysis.outages import outages
from drill.execute import lab_health, signals
from drill.execute.injector import Injector
from drill.faults import registry as faults
from drill.faults.base import FaultScope
from drill.observe.lateness import LatenessWatch
from drill.record.timeline import Lateness, Sample
from inventory import waiting
from inventory.errors import LabError
from inventory.model import Command, Node, NodeAction
from inventory.remote.ssh import check, run_all
from inventory.session import LabSession
from inventory.sizes import running_token_ms

SHORTEST_S, LONGEST_S = 0.1, 3.0
"""The shortest and the longest stop of a machine (seconds)."""
LOAD_S = 5.0
"""The processors are busy for at least this long (seconds), and for longer than token and consensus."""
FORMED_DEADLINE_S = 30.0
_GOLDEN = (math.sqrt(5) - 1) / 2


def pause_length(seed: int, number: int) -> float:
    """How long stop `number` lasts (seconds).

    The first stops, however many they are, are distributed evenly over the range. They are the same for each token, so
    that tokens can be compared.
    """
    start = random.Random(seed).random()  # noqa: S311 -- a choice, no secret
    return SHORTEST_S + (LONGEST_S - SHORTEST_S) * math.modf(start + number * _GOLDEN)[0]


@dataclass(frozen=True)
class Seen:
    """What one disturbance did. `pause` is None under load; `late_s` is the longest delay of this machine itself."""

    outage: Interval
    pause: Interval | None
    token_lost: bool
    lost: bool
    moved: bool
    late_s: float


@dataclass
class HostPauses:
    """Disturbs the active node of a lab. `probe` observes the service: a context manager for a clock and a receiver."""

    session: LabSession
    steady: Steady
    probe: Callable[[Callable[[], float], Callable[[Sample], None]], AbstractContextManager[object]]
    watch: Callable[[Callable[[], float], Callable[[Lateness], None]], AbstractContextManager[object]] = (
        LatenessWatch
    )
    _injector: Injector = field(init=False)

    def __post_init__(self) -> None:
        self._injector = Injector(self.session)

    def stop(self, seconds: float) -> Seen:
        """Stop the whole active node for some seconds, and see what its peers and a client noticed."""
        return self._disturbed(lambda node: self._stopped(node, seconds))

    def load(self) -> Seen:
        """Run endless loops on all processors in the active node, for longer than token + consensus."""
        lab = self.session.lab
        token_ms = running_token_ms(lab.corosync.token_ms, len(lab.nodes))
        seconds = max(LOAD_S, (token_ms + lab.corosync.consensus_ms) / 1000 + 1)

        def busy(node: Node) -> None:
            with self._injector.injected(faults.get("cpu"), FaultScope(self.session, node)):
                waiting.let_pass(seconds, clock=self.session.clock)

        return self._disturbed(busy)

    def _disturbed(self, disturb: Callable[[Node], Interval | None]) -> Seen:
        node = self._active()
        peers = self.session.lab.peers(node)
        before, moves = self._log_sizes(), self._moves(peers)
        clock = self.session.clock
        began = clock.now()

        def since() -> float:
            return clock.now() - began

        samples: list[Sample] = []
        late: list[Lateness] = []
        with ExitStack() as stack, signals.interruptible():
            stack.enter_context(self.watch(since, late.append))
            stack.enter_context(self.probe(since, samples.append))
            pause = disturb(node)
            self._formed(before)
            self.steady.wait(self.session)
            logs = self._logs(before)
        found = longest(outages(one for one in samples if one.client == "probe"))
        return Seen(
            outage=length(found),
            pause=pause,
            token_lost=any(logs[peer.name].token_lost for peer in peers),
            lost=any(node.id in logs[peer.name].left for peer in peers),
            moved=bool(self._moves(peers) - moves),
            late_s=round(max((one.until - one.since for one in late), default=0.0), 3),
        )

    def _stopped(self, node: Node, seconds: float) -> Interval:
        """Freeze and thaw the machine, with a journal entry meanwhile. Return how long it was frozen (least, most)."""
        clock = self.session.clock
        active_fault = self._injector.begin(faults.get("freeze"), FaultScope(self.session, node))
        thawed = False
        try:
            asked = clock.now()
            with signals.undisturbed():
                self.session.machines.freeze(node)
            frozen = clock.now()
            waiting.let_pass(seconds - (frozen - asked) / 2, clock=clock, every=0.005)
            thaw = clock.now()
            with signals.undisturbed():
                self._injector.run_action(NodeAction(node.name, power="thaw", why="let it run on"))
                thawed = True
            end = clock.now()
        finally:
            if thawed:
                self.session.journal.mark_undone(active_fault.entry)
            else:
                with signals.undisturbed():
                    self._injector.heal(active_fault)
        return round(max(0.0, thaw - frozen), 3), round(end - asked, 3)

    def _active(self) -> Node:
        owners = lab_health.look(self.session, None).owners
        if len(owners) != 1:
            raise LabError(f"{len(owners)} nodes hold {self.session.lab.vip}", hint="./lab heal")
        return owners[0]

    def _moves(self, peers: Sequence[Node]) -> set[tuple[str, int, int]]:
        """The starts and stops of the address on the peers, from the cluster's own history.

        The history keeps only the last one: the stop on a peer, when the address is back on the first node.
        """
        names = [peer.name for peer in peers]
        out = check(
            self.session.remote,
            Command(names[0], cib.COMMAND, "the history of the operations", deadline=10, purpose="read-cib"),
        ).out
        address = self.session.lab.resource("address").id
        return {
            (one.node, one.call_id, one.last_change)
            for one in cib_status.operations(out)
            if one.resource == address and one.operation in ("start", "stop") and one.on_node in names
        }

    def _formed(self, before: dict[str, int]) -> None:
        """Wait until no node is forming a membership any more."""
        waiting.until(
            lambda: self._logs(before),
            lambda found: not any(one.forming for one in found.values()),
            "each node has a membership again",
            deadline=FORMED_DEADLINE_S,
            clock=self.session.clock,
        )

    def _log_sizes(self) -> dict[str, int]:
        outs = self._read("wc -c < {log}", "read-log-size")
        return {name: int(out) for name, out in outs.items()}

    def _logs(self, before: dict[str, int]) -> dict[str, Memberships]:
        log = self.session.platform.cluster_log
        commands = [
            Command.script(name, f"tail -c +{size + 1} {log}", deadline=10, purpose="read-log-since")
            for name, size in before.items()
        ]
        results = run_all(self.session.remote, commands)
        return {one.command.node: corosync_log.memberships(one.out) for one in results}

    def _read(self, text: str, purpose: str) -> dict[str, str]:
        log = self.session.platform.cluster_log
        commands = [
            Command.script(node.name, text.format(log=log), deadline=10, purpose=purpose)
            for node in self.session.lab.nodes
        ]
        return {one.command.node: one.out for one in run_all(self.session.remote, commands)}
