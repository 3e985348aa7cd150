"""Timelines as JSON lines: written while the drill runs, read back without any machine.

One object a line, with one key that says what it is:

    {"timeline": meta}   a scenario begins          {"meta": {...}}    more of its meta, known later
    {"sample": {...}}    {"sight": {...}}    {"mark": {...}}

A file may hold several scenarios, one after the other.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

from drill.record.timeline import CLIENTS, MARKS, OUTCOMES, WEB, Event, NodeReading, Sample, Timeline
from inventory.errors import LabError

_HINT = "changed by hand, no timeline, or from another version of the lab; take the file from another run"


class Recorder:
    """Writes one scenario's timeline line by line, so that a killed run leaves what it saw.

    `since` gives the seconds from the record's start.
    Safe to call from several threads. Everything is kept in memory too, for `timeline()`. A second
    recorder on the same file adds a scenario behind the first.
    """

    def __init__(self, path: Path, meta: Mapping[str, Any], since: Callable[[], float] = lambda: 0.0) -> None:
        self.since = since
        self._lock = threading.Lock()
        self._open = _Building(dict(meta))
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(path)
        self._stream: TextIO = path.open("a", encoding="utf-8")
        self._write("timeline", dict(meta))

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sample(self, sample: Sample) -> None:
        """Record a request."""
        self._add("sample", sample, self._open.samples)

    def reading(self, reading: NodeReading) -> None:
        """Record a reading of a node."""
        self._add("sight", reading, self._open.node_readings)

    def event(self, event: Event) -> None:
        """Record what the drill did; on disk before this returns."""
        self._add("mark", event, self._open.events)
        with self._lock:
            if not self._stream.closed:
                self._stream.flush()

    def meta(self, **more: Any) -> None:
        """Add what is known only now: roles, operations, the configuration afterwards."""
        with self._lock:
            self._open.meta.update(more)
            self._write("meta", more)

    def timeline(self) -> Timeline:
        """What was recorded so far."""
        with self._lock:
            return self._open.done()

    def close(self) -> None:
        """Flush and close; later records are kept in memory only."""
        with self._lock:
            self._stream.close()

    def _add(self, kind: str, item: Any, to: list[Any]) -> None:
        with self._lock:
            to.append(item)
            self._write(kind, asdict(item))

    def _write(self, kind: str, body: Mapping[str, Any]) -> None:
        if not self._stream.closed:
            self._stream.write(_line(kind, body))


def append(path: Path, timeline: Timeline) -> None:
    """Write a whole timeline at the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _drop_torn_line(path)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(lines(timeline))


def lines(timeline: Timeline) -> Iterable[str]:
    """A timeline as the lines of its file; reading them gives an equal timeline."""
    yield _line("timeline", dict(timeline.meta))
    for kind, items in (
        ("sample", timeline.samples),
        ("sight", timeline.node_readings),
        ("mark", timeline.events),
    ):
        for item in cast("tuple[Any, ...]", items):
            yield _line(kind, asdict(item))


def read(path: Path) -> Timeline:
    """The only timeline of a file. Raises LabError when there is none, or more than one."""
    found = read_all(path)
    if len(found) != 1:
        raise LabError(f"{path}: {len(found)} timelines where one is expected", hint=_HINT)
    return found[0]


def read_all(path: Path) -> tuple[Timeline, ...]:
    """All timelines of a file. Raises LabError naming file and line; a torn last line is only noted."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}", hint="name a run's folder") from error
    whole = data.endswith(b"\n")
    rows = data.split(b"\n")
    rows = rows[:-1] if whole else rows
    found: list[_Building] = []
    for number, row in enumerate(rows, start=1):
        try:
            _take(found, row.decode("utf-8"))
        except (ValueError, TypeError, KeyError) as error:
            if number == len(rows) and not whole:
                if found:
                    found[-1].notes.append(f"line {number} is cut off: the run was killed while writing it")
                break
            raise LabError(f"{path}:{number}: not a line of a timeline: {error}", hint=_HINT) from error
    return tuple(building.done() for building in found)


@dataclass
class _Building:
    meta: dict[str, Any]
    samples: list[Sample] = field(default_factory=list)
    node_readings: list[NodeReading] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def done(self) -> Timeline:
        return Timeline(
            dict(self.meta),
            tuple(self.samples),
            tuple(self.node_readings),
            tuple(self.events),
            tuple(self.notes),
        )


def _take(found: list[_Building], row: str) -> None:
    entry = json.loads(row, parse_constant=_no_constant)
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ValueError("an object with one key is expected")
    [(kind, body)] = entry.items()
    if kind not in ("timeline", "meta", "sample", "sight", "mark"):
        raise ValueError(f"unknown kind {kind!r}")
    if not isinstance(body, dict):
        raise ValueError(f"{kind} must be an object")
    if kind in ("timeline", "meta"):
        for name, holds in _META.items():
            if name in body and not holds(body[name]):
                raise ValueError(f"{name} cannot be {body[name]!r}")
    if kind == "timeline":
        found.append(_Building(body))
        return
    if not found:
        raise ValueError("the first line must be a timeline's meta")
    if kind == "meta":
        found[-1].meta.update(body)
    elif kind == "sample":
        found[-1].samples.append(_sample(body))
    elif kind == "sight":
        found[-1].node_readings.append(_sight(body))
    else:
        found[-1].events.append(_mark(body))


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


_META: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("nodes", "before", "after", "operations", "failcounts", "awaited", "order"), _list),
    **dict.fromkeys(("roles", "bounds"), _object),
}
"""What the readers of a meta rely on; anything else in it is only shown."""


def _sample(body: dict[str, Any]) -> Sample:
    _fields(body, {"sent": _time, "done": _time, "client": _one_of(CLIENTS), "outcome": _one_of(OUTCOMES)})
    _fields(body, {"page": _text, "detail": _text, "status": _status})
    return Sample(**body)


def _sight(body: dict[str, Any]) -> NodeReading:
    _fields(body, {"asked": _time, "at": _time, "node": _text, "seen": _flag, "owns_vip": _flag})
    _fields(body, {"web": _one_of(WEB), "quorate": _maybe_flag, "members": _texts, "dc": _text})
    _fields(body, {"corosync": _flag, "placements": _text_to_text})
    return NodeReading(**{**body, "members": tuple(body["members"])})


def _mark(body: dict[str, Any]) -> Event:
    _fields(body, {"at": _time, "kind": _one_of(MARKS), "label": _text, "node": _text, "detail": _text})
    return Event(**body)


def _fields(body: dict[str, Any], rules: Mapping[str, Callable[[Any], bool]]) -> None:
    for name, holds in rules.items():
        if name not in body:
            raise ValueError(f"{name} is missing")
        if not holds(body[name]):
            raise ValueError(f"{name} cannot be {body[name]!r}")


def _time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _maybe_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _status(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _text_to_text(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: value in allowed


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a time")


def _line(kind: str, body: Mapping[str, Any]) -> str:
    return json.dumps({kind: body}, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _drop_torn_line(path: Path) -> None:
    """A run killed while writing left half a line: cut it, so that the next scenario starts on its own."""
    if not path.exists():
        return
    text = path.read_bytes()
    if text and not text.endswith(b"\n"):
        path.write_bytes(text[: text.rfind(b"\n") + 1])
