"""The programs on a node that report changes as soon as they happen: shell texts that print lines until they end.

An empty text: the system has no such source, and the watch of a drill polls instead.
Sources: ip-monitor(8), corosync-quorumtool(8), tail(1), stdbuf(1).
"""

from __future__ import annotations

from dataclasses import dataclass

LOOK_S = 0.05
"""The longest time from a line in the log to its event (seconds)."""


@dataclass(frozen=True)
class EventSources:
    """The sources of one system; the defaults are those of a current system."""

    addresses: str = "ip -o -4 monitor address"
    """Prints each change of an IPv4 address, in the words of `ip -o addr`."""
    ring: str = "stdbuf -oL corosync-quorumtool -m"
    """Prints the block of `corosync-quorumtool -s` at its start and after each change of the membership."""
    changes: str = "Diff: [+]{3} [0-9.]+"
    """A pattern of the lines in pacemaker's log that show a change of the CIB (grep(1), -E)."""

    def log_lines(self, log: str) -> str:
        """Print a line for each change of the CIB. It ends when the process $main ends.

        On some file systems, such as the overlay of a container, tail(1) has no inotify and looks every LOOK_S seconds.
        """
        if not self.changes:
            return ""
        return f"tail --pid=$main -s {LOOK_S} -n0 -F {log} | grep --line-buffered -oE '{self.changes}'"


CURRENT_EVENTS = EventSources()
"""The sources of a current system."""
