"""Records one scenario line by line while it runs, so that a killed run keeps what it recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from drill.record import stored_rows, timeline_file
from drill.record.header import (
    Awaited,
    Captured,
    FailCount,
    Header,
    LoggedMoment,
    NodePause,
    OperationEntry,
    Prediction,
    ProbeFigures,
)
from drill.record.power_switch import PowerSwitch
from drill.record.timeline import ArpReading, Event, Lateness, NodeReading, Sample, Timeline, Write


class Recorder:
    """Writes one scenario's timeline to the end of a file, and keeps it in memory for `timeline()`.

    `since` gives the seconds since the start of the record. All methods may be called from several threads.
    A second recorder on the same file appends another scenario.
    """

    def __init__(self, path: Path, header: Header, since: Callable[[], float] = lambda: 0.0) -> None:
        self.since = since
        self._lock = threading.Lock()
        self._header = header
        self._samples: list[Sample] = []
        self._node_readings: list[NodeReading] = []
        self._events: list[Event] = []
        self._lateness: list[Lateness] = []
        self._arp: list[ArpReading] = []
        self._power: list[PowerSwitch] = []
        self._writes: list[Write] = []
        stored_rows.make_plain(path)
        self._stream: TextIO = path.open("a", encoding="utf-8")
        self._stream.write(timeline_file.header_line(header))

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sample(self, sample: Sample) -> None:
        """Record a request."""
        self._add("sample", sample, self._samples)

    def reading(self, reading: NodeReading) -> None:
        """Record a reading of a node."""
        self._add("reading", reading, self._node_readings)

    def lateness(self, lateness: Lateness) -> None:
        """Record that this machine was late."""
        self._add("lateness", lateness, self._lateness)

    def arp(self, reading: ArpReading) -> None:
        """Record what the lab's network says about the VIP."""
        self._add("arp", reading, self._arp)

    def power(self, switch: PowerSwitch) -> None:
        """Record that the power of a node was switched."""
        self._add("power", switch, self._power)

    def write(self, write: Write) -> None:
        """Record a write to the counter service or to the database."""
        self._add("write", write, self._writes)

    def stored(self, numbers: Mapping[str, Sequence[int]]) -> None:
        """Record the numbers in each node's file of the counter service, after the heal."""
        self._more(stored={node: tuple(found) for node, found in numbers.items()})

    def database(self, numbers: Mapping[str, Sequence[int]], served: Sequence[int] | None) -> None:
        """Record the numbers that each node has after the heal, and those that the VIP gives (None: not read)."""
        found = {node: tuple(one) for node, one in numbers.items()}
        self._more(store="database", stored=found, served=None if served is None else tuple(served))

    def event(self, event: Event) -> None:
        """Record an event of the drill. It is in the file before this method returns."""
        self._add("event", event, self._events)
        with self._lock:
            if not self._stream.closed:
                self._stream.flush()

    def roles(self, roles: Mapping[str, str]) -> None:
        """Record which node has which role."""
        self._more(roles=dict(roles))

    def prediction(self, prediction: Prediction | None, token_s: float, consensus_s: float) -> None:
        """Record the predicted outage, and the token and consensus times of the running corosync (seconds)."""
        self._more(prediction=prediction, token_s=token_s, consensus_s=consensus_s)

    def before(self, lines: Sequence[str]) -> None:
        """Record the configuration before the scenario, or again after the scenario itself changed it."""
        self._more(before=tuple(lines))

    def after(self, lines: Sequence[str], leftovers: Sequence[str]) -> None:
        """Record the configuration after the scenario, and the constraints that a ban or a move left behind."""
        self._more(after=tuple(lines), leftovers=tuple(leftovers))

    def awaited(self, rows: Sequence[Awaited]) -> None:
        """Record the conditions that the scenario waited for."""
        self._more(awaited=tuple(rows))

    def history(self, operations: Sequence[OperationEntry], failcounts: Sequence[FailCount]) -> None:
        """Record the cluster's history: its operations and its fail counts."""
        self._more(operations=tuple(operations), failcounts=tuple(failcounts))

    def machines(self, processors: int, pauses: Sequence[NodePause]) -> None:
        """Record how many processors were watched for lateness, and the pauses that corosync noticed on the nodes."""
        self._more(watched_processors=processors, pauses=tuple(pauses))

    def logged(self, moments: Sequence[LoggedMoment]) -> None:
        """Record the moments from the nodes' journals."""
        self._more(logged=tuple(moments))

    def contention(self, before: float | None, during: float | None) -> None:
        """Record how contended the processors of this machine were, before and during the moves (0 to 1)."""
        self._more(contention_before=before, contention=during)

    def witness(self, missing: str) -> None:
        """Record why the lab's network was not witnessed; "": it was."""
        self._more(witness=missing)

    def clients(self, missing: Mapping[str, str], syn_linear: int | None) -> None:
        """Record why a client beside the probe did not run ("": it ran), and how this kernel repeats a SYN."""
        self._more(clients=dict(missing), syn_linear=syn_linear)

    def captured(self, found: Captured) -> None:
        """Record what the cluster's own programs say at this moment, after what they said before."""
        self._more(captured=(*self._header.captured, found))

    def probe(self, figures: ProbeFigures) -> None:
        """Record how well the probe kept its rate."""
        self._more(probe=figures)

    def error(self, message: str) -> None:
        """Record a failure of the drill itself."""
        self._more(error=message)

    def reset(self, seconds: float) -> None:
        """Record how long it took to restore lab.yaml's configuration."""
        self._more(reset_s=seconds)

    def timeline(self) -> Timeline:
        """The timeline as recorded so far."""
        with self._lock:
            return Timeline(
                self._header,
                tuple(self._samples),
                tuple(self._node_readings),
                tuple(self._events),
                tuple(self._lateness),
                tuple(self._arp),
                tuple(self._power),
                tuple(self._writes),
            )

    def close(self) -> None:
        """Flush and close the file. Later items are kept only in memory."""
        with self._lock:
            self._stream.close()

    def _add(self, kind: str, item: Any, to: list[Any]) -> None:
        with self._lock:
            to.append(item)
            self._write(kind, item)

    def _more(self, **fields: Any) -> None:
        with self._lock:
            self._header = replace(self._header, **fields)
            self._write("more", fields)

    def _write(self, kind: str, body: object) -> None:
        if not self._stream.closed:
            self._stream.write(timeline_file.line(kind, body))
