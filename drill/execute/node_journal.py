"""Reads the nodes' journals after a scenario, and gives their lines the times of the record.

A journal has the times of the node's own clock. The node is asked for its uptime, to convert them to the record's
clock: the first uptime in an answer was read after the question was sent, and the last one before the answer came.
Source: proc(5), /proc/uptime (hundredths of a second).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from cluster import cluster_journal
from drill.record.header import LoggedMoment
from inventory.errors import LabError
from inventory.model import Command
from inventory.session import LabSession

QUESTIONS = 2
"""The number of further questions for the uptime: the quickest answer decides how well the clock is known."""
MOST_LINES = 200
"""The most lines that are taken from one node."""
UPTIME = "cat /proc/uptime"
UPTIME_STEP_S = 0.01


@dataclass(frozen=True)
class NodeJournals:
    """Reads the journals of a session's nodes. `since` gives the seconds of the record."""

    session: LabSession
    since: Callable[[], float]
    unread: dict[str, str] = field(default_factory=dict, init=False)
    """The nodes that answered, but could not read their journal, each with the error."""

    @cached_property
    def moments(self) -> tuple[LoggedMoment, ...]:
        """The lines since the record began, sorted by time; read once. A node that does not answer has none."""
        found = [moment for node in self.session.lab.nodes for moment in self._of(node.name)]
        return tuple(sorted(found, key=lambda moment: moment.at))

    def _of(self, node: str) -> list[LoggedMoment]:
        script = f"{UPTIME}; {cluster_journal.journal_script(MOST_LINES)}; {UPTIME}"
        try:
            first = self._ask(node, script, "read-journal")
            if first.error:
                self.unread[node] = first.error
            if not (lines := cluster_journal.parse(first.text)):
                return []
            answers = [first, *(self._ask(node, UPTIME, "read-uptime") for _ in range(QUESTIONS))]
            limits = [one.distance for one in answers]
        except LabError:
            return []
        least, most = max(low for low, _ in limits), min(high for _, high in limits)
        distance, within = (least + most) / 2, abs(most - least) / 2
        return [
            LoggedMoment(
                node, round(line.at + distance, 4), round(within, 4), line.kind, line.resource, line.node
            )
            for line in lines
            if line.at + distance >= 0
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

    @property
    def distance(self) -> tuple[float, float]:
        """The record's time minus the node's uptime: at least and at most. Raises LabError without an uptime.

        The first and the last line of an answer are uptimes.
        """
        try:
            first, last = (float(self.text.splitlines()[place].split()[0]) for place in (0, -1))
        except (ValueError, IndexError):
            raise LabError(f"/proc/uptime has {self.text[:40]!r}", hint="") from None
        return self.asked - first - UPTIME_STEP_S, self.came - last
