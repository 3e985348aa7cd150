"""What each node shows of itself while it is broken: address, web server, quorum, membership, placements.

Each node has one ssh session for this alone. It runs a loop there (node_loop.sh) that reads the node when it is asked
and prints a block. So the reading was taken between the question and the answer, on this machine's clock alone. A
session that ends is opened again; until then the node is recorded as not seen. Sources: ip-address(8), ps(1),
crm_mon(8), cluster.corosync_state.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster import corosync_state
from drill.observe.observer import Observer, unrecorded
from drill.observe.ssh_session import END, Session, SshSession
from drill.record.timeline import NodeReading
from inventory.model import Lab, Node
from inventory.platforms.base import Platform
from inventory.remote import sections
from inventory.remote.script import script
from inventory.remote.ssh import Ssh
from status import node_shell

LATE = 1.5
"""The longest time from a question to its answer (seconds). A later answer is not recorded: too little is known of
when it was true."""
RETRY = 1.0
"""The shortest time between two attempts to open a lost session again (seconds)."""
LONGEST = 900
"""The time after which a watch ends by itself, and its loops on the nodes too (seconds)."""


def loop(lab: Lab, platform: Platform) -> str:
    """The script of the loop on a node: it prints a block for each line that it reads, and ends with its input."""
    return script(
        __package__,
        "node_loop",
        mark=sections.MARK,
        end=END,
        addresses_command=node_shell.addresses(lab.network),
        processes_command=node_shell.processes(platform.web_process, "corosync"),
        ring_command=corosync_state.membership_script(platform.corosync),
        state_command=node_shell.STATE,
    )


def parse(text: str, lab: Lab, platform: Platform, node: Node, *, asked: float, at: float) -> NodeReading:
    """A reading from one block of the loop. It never fails: what cannot be read counts as not there."""
    parts = sections.read(text)
    processes = parts.get("processes", "")
    state = node_shell.parse_state(parts.get("state", ""))
    ring = corosync_state.membership(parts.get("ring", ""), lab, platform.corosync)
    quorate = ring.quorate if ring is not None else None
    if ring is not None and quorate is None and state is not None:
        quorate = state.quorate  # corosync 1.4 counts no votes: its plugin's pacemaker does
    where = {one.id: state.where(one.id) for one in lab.resources} if state is not None else {}
    return NodeReading(
        asked=asked,
        at=at,
        node=node.name,
        owns_vip=bool(node_shell.holdings(parts.get("addresses", ""), lab.vip)),
        web=node_shell.web_state(node_shell.process_states(processes, platform.web_process)),
        quorate=quorate,
        members=ring.members if ring is not None else (),
        dc=(state.dc or "") if state is not None else "",
        corosync=any(one not in "TZ" for one in node_shell.process_states(processes, "corosync")),
        placements={id_: nodes[0] if nodes else "" for id_, nodes in where.items()},
    )


@dataclass
class Reader:
    """One node's readings, one at a time. It opens sessions with `begin` as they are needed.

    `clock` gives seconds from the run's start; `period` is the spacing of the readings in seconds.
    """

    lab: Lab
    platform: Platform
    node: Node
    begin: Callable[[Node], Session]
    clock: Callable[[], float]
    period: float
    _session: Session | None = field(default=None, init=False)
    _tried: float = field(default=float("-inf"), init=False)
    _pending: bool = field(default=False, init=False)
    _number: int = field(default=0, init=False)

    def look(self) -> NodeReading:
        """One reading. It takes at most LATE seconds."""
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
            if asked - self._tried < RETRY:
                return None
            self._tried, self._pending = asked, False
            self._session = self.begin(self.node)
        late = self._pending
        if not late:
            self._number += 1
            self._session.ask(f"{self._number}")
        text = self._session.answer(self.period if late else LATE)
        self._pending = text is None
        return None if late else text

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()
            self._session = None


@dataclass
class Watch(Observer):
    """Watches all nodes from start() to stop(), with one thread for each; each reading goes to `on_reading`.

    `begin` opens a session to a node. `clock` gives seconds from the run's start. A watch ends by itself after
    LONGEST seconds.
    """

    lab: Lab
    platform: Platform
    begin: Callable[[Node], Session]
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
            lab, platform, lambda node: SshSession.begin(ssh, node, text, longest=LONGEST), clock, on_reading
        )

    def start(self) -> None:
        """Begin to read all nodes."""
        for node in self.lab.nodes:
            thread = threading.Thread(target=self._run, args=(node,), name=f"watch-{node.alias}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the readings, after those under way. Raises LabError when one could not be recorded."""
        self._stop.set()
        for thread in self._threads:
            thread.join(LATE + 3.0)
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded("watch", error) from error

    def _run(self, node: Node) -> None:
        period = self.lab.drill.watch_ms / 1000
        reader = Reader(self.lab, self.platform, node, self.begin, self.clock, period)
        begun = slot = time.monotonic()
        try:
            while slot - begun < LONGEST and not self._stop.wait(max(0.0, slot - time.monotonic())):
                self.on_reading(reader.look())
                slot = max(slot + period, time.monotonic())
        except BaseException as error:
            self._error = self._error or error
        finally:
            reader.close()
