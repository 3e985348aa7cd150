"""The labs of a folder: a glance at each for its tile, and a whole observation of those that somebody looks at."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from inventory.errors import ConfigError
from watch.feed.background import Background
from watch.feed.glance import every, glanced
from watch.feed.hub import Hub
from watch.feed.observed import Observed
from watch.feed.opened import OpenLab
from watch.model.tile import Tile, tile

LINGER_S = 10.0
"""So long the observation of a lab goes on when nobody looks at it any more (seconds): a page may be loaded anew."""
LOOK_S = 5.0
"""The time between two looks for labs that are new or gone (seconds)."""


@dataclass(frozen=True)
class OneLab:
    """The only lab of a view, which is always observed."""

    number: int
    hub: Hub

    @contextlib.contextmanager
    def watched(self, number: int) -> Iterator[Hub]:
        """Its hub. Raises ConfigError for another number."""
        if number != self.number:
            raise ConfigError(f"This server shows lab {self.number} only.", hint="--labs shows all of them.")
        yield self.hub

    def tiles(self) -> tuple[Tile, ...]:
        """Its tile."""
        return (tile(self.number, self.hub.view()),)


@dataclass
class _Opened:
    hub: Hub
    stack: contextlib.ExitStack
    readers: int = 0
    last: float = field(default=float("inf"))
    """When the last reader left."""


class Labs(Background):
    """All labs of a folder.

    `kept` gives their numbers, `open_lab` opens one, `more` gives further backgrounds of one that is observed.
    """

    period = LOOK_S

    def __init__(
        self,
        kept: Callable[[], Iterable[int]],
        open_lab: Callable[[int], OpenLab],
        new_hub: Callable[[int], Hub],
        more: Callable[[Hub, int], Iterable[Background]] = lambda hub, number: (),
    ) -> None:
        super().__init__(new_hub(0), "labs")
        self._kept, self._open_lab, self._new_hub, self._more = kept, open_lab, new_hub, more
        self._lock = threading.Lock()
        self._glances: dict[int, tuple[Hub, Background, float]] = {}
        self._opened: dict[int, _Opened] = {}

    def work(self) -> None:
        """Begin to look at new labs, and end with those that are gone, and with observations that nobody wants."""
        numbers = tuple(self._kept())
        interval = every(len(numbers))
        for number in [one for one in self._glances if one not in numbers]:
            self._glances.pop(number)[1].stop()
        for number in numbers:
            hub, glance, at = self._glances.get(number) or (self._new_hub(number), None, 0.0)
            if at != interval:
                if glance is not None:
                    glance.stop()  # its hub stays, with what was seen
                glance = glanced(hub, lambda number=number: self._open_lab(number), interval)  # type: ignore[misc]
                glance.start()
                self._glances[number] = (hub, glance, interval)
        self._close(self.hub.clock() - LINGER_S)

    def tiles(self) -> tuple[Tile, ...]:
        """One tile for each lab, by number."""
        return tuple(tile(number, hub.view()) for number, (hub, _, _) in sorted(self._glances.items()))

    @contextlib.contextmanager
    def watched(self, number: int) -> Iterator[Hub]:
        """The hub of one lab, which is observed as long as the block runs, and a while longer. Raises ConfigError."""
        if number not in self._glances:
            raise ConfigError(f"There is no lab {number} in this folder.", hint="./lab labs lists them.")
        with self._lock:
            one = self._opened.get(number) or self._begin(number)
            one.readers += 1
            one.last = float("inf")
        try:
            yield one.hub
        finally:
            with self._lock:
                one.readers -= 1
                if not one.readers:
                    one.last = self.hub.clock()

    def _begin(self, number: int) -> _Opened:
        hub, stack = self._new_hub(number), contextlib.ExitStack()
        stack.enter_context(Observed(hub, lambda: self._open_lab(number)))
        for one in self._more(hub, number):
            stack.enter_context(one)
        self._opened[number] = _Opened(hub, stack)
        return self._opened[number]

    def _close(self, before: float) -> None:
        """End the observations whose last reader left before a moment."""
        with self._lock:
            gone = [number for number, one in self._opened.items() if not one.readers and one.last <= before]
            stacks = [self._opened.pop(number).stack for number in gone]
        for stack in stacks:
            stack.close()

    def stop(self) -> None:
        """End everything."""
        super().stop()
        with self._lock:
            stacks = [one.stack for one in self._opened.values()]
            self._opened.clear()
        for _, glance, _ in self._glances.values():
            glance.ending.set()
        for _, glance, _ in self._glances.values():
            glance.stop()
        for stack in stacks:
            stack.close()
