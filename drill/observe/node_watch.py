"""What each node shows of itself while it is broken: address, web server, quorum, membership, placements.

One ssh session a node, apart from all others, runs a small loop there that reads when it is asked and prints a block.
So a reading lies surely between the asking and the answer, on this machine's clock alone. A session that ends is
opened anew; until then the node is recorded as not seen. Sources: ip-address(8), ps(1), crm_mon(8), cluster.runtime.
"""

from __future__ import annotations

import shlex
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
from inventory.remote.ssh import Ssh
from status import node_shell

LATE = 1.5
"""An answer later than this (seconds) is not recorded: it would say little about when it was true."""
RETRY = 1.0
"""A lost session is opened anew at most this often (seconds)."""
LONGEST = 900
"""After so many seconds a watch ends by itself, its loops on the nodes too."""


def loop(lab: Lab, platform: Platform) -> str:
    """The shell text of the loop: prints a block for each line that it reads, and ends with its input."""
    ring = corosync_state.membership_script(platform.corosync)
    return f"""\
while read -r number; do
echo '{sections.MARK}addresses'; {node_shell.addresses(lab.network)}
echo '{sections.MARK}processes'; p=$({node_shell.processes(platform.web_process, "corosync")}); echo "$p"
echo '{sections.MARK}ring'; echo "$p" | grep -q '^[^TZ].* corosync$' && timeout 1 sh -c {shlex.quote(ring)} 2>/dev/null
echo '{sections.MARK}state'; {node_shell.within(1, node_shell.STATE)} 2>/dev/null
echo; echo "{END}$number"
done"""


def parse(text: str, lab: Lab, platform: Platform, node: Node, *, asked: float, at: float) -> NodeReading:
    """A reading from what the loop printed for one line. Never fails: what cannot be read is not there."""
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
    """One node's readings, one at a time; opens sessions as they are needed."""

    lab: Lab
    platform: Platform
    node: Node
    begin: Callable[[Node], Session]
    clock: Callable[[], float]
    period: float
    _session: Session | None = None
    _tried: float = float("-inf")
    _pending: bool = False
    _number: int = 0

    def look(self) -> NodeReading:
        """One reading. Takes LATE seconds at most."""
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
    """Watches all nodes from start() to stop(); each Sight goes to `on_sight`, from one thread a node.

    `clock` gives seconds from the run's start; `period` is the spacing of the readings in seconds. After
    LONGEST seconds it ends by itself.
    """

    lab: Lab
    platform: Platform
    begin: Callable[[Node], Session]
    clock: Callable[[], float]
    on_reading: Callable[[NodeReading], None]
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _error: BaseException | None = None

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
        """End the readings, those under way included. Raises LabError when one could not be recorded."""
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
