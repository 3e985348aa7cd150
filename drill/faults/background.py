"""Programs that run on a node after the command that started them has ended: loops, timers, unfinished actions.

Only makes shell texts (see `scripts/background.sh`). They work with systemd and with init scripts.
"""

from __future__ import annotations

import math

from drill.faults.base import shell

FOLDER = "/var/run/ha-lab"
"""The folder for the lab's own files on a node. A boot removes its content."""


def start_once(name: str, text: str, limit: float) -> str:
    """Start a shell text in the background for at most `limit` seconds, unless it already runs."""
    return shell("start_once", folder=FOLDER, name=name, limit=math.ceil(limit), text=text)


def arm_timer(name: str, heal: str, *, seconds: float, limit: float) -> str:
    """Start a timer that runs the script `heal` after `seconds`; both together take at most `limit` seconds."""
    return shell(
        "arm_timer", folder=FOLDER, name=name, seconds=f"{seconds:g}", limit=math.ceil(limit), heal=heal
    )


def fired_file(name: str) -> str:
    """The file that a timer creates after it has run its heal."""
    return f"{FOLDER}/{name}.fired"


def in_foreground(text: str) -> str:
    """Run a shell text and write its pid to a file, so that a repair can end it when its caller was killed."""
    return shell("run_in_foreground", folder=FOLDER, text=text)
