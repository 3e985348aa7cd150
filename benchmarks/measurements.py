"""The results of a benchmark: one measurement in each line of a file (JSON). A run can be stopped and continued.

A measurement has a key: the setting, what was measured, and its number. Only keys that the file lacks are measured. A
measurement in doubt (the machine was too busy) is kept as raw data, and is made again by the next run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from inventory.errors import ConfigError

Interval = tuple[float, float | None]
"""At least, and at most, so many seconds; None: no upper limit is known."""


@dataclass(frozen=True)
class Key:
    """What is measured: `setting` such as "token 1000 ms", `what` such as "freeze", and the number of the repeat."""

    setting: str
    what: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One measurement. What does not apply to it, or was not seen, is None. Times are in seconds.

    `value` is the setting as a number: the token in milliseconds, or advert_int in seconds. `at` is the time of day.
    `outage` is the longest outage of a client that the fault caused; (0, 0): no request failed. `later` is the longest
    one that began after the heal. `pause` is how long a machine was stopped.
    `token_lost`: the token did not reach the other node in time. `lost`: the other node removed this one from its
    membership. `moved`: the resources were started on another node. `two_owners` is for how long two nodes held the
    address at once; `held` has the periods of each node, as seconds since the injection. `two_answers` is for how long
    two machines answered ARP requests for it. `doubt` says why the
    measurement does not count; "": it counts.

    Of a build: `seconds` is its length, `parts` are the lengths of its parts by name, `memory_mb` is
    the memory of all nodes together, `cpu_s` is the processor time of
    all programs of this machine in that time, `contention` the share of the time in which a program waited
    for a processor.

    Of fencing: `fenced` are the nodes that were fenced before the heal, in order. `fence` is the time from the fault
    until the first of them had no power. `lost_writes` is how many acknowledged writes are lost: at least, and at most.
    """

    setting: str
    what: str
    number: int
    value: float
    at: str
    conditions: Mapping[str, object] = field(default_factory=dict)
    outage: Interval | None = None
    pause: Interval | None = None
    token_lost: bool | None = None
    lost: bool | None = None
    moved: bool | None = None
    two_owners: Interval | None = None
    later: Interval | None = None
    held: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    two_answers: Interval | None = None
    fenced: tuple[str, ...] | None = None
    fence: Interval | None = None
    lost_writes: tuple[int, int] | None = None
    seconds: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    memory_mb: int | None = None
    cpu_s: float | None = None
    contention: float | None = None
    doubt: str = ""

    @property
    def key(self) -> Key:
        """The key of this measurement."""
        return Key(self.setting, self.what, self.number)


@dataclass
class MeasurementsFile:
    """The file of one benchmark. `conditions` must be the same for all its measurements (platform, provider, ...)."""

    path: Path
    conditions: Mapping[str, object]
    rows: list[Measurement] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.rows = read(self.path) if self.path.exists() else []
        for row in self.rows:
            if dict(row.conditions) != dict(self.conditions):
                other = ", ".join(
                    f"{name} {row.conditions.get(name)}, now {self.conditions.get(name)}"
                    for name in sorted(row.conditions.keys() | self.conditions.keys())
                    if row.conditions.get(name) != self.conditions.get(name)
                )
                raise ConfigError(
                    f"{self.path} has measurements of another kind of lab: {other}.",
                    hint="Give another file: --output FILE.",
                )

    def missing(self, wanted: Iterable[Key]) -> tuple[Key, ...]:
        """The keys without a counted measurement, in the order of `wanted`."""
        done = {row.key for row in self.rows if not row.doubt}
        return tuple(key for key in wanted if key not in done)

    def add(self, key: Key, value: float, at: datetime, found: Mapping[str, Any]) -> Measurement:
        """Append the measurement of a key, and give it. `found` has the fields that were seen, by name."""
        row = Measurement(
            setting=key.setting,
            what=key.what,
            number=key.number,
            value=value,
            at=at.isoformat(timespec="seconds"),
            conditions=self.conditions,
            **found,
        )
        self.append(row)
        return row

    def append(self, row: Measurement) -> None:
        """Add a measurement; it is on the disk when this returns. An incomplete last line is removed first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as stream:
            stream.seek(0)
            text = stream.read()
            if text and not text.endswith(b"\n"):
                stream.truncate(text.rfind(b"\n") + 1)
            stream.write(json.dumps(_said(row), allow_nan=False).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self.rows.append(row)


def _said(row: Measurement) -> dict[str, object]:
    """A measurement as plain data, without the fields that do not apply to it."""
    stored: dict[str, object] = msgspec.to_builtins(row)
    return {name: value for name, value in stored.items() if value is not None and value != {}}


def read(path: Path) -> list[Measurement]:
    """The measurements of a file. An incomplete last line is ignored: its run was killed. Raises ConfigError."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", hint="Give another file: --output FILE."
        ) from error
    found = []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            continue
        try:
            found.append(msgspec.json.decode(line, type=Measurement))
        except msgspec.MsgspecError as error:
            raise ConfigError(
                f"{path}, line {number}: this is no measurement: {error}",
                hint="Remove the line, or give another file: --output FILE.",
            ) from error
    return found


def counted(rows: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """The measurements that count, the last one of each key."""
    return tuple({row.key: row for row in rows if not row.doubt}.values())
