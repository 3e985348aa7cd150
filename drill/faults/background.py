"""What goes on running on a node after the command that began it: loops, and the timers that heal.

Shell texts only. Each is a session of its own (setsid(1)) under a limit of time (timeout(1)); its pid
stands in a file, so that anyone can end it later. Works alike with systemd and with init scripts.
"""

from __future__ import annotations

import shlex

FOLDER = "/var/run/ha-lab"
"""Where the lab keeps what it must know on a node; gone after a boot."""


def launch(name: str, text: str, seconds: float) -> str:
    """Begin `text` in the background, for at most so many seconds."""
    return (
        f"mkdir -p {FOLDER}\n"
        f"setsid timeout -s KILL {seconds:g} sh -c {shlex.quote(text)} ha-lab-{name} </dev/null >/dev/null 2>&1 &\n"
        f"echo $! > {FOLDER}/{name}.pid"
    )


def underway(text: str) -> str:
    """Do `text` in the foreground, with its pid in a file as long as it lasts: its caller may be killed."""
    file = f"{FOLDER}/act.pid"
    return f": ha-lab-act; mkdir -p {FOLDER}; echo $$ > {file}\n( {text}\n)\ns=$?; rm -f {file}; exit $s"


def alive(name: str) -> str:
    """A condition: it still runs. A pid that was given to something else since does not count."""
    return f"grep -qs ha-lab-{name} /proc/$(cat {FOLDER}/{name}.pid 2>/dev/null || echo none)/cmdline"


def end(name: str) -> str:
    """End it and all that it started; it may be so young that it has no session yet."""
    file = f"{FOLDER}/{name}.pid"
    return f"kill -KILL $(cat {file}); pkill -KILL -s $(cat {file}); rm -f {file}"
