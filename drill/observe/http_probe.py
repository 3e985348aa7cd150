"""Open-loop HTTP polling of the service: what a client sees, at a rate that does not depend on the answers.

Request k is sent at the time start + k/hz (its slot), even when earlier requests have no answer yet. A poller that
waits for each answer sends the fewest requests when the service is worst ("coordinated omission").
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from drill.observe.http_request import Client
from drill.observe.observer import Observer, unrecorded
from drill.observe.probe_client import ProbeClient, client
from drill.record.timeline import ClientName, Sample
from inventory.errors import ConfigError, LabError
from inventory.model import Lab, Node
from inventory.probes import PAGE, ProbeRequest
from status.web_page import nodes_by_marker

Clock = Callable[[], float]
OnSample = Callable[[Sample], None]

LONGEST_S = 900.0
"""The time after which a probe stops by itself, on a machine of usual speed (seconds)."""
KEEPALIVE_HZ = 20
"""The most requests per second on the keep-alive connection."""
LATE_S = 0.05
"""A request that is later than this and than one period is not sent (seconds)."""
KEPT = ("http", "sql")
"""What can be asked on a connection that stays open."""
_SPARE = 2
"""The number of workers beyond those that can wait for an answer at the same time."""


@dataclass(frozen=True)
class ProbeRate:
    """How well the probe kept its rate. A slot is missed when its request started too late (`LATE_S`)."""

    slots: int
    missed: int
    worst_late: float
    """The longest delay between a slot and the start of its request (seconds)."""

    @property
    def missed_share(self) -> float:
        """The share of missed slots (0 to 1)."""
        return self.missed / self.slots if self.slots else 0.0


@dataclass(frozen=True)
class ProbeSettings:
    """What a probe requests, and how often.

    `hz` requests per second go to `url`, each on a new connection and for at most `timeout` seconds. `pages` maps a
    text on a node's page to that node's name. `request` is another request than a page, to `vip`. A second client sends
    `keepalive_hz` requests per second (0: none) over one keep-alive connection. After `longest` seconds the probe
    stops by itself.
    Raises ConfigError when the rate or the timeout is out of range.
    """

    url: str
    hz: float
    timeout: float
    pages: Mapping[str, str]
    keepalive_hz: float = 0.0
    longest: float = LONGEST_S
    request: ProbeRequest = PAGE
    vip: IPv4Address | None = None
    nodes: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.hz <= 1000 or self.timeout <= 0 or self.keepalive_hz < 0:
            raise ConfigError(
                f"a probe of {self.hz} requests a second with a limit of {self.timeout} s",
                hint="both above 0, the rate at most 1000 (lab.yaml: drill.probe_hz, probe_timeout_ms)",
            )

    @classmethod
    def of(cls, lab: Lab) -> ProbeSettings:
        """The settings that lab.yaml describes."""
        hz = lab.drill.probe_hz
        pages = nodes_by_marker(lab.nodes)
        longest = lab.patient(LONGEST_S)
        request = lab.drill.probe
        kept = min(hz, KEEPALIVE_HZ) if request.kind in KEPT else 0.0
        url = request.target(lab.vip)
        return cls(url, hz, lab.probe_timeout_s, pages, kept, longest, request, lab.vip, lab.nodes)


class Probe(Observer):
    """Polls the service from start() to stop(). Its threads pass each sample to `on_sample`, one at a time.

    `clock` gives seconds from the run's start. `guard` is called before the first request and may raise
    RouteRefused.

    A missed slot is counted and skipped. It is never sent late: a burst after a pause would measure the pause.
    """

    def __init__(
        self,
        settings: ProbeSettings,
        clock: Clock,
        on_sample: OnSample,
        guard: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings
        self._clock, self._on_sample, self._guard = clock, on_sample, guard
        self._period = 1 / settings.hz
        self._keepalive_period = 1 / settings.keepalive_hz if settings.keepalive_hz else 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._sample_lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._error: BaseException | None = None
        self._start = 0.0
        self._next = self._slots = self._missed = 0
        self._worst_late = 0.0

    def start(self) -> None:
        """Call the guard, then start. Raises what the guard raises, before any packet is sent."""
        if self._threads:
            raise LabError("the probe was already started", hint="make a new Probe for each run")
        if self._guard is not None:
            self._guard()
        clients = [self._client(fresh=True) for _ in range(self._workers())]
        self._start = time.monotonic() + 0.01
        self._threads = [self._thread(f"probe-{n}", self._poll, one) for n, one in enumerate(clients)]
        if self._keepalive_period:
            client = self._client(fresh=False)
            self._threads.append(self._thread("keepalive", self._poll_keepalive, client))
        for thread in self._threads:
            thread.start()

    def stop(self) -> ProbeRate:
        """End the polling and wait for the last answers, for at most one timeout plus one second.

        Raises LabError when `on_sample` failed: the record would have a gap.
        """
        self._stop.set()
        until = time.monotonic() + self._settings.timeout + 1.0
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded("probe", error) from error
        return self.rate()

    def rate(self) -> ProbeRate:
        """How well the rate was kept so far."""
        with self._lock:
            return ProbeRate(self._slots, self._missed, self._worst_late)

    def _client(self, *, fresh: bool) -> ProbeClient:
        one = self._settings
        if one.request.kind == "http" or one.vip is None:
            return Client(one.url, one.timeout, one.pages, fresh=fresh)
        return client(one.request, one.vip, one.nodes, one.pages, one.timeout, fresh=fresh)

    def _workers(self) -> int:
        return math.ceil(self._settings.timeout / self._period) + _SPARE

    def _thread(
        self, name: str, target: Callable[[ProbeClient], None], client: ProbeClient
    ) -> threading.Thread:
        return threading.Thread(target=self._guarded, args=(target, client), name=name, daemon=True)

    def _guarded(self, target: Callable[[ProbeClient], None], client: ProbeClient) -> None:
        try:
            target(client)
        except BaseException as error:
            self._error = self._error or error
            self._stop.set()
        finally:
            client.close()

    def _poll(self, client: ProbeClient) -> None:
        """One worker: take the next slot, wait for its time, send the request. A late answer delays no other slot."""
        while not self._stop.is_set():
            with self._lock:
                slot = self._next
                self._next += 1
            due = self._start + slot * self._period
            if due - self._start > self._settings.longest or self._stop.wait(
                max(0.0, due - time.monotonic())
            ):
                return
            late = time.monotonic() - due
            with self._lock:
                self._slots += 1
                self._worst_late = max(self._worst_late, late)
                if late > max(self._period, LATE_S):
                    self._missed += 1
                    continue
            self._use(client, slot)

    def _use(self, client: ProbeClient, slot: int) -> None:
        """Send the request of a slot; the slots are counted from 0 on."""
        self._ask(client, "probe")

    def _poll_keepalive(self, client: ProbeClient) -> None:
        due, first = self._start, True
        while due - self._start <= self._settings.longest and not self._stop.wait(
            max(0.0, due - time.monotonic())
        ):
            self._ask(client, "keepalive", first=first)
            first = False
            due += self._keepalive_period * max(
                1, math.ceil((time.monotonic() - due) / self._keepalive_period)
            )

    def _ask(self, client: ProbeClient, name: ClientName, *, first: bool = False) -> None:
        sent = self._clock()
        answer = client.ask()
        done = self._clock()
        detail = answer.detail
        if name == "keepalive" and answer.opened and not first:
            detail = f"reconnected; {detail}" if detail else "reconnected"
        sample = Sample(sent, done, name, answer.outcome, answer.page, answer.status, detail)
        with self._sample_lock:
            self._on_sample(sample)
