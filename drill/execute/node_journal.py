"""Reads the nodes' journals after a scenario, and gives their lines the times of the record.

A journal has the times of the node's own clock. The node's uptime (proc(5)) converts them to the record's clock. The
watch compares both clocks in each answer of the node, and so does the answer with the journal. When the offset is not
known well enough then, the node is asked again. The first uptime in an answer was read after the question was sent, and
the last one before the answer came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cluster import cluster_journal
from drill.observe.clock_offset import ClockOffset
from drill.record.header import LoggedMoment
from inventory.errors import LabError
from inventory.model import Command
from inventory.session import LabSession

QUESTIONS = 2
"""The number of further questions for the uptime, when the offset between the clocks is not known well enough."""
KNOWN_S = 0.01
"""Well enough: the offset between the clocks is known to this or better (plus or minus, in seconds)."""
MOST_LINES = 200
"""The most lines that are taken from one node."""


@dataclass(frozen=True)
class NodeJournals:
    """Reads the journals of a session's nodes. `since` gives the seconds of the record."""

    session: LabSession
    since: Callable[[], float]
    offsets: Mapping[str, ClockOffset] = field(default_factory=dict)
    """The offset between each node's uptime and the record's clock, as the watch knows it."""
    unread: dict[str, str] = field(default_factory=dict, init=False)
    """The nodes whose journal could not be read, each with the reason."""

    @cached_property
    def moments(self) -> tuple[LoggedMoment, ...]:
        """The lines since the record began, sorted by time; read once. A node that does not answer has none."""
        found = [moment for node in self.session.lab.nodes for moment in self._of(node.name)]
        return tuple(sorted(found, key=lambda moment: moment.at))

    def _of(self, node: str) -> list[LoggedMoment]:
        script = f"{cluster_journal.CLOCKS}; {cluster_journal.journal_script(MOST_LINES)}; {cluster_journal.UPTIME}"
        try:
            first = self._ask(node, script, "read-journal")
            if first.error:
                self.unread[node] = first.error
            if not (lines := cluster_journal.parse(first.text)):
                return []
            offset = replace(self.offsets.get(node, ClockOffset(self.session.provider.shares_kernel)))
            first.narrow(offset)
            for _ in range(QUESTIONS if offset.within(first.came) > KNOWN_S else 0):
                self._ask(node, cluster_journal.UPTIME, "read-uptime").narrow(offset)
        except LabError as error:
            self.unread.setdefault(node, error.message)
            return []
        suspended, more = cluster_journal.suspended(first.text)
        found = [(line, round(line.at + suspended + offset.middle, 4)) for line in lines]
        return [
            LoggedMoment(node, at, round(offset.within(at) + more, 4), line.kind, line.resource, line.node)
            for line, at in found
            if at >= max(0.0, offset.since)
        ]

    def _ask(self, node: str, script: str, purpose: str) -> _Answer:
        why = purpose.replace("-", " ")
        asked = self.since()
        result = self.session.remote.run(Command.script(node, script, why=why, deadline=10, purpose=purpose))
        error = "" if result.good else f"status {result.status} {result.err}".strip()
        return _Answer(asked, self.since(), result.out, error)


@dataclass(frozen=True)
class _Answer:
    """An output, and when it was asked for and came (seconds of the record). `error` says why the command failed."""

    asked: float
    came: float
    text: str
    error: str

    def narrow(self, offset: ClockOffset) -> None:
        """Narrow the offset by the uptimes in the first and the last line. Raises LabError when they are missing."""
        try:
            first, last = (float(self.text.splitlines()[place].split()[0]) for place in (0, -1))
        except (ValueError, IndexError):
            raise LabError(f"/proc/uptime has {self.text[:40]!r}", hint="") from None
        offset.take(self.asked, self.came, first, last)
