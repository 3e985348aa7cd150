"""What a node's system journal says about a failover, in the order of time: `journalctl -o short-monotonic`.

The times are seconds since the node's boot, with six decimals; only times of the same node may be subtracted. They do
not include the time in which the machine was suspended (CLOCK_MONOTONIC); /proc/uptime does (CLOCK_BOOTTIME). The
difference is given by `suspended`.

The messages are those of corosync 3, and of the controller and the fencer of pacemaker 2.0 to 3.0. Their level is
notice, so the journal has them by default.
Sources: journalctl(1), exec/totemsrp.c, controld_te_actions.c, controld_fencing.c, controld_callbacks.c,
fenced_remote.c. A system without systemd has no journal.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_LINE = re.compile(
    r"^\[\s*(\d+\.\d+)\] \S+ (?:corosync|pacemaker-controld|pacemaker-fenced)\[\d+\]:\s+(.*)$", re.M
)
_NOTICED = re.compile(
    r"(?:aborted by operation |action \d+ \()(\S+)_monitor_[1-9]\d*(?: '\w+')? on ([^\s:)]+)(?:\): expected|:)"
)
_FENCE = re.compile(r"Requesting fencing \((?:reboot|off)\) (?:of|targeting) node (\S+)")
_FENCED = re.compile(r"Operation '(?:reboot|off)' targeting (\S+) (?:by|on) .*: OK\b")
_ORDER = re.compile(r"Initiating (start|stop) operation (\S+)_(?:start|stop)_0 (?:locally )?on (\S+)")
WANTED = (
    "processor failed, forming|A new membership|_monitor_[1-9][0-9]*( .modify.)? on|Initiating (start|stop)"
    "|Requesting fencing|Operation '(reboot|off)' targeting .*: OK"
)
"""A pattern of the lines that are read (grep(1), -E)."""
UPTIME = "cat /proc/uptime"
"""A shell text that prints the node's uptime."""
UPTIME_STEP_S = 0.01
"""/proc/uptime has hundredths of a second, rounded down (proc(5))."""
_NEWEST_LINE = "journalctl -q --no-pager -b -n 1 -o export 2>/dev/null"
CLOCKS = f"{UPTIME}; date +%s.%N; {UPTIME}; {_NEWEST_LINE} | grep -aE '^__(REALTIME|MONOTONIC)_TIMESTAMP='"
"""A shell text that prints the wall-clock time between two uptimes, and both times of the journal's newest line."""
_NOW = re.compile(r"^(\d+\.\d+) \S+\n(\d+\.\d+)\n(\d+\.\d+) \S+$", re.M)
_NEWEST = re.compile(r"^__(REALTIME|MONOTONIC)_TIMESTAMP=(\d+)$", re.M)
LEAST_SUSPENDED_S = 1.0
"""A smaller difference is ignored: it may come from an adjusted wall clock, or from the time between the commands."""


@dataclass(frozen=True)
class JournalLine:
    """One line: `at` in seconds since the node's boot.

    Kinds: "token lost"; "membership"; "noticed" (`resource` failed its monitor on `node`); "start" and "stop" (this
    controller, the DC's, orders it for `resource` on `node`); "fence" (the DC orders that `node` is fenced); "fenced"
    (this node's fencer reports that `node` was switched off, or off and on again).
    """

    at: float
    kind: str
    resource: str = ""
    node: str = ""


def journal_script(limit: int) -> str:
    """A shell text that prints the wanted lines, at most the last `limit`; nothing on a system without a journal."""
    tags = "-t corosync -t pacemaker-controld -t pacemaker-fenced"
    read = f"journalctl -q --no-pager -b -o short-monotonic {tags} -n 4000"
    return f"{read} 2>/dev/null | grep -aE {shlex.quote(WANTED)} | tail -n {limit}"


def suspended(text: str) -> tuple[float, float]:
    """For how long the node's machine was suspended since its boot, and plus or minus how many seconds.

    `text` contains the output of CLOCKS. 0 and 0 when it was not suspended, or when the text does not show it. The
    newest line has a time of both clocks. When the wall clock was set between that line and this answer, the result is
    wrong by the difference; this is rare, because the newest line is usually less than a minute old.
    """
    now, newest = _NOW.search(text), {name: int(at) / 1e6 for name, at in _NEWEST.findall(text)}
    if now is None or len(newest) < 2:
        return 0.0, 0.0
    before, wall, after = map(float, now.groups())
    monotonic = newest["MONOTONIC"] + wall - newest["REALTIME"]
    least, most = before - monotonic, after + UPTIME_STEP_S - monotonic
    return ((least + most) / 2, (most - least) / 2) if least >= LEAST_SUSPENDED_S else (0.0, 0.0)


def parse(text: str) -> tuple[JournalLine, ...]:
    """Read the lines of `journal_script`. It never fails: a line that means nothing is left out."""
    found = []
    for match in _LINE.finditer(text):
        at, message = float(match[1]), match[2]
        if "A processor failed, forming" in message:
            found.append(JournalLine(at, "token lost"))
        elif "A new membership" in message:
            found.append(JournalLine(at, "membership"))
        elif order := _ORDER.search(message):
            found.append(JournalLine(at, order[1], order[2], order[3]))
        elif fence := _FENCE.search(message):
            found.append(JournalLine(at, "fence", node=fence[1]))
        elif fenced := _FENCED.search(message):
            found.append(JournalLine(at, "fenced", node=fenced[1]))
        elif noticed := _NOTICED.search(message):
            found.append(JournalLine(at, "noticed", noticed[1], noticed[2]))
    return tuple(sorted(found, key=lambda line: line.at))
