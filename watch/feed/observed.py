"""Observes a lab for as long as the view is open: it waits for a lab that is not up, and picks it up when it comes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from drill.observe.observation import Observing
from drill.record.timeline import NodeReading
from inventory.errors import LabError
from watch.feed.background import Background
from watch.feed.hub import Hub
from watch.feed.judge import Judge
from watch.feed.opened import STALE_S, Open, OpenLab
from watch.model.facts import NotUp, Up

RETRY_S = 3.0
"""The time between two attempts to open a lab that is not up (seconds)."""
RENEWED_S = 600.0
"""The length of one observation (seconds): probe and watch, and their programs on the nodes, end by themselves after
900 s, so that nothing stays there when this machine is lost."""
OVERLAP_S = 3.0
"""For so long the observation before still runs when the next one has begun (seconds)."""
SILENT_S = 6.0
"""When no node was seen for so long, the states of the machines are asked for (seconds)."""
LOOK_S = 0.5


class Observed(Background):
    """Opens the lab, observes it, and judges it, until it is stopped. `stale_s`: see LabFacts, before the patience."""

    period = 0.0

    def __init__(
        self,
        hub: Hub,
        open_lab: Open,
        *,
        judge: Callable[[Hub, OpenLab], Judge] = Judge,
        observing: Callable[[OpenLab], Observing] = OpenLab.observing,
        stale_s: float = STALE_S,
    ) -> None:
        super().__init__(hub, "observation")
        self._open, self._judge, self._observing, self._stale_s = open_lab, judge, observing, stale_s

    def work(self) -> None:
        """Open the lab, and observe it until it is gone or the view ends; without a lab, tell why."""
        try:
            lab = self._open()
            if why := lab.gone():
                raise why
            lab.guard()
        except LabError as error:
            self._not_up(error)
            return
        self.hub.take(Up(self.hub.clock(), lab.facts(self._stale_s)))
        try:
            with self._judge(self.hub, lab):
                self._observe(lab)
        except LabError as error:
            self._not_up(error)

    def _not_up(self, error: LabError) -> None:
        first = error.message.splitlines()[0]
        self.hub.take(NotUp(self.hub.clock(), f"{first} {error.hint}".strip()))
        self.ending.wait(RETRY_S)

    def _observe(self, lab: OpenLab) -> None:
        """Observe in parts of RENEWED_S that overlap. Raises LabError when the lab is gone."""
        observing = self._observing(lab)
        with contextlib.ExitStack() as before:
            while not self.ending.is_set():
                with contextlib.ExitStack() as begun:
                    begun.enter_context(observing(self.hub, self.hub.clock))
                    self._stay(lab, OVERLAP_S)
                    before.close()
                    self._stay(lab, RENEWED_S)
                    before.push(begun.pop_all())

    def _stay(self, lab: OpenLab, seconds: float) -> None:
        """Wait; raise LabError when no node is seen and no machine runs."""
        until = self.hub.clock() + seconds
        asked = self.hub.clock()
        while (now := self.hub.clock()) < until and not self.ending.wait(LOOK_S):
            if not self._silent(now):
                asked = now
            elif now - asked >= self._silent_s:
                asked = now
                if why := lab.gone():
                    raise why

    @property
    def _silent_s(self) -> float:
        return max(SILENT_S, 2 * self._stale_s)

    def _silent(self, now: float) -> bool:
        readings: tuple[NodeReading, ...] = tuple(self.hub.state.readings.values())
        return not any(one.seen and now - one.at < self._silent_s for one in readings)
