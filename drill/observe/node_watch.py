"""Reads each node during the fault: address, web server, quorum, membership, placements.

Each node has its own ssh session, used only for this. It runs a loop (node_loop.sh) that reads the node when asked and
prints a block. So the reading was taken between the question and the answer, both timed by this machine's clock. A
session that ends is opened again; until then the node is recorded as not seen. Sources: ip-address(8), ps(1),
crm_mon(8), cluster.corosync_state.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster import corosync_state
from cluster.crm_mon import ClusterState
from drill.observe.observer import Observer, unrecorded
from drill.observe.ssh_session import END, LoopSession, SshSession
from drill.record.timeline import NodeReading
from inventory.model import Lab, Node
from inventory.platforms.base import Platform
from inventory.remote import sections
from inventory.remote.script import script
from inventory.remote.ssh import Ssh
from status import node_shell

ANSWER_LIMIT_S = 1.5
"""The longest time from a question to its answer (seconds). A later answer is not recorded, because the moment at which
it was true is too uncertain. Like the other limits here it is for a machine of usual speed (see Lab.patient)."""
CLUSTER_LIMIT_S = 1.0
"""The longest time of each question to the cluster in a reading, on the node (seconds)."""
TICK = 20
LATE_S = 0.1
"""The time between two wakes of a node's own loop (hundredths of a second), and the delay from which on one is late."""
RETRY_S = 1.0
"""The shortest time between two attempts to open a lost session again (seconds)."""
WATCH_LIMIT_S = 900
"""The time after which a watch ends by itself, and its loops on the nodes too (seconds)."""


def loop(lab: Lab, platform: Platform) -> str:
    """The script of the loop on a node (node_loop.sh)."""
    return script(
        __package__,
        "node_loop",
        mark=sections.MARK,
        end=END,
        addresses_command=node_shell.addresses(lab.network),
        processes_command=node_shell.processes(platform.web_process, "corosync"),
        ring_command=corosync_state.membership_script(platform.corosync),
        state_command=node_shell.STATE,
        limit=node_shell.node_limit(lab, CLUSTER_LIMIT_S),
        pause_loop=script(__package__, "pause_loop", tick=TICK, late=round(100 * lab.patient(LATE_S))),
    )


def parse(text: str, lab: Lab, platform: Platform, node: Node, *, asked: float, at: float) -> NodeReading:
    """A reading from one block of the loop. It never fails: what cannot be read counts as absent."""
    parts = sections.read(text)
    processes = parts.get("processes", "")
    state = node_shell.parse_state(parts.get("state", ""))
    ring = corosync_state.membership(parts.get("ring", ""), lab, platform.corosync)
    quorate = ring.quorate if ring is not None else None
    if ring is not None and quorate is None and state is not None:
        quorate = state.quorate  # corosync 1.4 counts no votes; pacemaker counts them there
    locations = _locations(lab, state) if state is not None else {}
    return NodeReading(
        asked=asked,
        at=at,
        node=node.name,
        owns_vip=bool(node_shell.held_addresses(parts.get("addresses", ""), lab.vip)),
        web=node_shell.web_state(node_shell.process_states(processes, platform.web_process)),
        quorate=quorate,
        members=ring.members if ring is not None else (),
        dc=(state.dc or "") if state is not None else "",
        corosync=any(process not in "TZ" for process in node_shell.process_states(processes, "corosync")),
        late=sum(int(one) for one in parts.get("late", "").split() if one.isdigit()) / 100,
        placements={id_: nodes[0] if nodes else "" for id_, nodes in locations.items()},
    )


def _locations(lab: Lab, state: ClusterState) -> dict[str, tuple[str, ...]]:
    """Where each resource runs; of a clone the node with the address comes first, because it serves the clients."""
    address = state.where(lab.resource("address").id)
    found = {one.id: state.where(one.id) for one in lab.resources}
    return {id_: tuple(sorted(nodes, key=lambda node: node not in address)) for id_, nodes in found.items()}


@dataclass
class Reader:
    """Reads one node, one reading at a time. It opens a session with `begin` when it needs one.

    `clock` gives seconds from the run's start; `period` is the time between two readings (seconds).
    """

    lab: Lab
    platform: Platform
    node: Node
    begin: Callable[[Node], LoopSession]
    clock: Callable[[], float]
    period: float
    _session: LoopSession | None = field(default=None, init=False)
    _tried: float = field(default=float("-inf"), init=False)
    _pending: bool = field(default=False, init=False)
    _number: int = field(default=0, init=False)

    def look(self) -> NodeReading:
        """Take one reading, in at most ANSWER_LIMIT_S seconds times the lab's patience."""
        asked = self.clock()
        try:
            text = self._block(asked)
        except (EOFError, OSError):
            self.close()
            text = None
        at = self.clock()
        if text is None:
            return NodeReading(asked=asked, at=at, node=self.node.name, seen=False)
        return parse(text, self.lab, self.platform, self.node, asked=asked, at=at)

    def _block(self, asked: float) -> str | None:
        if self._session is None:
            if asked - self._tried < RETRY_S:
                return None
            self._tried, self._pending = asked, False
            self._session = self.begin(self.node)
        late = self._pending
        if not late:
            self._number += 1
            self._session.ask(f"{self._number}")
        text = self._session.answer(self.period if late else self.lab.patient(ANSWER_LIMIT_S))
        self._pending = text is None
        return None if late else text

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()
            self._session = None


@dataclass
class Watch(Observer):
    """Reads all nodes from start() to stop(), with one thread for each node, and passes each reading to `on_reading`.

    `begin` opens a session to a node. `clock` gives seconds from the run's start. The watch ends by itself after
    WATCH_LIMIT_S seconds times the lab's patience.
    """

    lab: Lab
    platform: Platform
    begin: Callable[[Node], LoopSession]
    clock: Callable[[], float]
    on_reading: Callable[[NodeReading], None]
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _error: BaseException | None = field(default=None, init=False)

    @classmethod
    def over_ssh(
        cls,
        lab: Lab,
        platform: Platform,
        ssh: Ssh,
        clock: Callable[[], float],
        on_reading: Callable[[NodeReading], None],
    ) -> Watch:
        """The watch of real nodes."""
        text = loop(lab, platform)
        return cls(
            lab,
            platform,
            lambda node: SshSession.begin(ssh, node, text, longest=WATCH_LIMIT_S),
            clock,
            on_reading,
        )

    def start(self) -> None:
        """Start to read all nodes."""
        for node in self.lab.nodes:
            thread = threading.Thread(target=self._run, args=(node,), name=f"watch-{node.alias}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop after the current readings. Raises LabError when a reading could not be recorded."""
        self._stop.set()
        for thread in self._threads:
            thread.join(self.lab.patient(ANSWER_LIMIT_S + 3.0))
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded("watch", error) from error

    def _run(self, node: Node) -> None:
        period = self.lab.drill.watch_ms / 1000
        reader = Reader(self.lab, self.platform, node, self.begin, self.clock, period)
        begun, longest = time.monotonic(), self.lab.patient(WATCH_LIMIT_S)
        slot = begun
        try:
            while slot - begun < longest and not self._stop.wait(max(0.0, slot - time.monotonic())):
                self.on_reading(reader.look())
                slot = max(slot + period, time.monotonic())
        except BaseException as error:
            self._error = self._error or error
        finally:
            reader.close()
