"""Watches each node during the fault: address, web server, quorum, membership, placements.

Each node has its own ssh session, used only for this. It runs one program (node_stream.sh) that reports changes as soon
as they happen, and answers questions. The watch asks one every BEAT_S seconds (every QUIET_BEAT_S while nothing
changes), and at once when the address may have changed. So it notices a silent node, and each reading was true between
a question and its answer (stream_state.py). A session that ends is opened again; until then the node is recorded as not
seen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import structs

from cluster import corosync_state
from drill.observe.clock_offset import ClockOffset
from drill.observe.observer import Observer, unrecorded
from drill.observe.selection import Selection
from drill.observe.ssh_session import SshSession, StreamSession
from drill.observe.stream_state import StreamState
from drill.observe.wants import ViewTurns, Wants
from drill.record.timeline import NodeReading
from inventory.model import Lab, Node
from inventory.platforms.base import Platform
from inventory.remote import sections
from inventory.remote.script import script
from inventory.remote.ssh import Ssh
from status import node_shell

BEAT_S = 0.05
"""The time between two questions to a node (seconds)."""
QUIET_BEAT_S = 0.1
"""The same while nothing has changed for a while (wants.LIVELY_S) (seconds)."""
ANSWER_LIMIT_S = 1.5
"""The longest time from a question to its answer (seconds). A later answer is not recorded, because the moment at which
it was true is too uncertain. Like the other limits here it is for a machine of usual speed (see Lab.patient)."""
CLUSTER_LIMIT_S = 1.0
"""The longest time of each question to the cluster, on the node (seconds)."""
LATE_S = 0.1
"""From this delay on a node counts as late (seconds)."""
RETRY_S = 1.0
"""The shortest time between two attempts to open a lost session again (seconds)."""
WATCH_LIMIT_S = 900
"""The time after which a watch ends by itself, and its programs on the nodes too (seconds)."""


def stream(lab: Lab, platform: Platform) -> str:
    """The program that runs on a node (node_stream.sh)."""
    polled = "" if platform.events.ring else corosync_state.membership_script(platform.corosync)
    return script(
        __package__,
        "node_stream",
        vip=lab.vip,
        web_process=platform.web_process,
        address_events=platform.events.addresses,
        ring_events=platform.events.ring,
        change_events=platform.events.log_lines(platform.pacemaker_log),
        ring_command=polled,
        state_command=node_shell.STATE,
        mark=sections.MARK,
        limit=node_shell.node_limit(lab, CLUSTER_LIMIT_S),
    )


@dataclass
class Reader:
    """Watches one node. It opens a session with `begin` when it needs one.

    `clock` gives seconds from the run's start; `period` is the time between two readings of a node that does not change
    (seconds).
    """

    lab: Lab
    platform: Platform
    node: Node
    begin: Callable[[Node], StreamSession]
    clock: Callable[[], float]
    period: float
    turns: ViewTurns
    offset: ClockOffset = field(default_factory=ClockOffset)
    """The offset between the node's uptime and the record's clock, by all answers so far."""
    _session: StreamSession | None = field(default=None, init=False)
    _state: StreamState = field(init=False)
    _wants: Wants = field(init=False)
    _selection: Selection[NodeReading] = field(init=False)
    _tried: float = field(default=float("-inf"), init=False)
    _number: int = field(default=0, init=False)
    _asked: float = field(default=0.0, init=False)
    _unseen: float | None = field(default=None, init=False)
    """Until when the node was recorded as not seen; None: it answers."""

    def __post_init__(self) -> None:
        self._selection = Selection(self.period, _content)

    def look(self) -> list[NodeReading]:
        """Ask when it is time, wait for lines for at most BEAT_S seconds, and give the readings to record."""
        now = self.clock()
        try:
            if self._session is None and now - self._tried >= RETRY_S:
                self._open(now)
            if self._session is None:
                time.sleep(BEAT_S)
                return self._not_seen(now, self.clock())
            return self._listen(self._session)
        except (EOFError, OSError):
            self._tried = self.clock()
            self.close()
            return self._not_seen(self._asked, self._tried)

    def _open(self, now: float) -> None:
        self._tried = now
        self._state = StreamState(self.lab, self.platform, self.node, self.lab.patient(LATE_S))
        self._wants = Wants(
            self.platform, self.period, self.lab.patient(2 * CLUSTER_LIMIT_S), self.node.name, self.turns
        )
        self._number = 0
        self._session = self.begin(self.node)

    def _listen(self, session: StreamSession) -> list[NodeReading]:
        limit = self.lab.patient(ANSWER_LIMIT_S)
        now = self.clock()
        answered = self._state.answered == self._number
        due = self._asked + (BEAT_S if self._wants.lively(self._state, now) else QUIET_BEAT_S)
        if answered and (self._number == 0 or self._state.hurry or now >= due):
            self._number += 1
            self._asked = now
            letters = self._wants.letters(self._state, now)
            self._state.ask(self._number, now, view="v" in letters)
            session.ask(f"{self._number} {letters}")
            answered = False
        lines = session.lines(due - now if answered else BEAT_S)
        at = self.clock()
        for from_error, line in lines:
            if from_error:
                self._state.take_view(line)
            else:
                self._state.take(line)
        if not answered and self._state.answered == self._number:
            self._state.narrow(self.offset, at)
        if self._state.answered != self._number and at - self._asked >= limit:
            return self._not_seen(self._asked, at)
        if not lines or self._state.asked is None or at - self._state.asked > limit:
            return []
        reading = self._state.reading(at)
        if reading is None:
            return []
        self._unseen = None
        self.turns.sees(self.node.name, _cluster(reading))
        return self._selection.take(reading)

    def _not_seen(self, since: float, at: float) -> list[NodeReading]:
        asked = since if self._unseen is None else self._unseen
        self._unseen = at
        self.turns.sees(self.node.name, None)
        return self._selection.take(NodeReading(asked=asked, at=at, node=self.node.name, seen=False))

    def close(self) -> list[NodeReading]:
        """End the session, and give the last reading, if it was not recorded."""
        if self._session is not None:
            self._session.close()
            self._session = None
        return self._selection.last()


def _content(reading: NodeReading) -> NodeReading:
    """A reading without its times."""
    return structs.replace(reading, asked=0.0, at=0.0, view_asked=None)


def _cluster(reading: NodeReading) -> object:
    """What a reading shows of the cluster; None when it shows none."""
    if not reading.members:
        return None
    return reading.members, reading.quorate, reading.dc, reading.placements


@dataclass
class Watch(Observer):
    """Watches all nodes from start() to stop(), with one thread for each node, and passes each reading to `on_reading`.

    `begin` opens a session to a node. `clock` gives seconds from the run's start. The watch ends by itself after
    WATCH_LIMIT_S seconds times the lab's patience.
    """

    lab: Lab
    platform: Platform
    begin: Callable[[Node], StreamSession]
    clock: Callable[[], float]
    on_reading: Callable[[NodeReading], None]
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    shares_kernel: bool = False
    """Whether the nodes have the kernel, and so the clock, of this machine."""
    offsets: dict[str, ClockOffset] = field(default_factory=dict, init=False)
    """The offset between each node's uptime and the record's clock, updated with each answer until the watch ends."""
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
        *,
        shares_kernel: bool = False,
    ) -> Watch:
        """The watch of real nodes."""
        text = stream(lab, platform)
        return cls(
            lab,
            platform,
            lambda node: SshSession.begin(ssh, node, text, longest=WATCH_LIMIT_S),
            clock,
            on_reading,
            shares_kernel=shares_kernel,
        )

    def start(self) -> None:
        """Start to watch all nodes."""
        turns = ViewTurns([node.name for node in self.lab.nodes])
        for node in self.lab.nodes:
            name = f"watch-{node.alias}"
            self.offsets[node.name] = ClockOffset(self.shares_kernel)
            thread = threading.Thread(target=self._run, args=(node, turns), name=name, daemon=True)
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

    def _run(self, node: Node, turns: ViewTurns) -> None:
        period = self.lab.drill.watch_ms / 1000
        reader = Reader(
            self.lab, self.platform, node, self.begin, self.clock, period, turns, self.offsets[node.name]
        )
        until = time.monotonic() + self.lab.patient(WATCH_LIMIT_S)
        try:
            while not self._stop.is_set() and time.monotonic() < until:
                for reading in reader.look():
                    self.on_reading(reading)
        except BaseException as error:
            self._error = self._error or error
        finally:
            for reading in reader.close():
                if self._error is None:
                    self.on_reading(reading)
