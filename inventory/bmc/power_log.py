"""The log of one BMC: the orders that switch the power of its node, and when each switch began and was done.

A line is: date and time of this machine, the seconds of its monotonic clock, and a text:

    2026-11-27 10:00:00 [12345.678901] set power 0
    2026-11-27 10:00:00 [12345.679012] off: begun
    2026-11-27 10:00:00 [12345.912345] off: done

Every program of this machine reads the same monotonic clock (clock_gettime(2)), so a drill can use these times.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inventory.bmc import secret

NAME = "power.log"
_LINE = re.compile(r"^\S+ \S+ \[ *(\d+\.\d+)\] (?:(on|off): (begun|done)$)?")
WORDS = {True: "on", False: "off"}


@dataclass(frozen=True)
class Switch:
    """One switch of a node's power, in seconds of the monotonic clock.

    The power changed between `begun` and `done`. None: nothing says that it was done.
    """

    on: bool
    begun: float
    done: float | None


def path(state: Path, alias: str) -> Path:
    """The log of a node's BMC, below the lab's state folder."""
    return secret.folder(state) / alias / NAME


def note(file: Path, text: str, clock: float | None = None) -> None:
    """Add a line, unless the lab has no such BMC. `clock`: the monotonic time of it, by default now (seconds)."""
    moment = time.monotonic() if clock is None else clock
    if file.parent.is_dir():
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} [{moment:.6f}] {text}\n")


def begun(file: Path, *, on: bool) -> None:
    """Note that a switch begins."""
    note(file, f"{WORDS[on]}: begun")


def done(file: Path, *, on: bool) -> None:
    """Note that the power is as wanted."""
    note(file, f"{WORDS[on]}: done")


def parse(text: str) -> tuple[Switch, ...]:
    """The switches of a log, in the order of time. A line that means nothing is left out."""
    found: list[Switch] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match or not match[2]:
            continue
        moment, on = float(match[1]), match[2] == WORDS[True]
        if match[3] == "begun":
            found.append(Switch(on, moment, None))
        elif found and found[-1].on == on and found[-1].done is None:
            found[-1] = Switch(on, found[-1].begun, moment)
    return tuple(found)
