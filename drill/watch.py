"""What each node shows of itself while it is broken: address, web server, quorum, membership, placements.

One ssh session a node, apart from all others, runs a small loop there that reads when it is asked and prints a block.
So a reading lies surely between the asking and the answer, on this machine's clock alone. A session that ends is
opened anew; until then the node is recorded as not seen. Sources: ip-address(8), ps(1), crm_mon(8), cluster.runtime.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from cluster import runtime, status
from cluster.status import ClusterState
from drill.timeline import Sight
from inventory.errors import LabError
from inventory.model import Lab, Node
from inventory.platforms import Platform
from inventory.remote import Ssh

LATE = 1.5
"""An answer later than this (seconds) is not recorded: it would say little about when it was true."""
RETRY = 1.0
"""A lost session is opened anew at most this often (seconds)."""
REST = 4
"""While nothing changes, pacemaker is asked at every so many readings: it costs more than all the rest."""
LIVELY = 2.0
"""For so many seconds after a change pacemaker is asked each time."""
LONGEST = 900
"""After so many seconds the loop on a node ends by itself."""
_PART = "@@part "
_END = "@@end "


def loop(lab: Lab, system: Platform) -> str:
    """The shell text of the loop: reads lines `NUMBER [full]`, prints a block for each, ends with its input."""
    ring = runtime.membership_script(system.corosync)
    return f"""\
while read -r number full; do
echo '{_PART}address'; ip -o -4 addr show | grep -F ' {lab.vip}/'
echo '{_PART}processes'; p=$(ps -o stat=,comm= -C {system.web_process},corosync); echo "$p"
echo '{_PART}ring'; echo "$p" | grep -q '^[^TZ].* corosync$' && timeout 1 sh -c {shlex.quote(ring)} 2>/dev/null
[ -z "$full" ] || {{ echo '{_PART}state'; timeout 2 {" ".join(status.COMMAND)} 2>/dev/null; }}
echo; echo "{_END}$number"
done"""


@dataclass(frozen=True)
class Block:
    """What one reading printed, taken apart; `state` is None when no cluster answered, or it was not asked."""

    owns_vip: bool
    web: str
    corosync: bool
    ring: runtime.Membership | None
    full: bool
    state: ClusterState | None

    @property
    def cheap(self) -> object:
        """What is read every time: a change of it makes the next reading a full one."""
        return self.owns_vip, self.web, self.corosync, self.ring


def parse(text: str, lab: Lab, system: Platform) -> Block:
    """A block from what the loop printed for one line. Never fails: what cannot be read is not there."""
    pairs = (part.partition("\n") for part in text.split(_PART)[1:])
    parts = {name: body for name, _, body in pairs}
    states: dict[str, list[str]] = {}
    for line in parts.get("processes", "").splitlines():
        stat, _, name = line.strip().partition(" ")
        states.setdefault(name.strip(), []).append(stat[:1])
    state = None
    with contextlib.suppress(LabError):
        state = status.parse(parts.get("state", ""))
    return Block(
        owns_vip=f" {lab.vip}/" in parts.get("address", ""),
        web=_web([one for one in states.get(system.web_process, []) if one != "Z"]),
        corosync=any(one not in "TZ" for one in states.get("corosync", [])),
        ring=runtime.membership(parts.get("ring", ""), lab, system.corosync),
        full="state" in parts,
        state=state,
    )


def _web(states: list[str]) -> str:
    if not states:
        return "stopped"
    return "hung" if all(one == "T" for one in states) else "running"


def sight(
    lab: Lab, node: Node, block: Block, state: ClusterState | None, *, asked: float, at: float
) -> Sight:
    """A reading as it is recorded; `state` is pacemaker's, from this block or an earlier one."""
    ring = block.ring
    quorate = ring.quorate if ring is not None else None
    if ring is not None and quorate is None and state is not None:
        quorate = state.quorate  # corosync 1.4 counts no votes: its plugin's pacemaker does
    where = {one.id: state.where(one.id) for one in lab.resources} if state is not None else {}
    return Sight(
        asked=asked,
        at=at,
        node=node.name,
        owns_vip=block.owns_vip,
        web=block.web,
        quorate=quorate,
        members=ring.members if ring is not None else (),
        dc=(state.dc or "") if state is not None else "",
        corosync=block.corosync,
        placements={id_: nodes[0] if nodes else "" for id_, nodes in where.items()},
    )


class Session(Protocol):
    """A way to the loop on one node. Every method raises EOFError once the session is over."""

    def ask(self, line: str) -> None:
        """Ask for a block."""

    def answer(self, limit: float) -> str | None:
        """The block asked for, without its end; None when it is not there within `limit` seconds."""
        ...

    def close(self) -> None:
        """End it; safe at any time."""


@dataclass
class SshSession:
    """The loop behind ssh(1), on a connection of its own, so that nothing else can hold it up."""

    process: subprocess.Popen[bytes]
    _read: bytes = b""

    @classmethod
    def begin(cls, ssh: Ssh, node: Node, text: str) -> SshSession:
        """Begin it without waiting for the connection."""
        argv = ssh.argv(node.name)
        words = ["sudo", "-n", "timeout", "-k", "5", str(LONGEST), "sh", "-c", text]
        return cls(
            subprocess.Popen(
                [argv[0], "-S", "none", *argv[1:], shlex.join(words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def ask(self, line: str) -> None:
        """See Session."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except OSError as error:
            raise EOFError(str(error)) from error

    def answer(self, limit: float) -> str | None:
        """See Session."""
        assert self.process.stdout is not None
        until = time.monotonic() + limit
        while True:
            block, end, rest = self._read.partition(f"\n{_END}".encode())
            if end and b"\n" in rest:
                self._read = rest.partition(b"\n")[2]
                return block.decode("utf-8", errors="replace")
            if not select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise EOFError("the session ended")
            self._read += more

    def close(self) -> None:
        """See Session."""
        self.process.terminate()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Reader:
    """One node's readings, one at a time: opens sessions, asks, judges when to ask for more."""

    lab: Lab
    system: Platform
    node: Node
    begin: Callable[[Node], Session]
    clock: Callable[[], float]
    period: float
    _session: Session | None = None
    _tried: float = float("-inf")
    _pending: bool = False
    _number: int = 0
    _last: Block | None = None
    _state: ClusterState | None = None
    _changed: float = float("-inf")

    def look(self) -> tuple[Sight, bool]:
        """One reading, and whether the next should follow at once. Takes LATE seconds at most."""
        asked = self.clock()
        try:
            block = self._block(asked)
        except (EOFError, OSError):
            self.close()
            block = None
        at = self.clock()
        if block is None:
            self._last = None
            return Sight(asked=asked, at=at, node=self.node.name, seen=False), False
        changed = self._last is None or block.cheap != self._last.cheap
        if changed:
            self._changed = at
        if block.full:
            self._state = block.state
        self._last = block
        again = changed and not block.full
        return sight(self.lab, self.node, block, self._state, asked=asked, at=at), again

    def _block(self, asked: float) -> Block | None:
        if self._session is None:
            if asked - self._tried < RETRY:
                return None
            self._tried, self._pending = asked, False
            self._session = self.begin(self.node)
        late = self._pending
        if not late:
            self._number += 1
            full = self._last is None or self._number % REST == 0 or asked - self._changed < LIVELY
            self._session.ask(f"{self._number}{' full' if full else ''}")
        text = self._session.answer(self.period if late else LATE)
        self._pending = text is None
        return None if text is None or late else parse(text, self.lab, self.system)

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()
            self._session = None


@dataclass
class Watch:
    """Watches all nodes from start() to stop(); each Sight goes to `on_sight`, from one thread a node.

    `clock` gives seconds from the run's start; `period` is the spacing of the readings in seconds. As a context
    manager it starts and stops. After LONGEST seconds it ends by itself.
    """

    lab: Lab
    system: Platform
    begin: Callable[[Node], Session]
    clock: Callable[[], float]
    on_sight: Callable[[Sight], None]
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _error: BaseException | None = None

    @classmethod
    def over_ssh(
        cls,
        lab: Lab,
        system: Platform,
        ssh: Ssh,
        clock: Callable[[], float],
        on_sight: Callable[[Sight], None],
    ) -> Watch:
        """The watch of real nodes."""
        text = loop(lab, system)
        return cls(lab, system, lambda node: SshSession.begin(ssh, node, text), clock, on_sight)

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except LabError:
            if error is None:
                raise

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
            raise LabError(
                f"the watch could not go on: {type(error).__name__}: {error}",
                hint="the record is incomplete; is the disk with runs/ full?",
            ) from error

    def _run(self, node: Node) -> None:
        period = self.lab.drill.watch_ms / 1000
        reader = Reader(self.lab, self.system, node, self.begin, self.clock, period)
        begun = slot = time.monotonic()
        try:
            while slot - begun < LONGEST and not self._stop.wait(max(0.0, slot - time.monotonic())):
                view, again = reader.look()
                self.on_sight(view)
                slot = max(slot + (0.0 if again else period), time.monotonic())
        except BaseException as error:
            self._error = self._error or error
        finally:
            reader.close()
