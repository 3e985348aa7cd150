"""A client that begins requests at a fixed rate, and waits for all answers in one thread.

Like the probe, it begins request k at the time start + k/hz (its slot), on a new connection, and does not wait for
earlier answers. One thread waits for all answers, so it needs little processor time. What it shows depends on its
limit:

- `connecting` waits for up to 30 s. When a SYN has no answer, the kernel sends it again several times (tcp(7)). So its
  samples show how long a client waits that begins to connect while the service is away.
- `routed` has the probe's own limit, and lives in a network namespace behind a router (drill.observe.more_clients).
"""

from __future__ import annotations

import errno
import math
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from drill.observe.http_answer import MOST_BYTES, Answer, NoHttpError, Request, outcome, parse, reason
from drill.observe.observer import Observer, unrecorded
from drill.record.timeline import ClientName, Sample

LATE_S = 0.05
"""A request that would be later than this is not sent (seconds): a burst after a pause would measure the pause."""
MOST_OPEN = 150
"""At most this many requests wait for answers; while so many wait, no request is sent."""
SYN_LINEAR = Path("/proc/sys/net/ipv4/tcp_syn_linear_timeouts")
_LONGEST_SLEEP = 1.0
_RETRANSMITS = struct.Struct("=100xI")
"""struct tcp_info (tcp(7)) up to its field tcpi_total_retrans."""


@dataclass(frozen=True)
class Pace:
    """One client: its name in the record, its rate, and the longest wait for an answer (seconds).

    After `longest` seconds it begins no further request. At the end, a request that is younger than `last` seconds
    still gets that time for its answer.
    """

    client: ClientName
    hz: float
    limit: float
    longest: float
    last: float = 0.5


@dataclass(eq=False)
class _Attempt:
    connection: socket.socket
    number: int
    """The requests of a client are counted from 0 on."""
    sent: float
    """On the record's clock (seconds)."""
    began: float
    """On the monotonic clock (seconds)."""
    text: bytes = b""
    resent: int = 0
    """How often the kernel sent the SYN again."""
    connected: bool = field(default=False)


class PacedClient(Observer):
    """Requests the page from start() to stop(), and passes each sample to `on_sample` from its own thread.

    `clock` gives seconds from the run's start. `enter` is called in that thread before its first connection. When
    `enter` fails, `missing` is the error; otherwise it is "". A request without an answer at stop() is a timeout; its
    detail says that the record ended.
    """

    def __init__(
        self,
        pace: Pace,
        request: Request,
        clock: Callable[[], float],
        on_sample: Callable[[Sample], None],
        *,
        enter: Callable[[], None] = lambda: None,
    ) -> None:
        self.missing = ""
        self._pace, self._clock, self._on_sample, self._enter = pace, clock, on_sample, enter
        self._request, self._address, self._text = request, request.address, request.text
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._guarded, name=pace.client, daemon=True)
        self._selector = selectors.DefaultSelector()
        self._awake, self._waker = socket.socketpair()
        self._open: dict[_Attempt, None] = {}
        """The requests that wait, the oldest first."""
        self._error: BaseException | None = None
        self._begun = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the last answers. Raises LabError when `on_sample` failed: the record would have a gap."""
        self._stop.set()
        if self._thread.ident is not None:
            self._waker.send(b"x")
            self._thread.join(self._pace.last + 2.0)
        self._selector.close()
        for end in (self._awake, self._waker):
            end.close()
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded(f"client {self._pace.client}", error) from error

    def _guarded(self) -> None:
        try:
            self._enter()
        except OSError as error:
            self.missing = reason(error)
            return
        try:
            self._run()
        except BaseException as error:
            self._error = error
        finally:
            for one in self._open:
                one.connection.close()

    def _run(self) -> None:
        self._selector.register(self._awake, selectors.EVENT_READ)
        due, period = time.monotonic(), 1 / self._pace.hz
        ends = due + self._pace.longest
        while True:
            now = time.monotonic()
            until = due
            if self._stop.is_set():
                until = max((one.began for one in self._open), default=-math.inf) + self._pace.last
                if until <= now:
                    break
            elif now >= ends:
                until = due = math.inf
            elif now >= due:
                if now - due <= LATE_S and len(self._open) < MOST_OPEN:
                    self._begin(now)
                due += period * max(1, math.ceil((now - due) / period))
                until = due
            self._expire(now)
            self._step(min(until, next(iter(self._open)).began + self._pace.limit if self._open else until))
        for one in [*self._open]:
            self._finish(
                one,
                Answer("timeout", detail=f"the record ended after {now - one.began:.2f} s without an answer"),
            )

    def _begin(self, now: float) -> None:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)
        one = _Attempt(connection, self._begun, self._clock(), now)
        self._begun += 1
        self._open[one] = None
        code = connection.connect_ex(self._address)
        if code not in (0, errno.EINPROGRESS):
            self._finish(one, _failure(OSError(code, os.strerror(code))))
        else:
            self._selector.register(connection, selectors.EVENT_WRITE, one)

    def _expire(self, now: float) -> None:
        for one in [*self._open]:
            if one.began + self._pace.limit > now:
                break
            self._finish(one, _failure(TimeoutError(f"no answer within {self._pace.limit:g} s")))

    def _step(self, until: float) -> None:
        """Handle the events of the open connections; return at the time `until` at the latest."""
        sleep = min(_LONGEST_SLEEP, max(0.0, until - time.monotonic()))
        for key, _ in self._selector.select(sleep):
            one = key.data
            if one is None:  # stop() was called
                self._awake.recv(1)
                continue
            try:
                answer = self._go_on(one)
            except (OSError, NoHttpError) as error:
                answer = _failure(error)
            if answer is not None:
                self._finish(one, answer)

    def _go_on(self, one: _Attempt) -> Answer | None:
        """Send the request or receive, as the connection is ready; return the answer when it is complete."""
        if not one.connected:
            if code := one.connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(code, os.strerror(code))
            one.connected, one.resent = True, retransmits(one.connection)
            one.connection.sendall(
                self._message(one.number)
            )  # it fits into the empty buffer of a new connection
            self._selector.modify(one.connection, selectors.EVENT_READ, one)
            return None
        more = one.connection.recv(MOST_BYTES)
        one.text += more
        reply = parse(one.text, ended=not more)
        return None if reply is None else self._request.judge(reply, opened=True)

    def _finish(self, one: _Attempt, answer: Answer) -> None:
        done = self._clock()
        if not one.connected:
            one.resent = retransmits(one.connection)
        del self._open[one]
        if one.connection in self._selector.get_map():
            self._selector.unregister(one.connection)
        one.connection.close()
        again = f"SYN sent {one.resent + 1} times" if one.resent else ""
        detail = "; ".join(part for part in (again, answer.detail) if part)
        self._deliver(one.number, one.sent, done, replace(answer, detail=detail))

    def _message(self, number: int) -> bytes:
        """The request with a number, as bytes."""
        return self._text

    def _deliver(self, number: int, sent: float, done: float, answer: Answer) -> None:
        """Pass on what became of the request with a number."""
        self._on_sample(
            Sample(sent, done, self._pace.client, answer.outcome, answer.page, answer.status, answer.detail)
        )


def _failure(error: OSError | NoHttpError) -> Answer:
    return Answer(outcome(error), detail=reason(error))


def syn_linear_timeouts(path: Path = SYN_LINEAR) -> int | None:
    """How many retransmissions of a SYN come before the intervals (1, 2, 4 s ...) begin to double. None: unknown."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def retransmits(connection: socket.socket) -> int:
    """How many segments the kernel sent again on a connection; 0 where the system does not report it."""
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RETRANSMITS.size)
        return int(_RETRANSMITS.unpack(told)[0])
    except (OSError, AttributeError, struct.error):
        return 0
