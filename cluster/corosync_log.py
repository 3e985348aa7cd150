"""Reads corosync's log: the lines of a good start, a failed start, unexplained errors, and changes of the membership.

Sources: walkthrough step 3; recorded logs of corosync 1.4.1 and 3.1.7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cluster.corosync_conf import PORT
from inventory.model import Node
from inventory.platforms.base import CorosyncGeneration

STARTED = "the engine started"
_START = re.compile(r"Corosync Cluster Engine.*(starting up|started and ready)")
_EXIT = re.compile(r"Corosync Cluster Engine exiting with status [1-9].*")


def expected_log_lines(generation: CorosyncGeneration, node: Node) -> Mapping[str, str]:
    """Give the lines that the log shows after a good start (walkthrough step 3): meaning -> regular expression."""
    address = re.escape(str(node.address))
    if generation == "1.4":
        return {
            STARTED: r"Corosync Cluster Engine .*started and ready to provide service",
            "the configuration was read": r"Successfully read main configuration file",
            "the transport is initialised": r"\[TOTEM ?\] Initializing transport \(UDP/IP Multicast\)",
            "the interface is up": rf"\[TOTEM ?\] The network interface \[{address}\] is now up",
            "a membership formed": r"\[TOTEM ?\] A processor joined or left the membership"
            r" and a new membership was formed",
            "pacemaker started": r"pcmk_startup: .*Service: 9|pcmk_startup: CRM: Initialized",
        }
    return {
        STARTED: r"\[MAIN ?\s*\] Corosync Cluster Engine\s.*starting up",
        "the transport is initialised": r"\[TOTEM ?\] Initializing transport \(Kronosnet\)",
        "the interface is up": rf"\[TOTEM ?\] Configured link number 0: local addr: {address}, port={PORT}",
        "a membership formed": r"\[TOTEM ?\] A new membership \([0-9a-f.]+\) was formed",
        "the services are ready": r"Completed service synchronization, ready to provide service",
    }


def missing_log_lines(generation: CorosyncGeneration, node: Node, log: str) -> tuple[str, ...]:
    """Give the meanings of `expected_log_lines` that the log does not show from the latest start on."""
    latest = since_start(log)
    return tuple(
        meaning
        for meaning, pattern in expected_log_lines(generation, node).items()
        if not re.search(pattern, latest)
    )


def since_start(log: str) -> str:
    """Give the part of a log from corosync's latest start on; the whole log when it contains no start."""
    starts = list(_START.finditer(log))
    return log[_line_start(log, starts[-1]) :] if starts else log


def failed_start(log: str) -> str:
    """Give the line with which the latest start ended in an error status; "" when it did not."""
    latest = since_start(log)
    ends = list(_EXIT.finditer(latest))
    return latest[_line_start(latest, ends[-1]) : ends[-1].end()].strip() if ends else ""


def _line_start(log: str, found: re.Match[str]) -> int:
    """Where the line of a match begins: a pattern for the whole line would be tried at each character of a log."""
    return log.rfind("\n", 0, found.start()) + 1


HARMLESS: Mapping[str, str] = {
    r"mgmtd (process )?exited|Child process mgmtd": "the plugin starts a daemon that was never shipped (1.4)",
    r"plugin (for Corosync\. The plugin )?is not supported in this environment": "runs all the same (1.4)",
    r"Please see Chapter 8 of 'Clusters from Scratch'": "the second half of the same message (1.4)",
    r"RLIMIT_MEMLOCK": "memory is not locked in a container; it may be swapped",
    r"SCHED_RR|Could not set priority": "no real-time class in a container; it runs at high nice priority",
    r"was not scheduled for|Can't lock|Could not lock memory": "a pause of the host, or memory as above",
    r"no (STONITH|fencing) resources have been defined|disable STONITH with the stonith-enabled option"
    r"|need STONITH to ensure data integrity": "until step 4 switches fencing off",
}
"""Error lines that a healthy lab shows: pattern -> reason."""

_NOT_SCHEDULED = re.compile(r"was not scheduled .*?for ([0-9.]+) ms")
NOT_SCHEDULED = "was not scheduled"
"""A part of the line that corosync logs after a pause of most of the token's time or longer."""


def pauses(log: str) -> tuple[float, ...]:
    """Give the pauses of corosync itself that its log reports (seconds)."""
    return tuple(float(found) / 1000 for found in _NOT_SCHEDULED.findall(log))


_ERROR = re.compile(r"\b(ERROR|CRIT|EMERG)\b|\bcorosync ?(error|crit|alert|emerg)\b|\b(error|crit|emerg):")


def unexpected_errors(log: str) -> tuple[str, ...]:
    """Give the error and critical lines of a log that `HARMLESS` does not explain, and ends with an error status."""
    return tuple(
        line
        for line in log.splitlines()
        if _EXIT.search(line)
        or (_ERROR.search(line) and not any(re.search(pattern, line) for pattern in HARMLESS))
    )


_TOKEN_LOST = re.compile(r"\[TOTEM ?\] A processor failed, forming new configuration")
_FORMED = re.compile(r"\[TOTEM ?\] A new membership \([0-9a-f.]+\) was formed\.(.*)$")
_LEFT = re.compile(r"\bleft:((?: \d+)+)")


@dataclass(frozen=True)
class Memberships:
    """What a part of corosync's log says about the membership, as one node sees it (corosync 3).

    `token_lost`: how many times the node waited for the token in vain. `left`: the ids of the nodes that left, in
    order. `forming`: the token was lost, and no membership was formed after that yet.
    """

    token_lost: int
    left: tuple[int, ...]
    forming: bool


def memberships(log: str) -> Memberships:
    """Read the changes of the membership from a part of a log of corosync 3."""
    lost, left, forming = 0, list[int](), False
    for line in log.splitlines():
        if _TOKEN_LOST.search(line):
            lost, forming = lost + 1, True
        elif found := _FORMED.search(line):
            forming = False
            left += [int(word) for group in _LEFT.findall(found.group(1)) for word in group.split()]
    return Memberships(lost, tuple(left), forming)
