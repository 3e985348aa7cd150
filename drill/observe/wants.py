"""Decides what a watch asks a node for, beside the answer: a table of letters of node_stream.sh and their times."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from drill.observe.stream_state import StreamState
from inventory.platforms.base import Platform

LIVELY_S = 3.0
"""After a change the cluster's view is asked for at the shorter interval, for so long (seconds)."""
QUIET_S = 1.0
"""The interval of the cluster's view while nothing changes (seconds)."""
TURN_S = 2.0
"""The interval of each node's own view while nothing changes and all nodes see the same cluster (seconds)."""
BETWEEN_S = 0.05
"""The shortest time from the end of a view to the next one (seconds)."""
PRESENCE_S, STATES_S, EVERYWHERE_S, SOURCES_S = 0.1, 0.25, 3.0, 0.5
"""The intervals of: whether the processes are there; their states; a look for them everywhere; the event sources."""


class ViewTurns:
    """The nodes' turns: while all nodes see the same cluster, a quiet cluster is viewed on one node after another.

    So the cluster is viewed every QUIET_S seconds, and each node every TURN_S seconds. Several threads use it.
    """

    def __init__(self, nodes: Collection[str]) -> None:
        self._spacing = min(QUIET_S, TURN_S / len(nodes))
        self._asked = dict.fromkeys(nodes, float("-inf"))
        self._sees: dict[str, object] = dict.fromkeys(nodes)

    def asked(self, node: str, now: float) -> None:
        """A node's view is asked for."""
        self._asked[node] = now

    def sees(self, node: str, cluster: object) -> None:
        """A node shows this cluster: members, quorum, DC, placements. None: it shows none."""
        self._sees[node] = cluster

    def waits(self, node: str, now: float) -> bool:
        """Whether it is another node's turn."""
        shown = list(self._sees.values())
        if shown[0] is None or any(one != shown[0] for one in shown) or now - self._asked[node] >= TURN_S:
            return False
        asked = list(self._asked.values())
        return now - max(asked) < self._spacing or self._asked[node] > min(asked)


@dataclass
class Wants:
    """What to ask one node for. `period` is the interval of all that has no event source (seconds).

    After `view_limit` seconds a view that was asked for counts as lost.
    """

    platform: Platform
    period: float
    view_limit: float
    node: str
    turns: ViewTurns
    _last: dict[str, float] = field(default_factory=dict, init=False)
    _changed: float = field(default=float("-inf"), init=False)
    _ended: float = field(default=float("-inf"), init=False)

    def letters(self, state: StreamState, now: float) -> str:
        """The letters for a question that is asked now (seconds of the record)."""
        due = {
            "s": self._due("s", SOURCES_S, now),
            "f": self._due("f", EVERYWHERE_S, now),
            "p": self._due("p", PRESENCE_S, now),
            "q": self._due("q", STATES_S, now),
            "v": self._view_due(state, now),
        }
        wanted = "".join(letter for letter, is_due in due.items() if is_due)
        self._last |= dict.fromkeys(wanted, now)
        if "v" in wanted:
            self.turns.asked(self.node, now)
        return wanted

    def lively(self, state: StreamState, now: float) -> bool:
        """Whether something has changed in the last LIVELY_S seconds."""
        return state.news or now - self._changed <= LIVELY_S

    def _due(self, letter: str, interval: float, now: float) -> bool:
        return now - self._last.get(letter, float("-inf")) >= interval

    def _view_due(self, state: StreamState, now: float) -> bool:
        if state.news:
            self._changed = now
        if state.viewing:
            self._ended = now
            if not self._due("v", self.view_limit, now):
                return False
            state.give_up_view()
        if state.news and now - self._ended >= BETWEEN_S:
            return True
        if not self.platform.events.changes or self.lively(state, now):
            return self._due("v", self.period, now)
        return self._due("v", QUIET_S, now) and not self.turns.waits(self.node, now)
