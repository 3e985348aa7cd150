"""Judges a lab again and again, as `./lab status` does: its health and its scores."""

from __future__ import annotations

from collections.abc import Callable

from cluster import scores
from drill.execute import lab_health
from status import health
from status.health import Expectation
from status.lab_status import LabStatus
from watch.feed.background import Background
from watch.feed.hub import Hub
from watch.feed.opened import OpenLab
from watch.model.facts import Judged, ScoreFact
from watch.model.state import State

EVERY_S = 5.0
"""The time between two judgements while nothing changes (seconds)."""
SOON_S = 1.0
"""The shortest time between two judgements (seconds)."""
DURING_DRILL = Expectation(during_drill=True)


class Judge(Background):
    """Judges the lab every `every` seconds, and soon after each change of the cluster.

    `on_status` gets the time of each reading and what was read. Then the hub's readings of nodes come from it.
    """

    period = 0.2

    def __init__(
        self,
        hub: Hub,
        lab: OpenLab,
        on_status: Callable[[float, LabStatus], None] | None = None,
        every: float = EVERY_S,
    ) -> None:
        super().__init__(hub, "status")
        self._lab, self._on_status, self._every = lab, on_status, every
        self._cluster: object = None
        self._asked = float("-inf")

    def work(self) -> None:
        """Read and judge when it is time. Raises LabError."""
        now, cluster = self.hub.clock(), _cluster(self.hub.state)
        changed = cluster != self._cluster and self._on_status is None
        if now - self._asked < (SOON_S if changed else self._every):
            return
        self._asked, self._cluster = now, cluster
        found = lab_health.look(self._lab.session, self._lab.fetch, figures=True)
        if self._on_status is not None:
            self._on_status(now, found)
        session = self._lab.session
        troubles = health.troubles(session.lab, found, DURING_DRILL)
        told = next((one.scores for one in found.nodes.values() if one.scores), ())
        rows = tuple(ScoreFact(one.resource, one.node, scores.text(one.score)) for one in told)
        self.hub.take(Judged(now, self.hub.clock(), tuple(map(str, troubles)), rows))


def _cluster(state: State) -> object:
    """What is judged again when it changes."""
    return tuple(
        (
            one.node,
            one.seen,
            one.owns_vip,
            one.web,
            one.quorate,
            one.members,
            one.dc,
            tuple(one.placements.items()),
        )
        for one in state.readings.values()
    )
