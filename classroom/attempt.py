"""The record of an attempt at an exercise: its fields, and its JSON. docs/exercises.md describes them.

`classroom.attempts` keeps the records in files.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from datetime import datetime, timezone
from typing import Any, Literal

import msgspec

from classroom import sealing
from classroom.points import Prices
from inventory.errors import ConfigError

VERSION = 1
"""The version of the record. A record of a later version cannot be read by this program."""
Mode = Literal["practice", "exam"]
Phase = Literal["breaking", "broken", "solved", "given-up"]
"""breaking: the lab is being broken; broken: the student repairs it; solved: a grade found it repaired;
given-up: a command began to repair it, or the lab was removed."""


class Hint(msgspec.Struct, frozen=True):
    """A hint that was shown: its number from 1 on, when, and what it costs."""

    number: int
    at: str
    price: float


class Try(msgspec.Struct, frozen=True):
    """One `./lab grade`: when, whether the lab was repaired then, and the checks that did not pass."""

    at: str
    solved: bool
    left: tuple[str, ...] = ()


class Typed(msgspec.Struct, frozen=True):
    """A command that the student typed on a node: when it ended, where, its text, its exit status (None: not known)."""

    at: str
    node: str
    line: str
    status: int | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt. Times are UTC, as 2026-11-27T10:36:48Z; "" means never.

    `digest` and `sealed` hide which exercise it is (sealing.py, sealed_exercise.py). `wrapped` and `teacher` are only
    in an exam: the secret for the teacher's key, and the fingerprint of that key. `shown` has the texts for the
    student. `altered`: another program changed the record, so what it says about help is not reliable.
    """

    id: str
    version: int = VERSION
    lab: str = ""
    """lab.yaml's name of the lab, and in `number` the N of --lab N."""
    number: int = 1
    machines: str = ""
    """A digest of the machines' ids: with other machines, the lab was built again in between."""
    mode: Mode = "practice"
    phase: Phase = "broken"
    began: str = ""
    ended: str = ""
    solved: str = ""
    """When a grade found it repaired for the first time: whether it was ever solved."""
    prices: Prices = Prices()
    hints: tuple[Hint, ...] = ()
    tries: tuple[Try, ...] = ()
    """The last one says whether it was solved then; `solved` says whether it was ever."""
    plan: str = ""
    """When ./lab plan showed the repair for the first time."""
    salt: str = ""
    digest: str = ""
    sealed: str = ""
    wrapped: str = ""
    teacher: str = ""
    shown: str = ""
    altered: bool = False
    mac: str = ""

    @property
    def known(self) -> bool:
        """The record could be read."""
        return bool(self.sealed)

    @property
    def open(self) -> bool:
        """It was neither solved nor ended."""
        return self.phase != "solved" and not self.ended

    @property
    def points(self) -> float | None:
        """Its points: what a solution is worth, less the prices of the help; None when this is not known."""
        if self.altered:
            return None
        help_ = sum(one.price for one in self.hints) + (self.prices.plan if self.plan else 0)
        return max(0.0, self.prices.solved - help_) if self.solved else 0.0


UNREADABLE = Attempt(id="", altered=True)
"""Stands for a record that cannot be read, or that an older version of the program wrote."""


def now() -> str:
    """The time now, as it is in a record."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """The id of a new attempt: the time, and a random part."""
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def mac_of(row: dict[str, Any]) -> str:
    """A digest of a record's JSON object without its own `mac`: a change by another program makes it wrong."""
    text = json.dumps({name: value for name, value in row.items() if name != "mac"}, sort_keys=True)
    return sealing.keyed_digest(sealing.derived(str(row.get("salt", "")), "record"), text)


def commands(text: str) -> tuple[Typed, ...]:
    """The commands of a file of typed commands, in their order. A line that cannot be read is left out."""
    found = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError, RecursionError):  # msgspec's errors are ValueErrors
            found.append(msgspec.json.decode(line, type=Typed))
    return tuple(found)


def parse(text: str) -> Attempt:
    """A record from its JSON. `altered` is true when another program changed it. Raises ConfigError."""
    try:
        found = msgspec.json.decode(text, type=Attempt)
        good = sealing.same_digest(found.mac, mac_of(json.loads(text)))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise ConfigError(f"The record of an attempt cannot be read: {error}") from error
    if found.version > VERSION:
        raise ConfigError(
            f"The record of the attempt {found.id} has version {found.version}; this program reads up to {VERSION}.",
            hint="Use a newer version of the lab for it.",
        )
    return found if good else msgspec.structs.replace(found, altered=True)
