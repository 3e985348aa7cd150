"""Which records of a run the page draws: all of a short run; of many repeats those that show most.

Many repeats of a scenario are folded into one part of the page. It shows their distribution, and draws the fastest, the
median and the slowest record, and those that did not pass. The page has a limit, and says what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.report.run import Run
from drill.report.summary import Summary

FOLDED_FROM = 6
"""From this many repeats on, a scenario is folded."""
MOST_NOT_PASSED = 20
"""Of a folded scenario, at most so many records that did not pass are drawn: first FAIL, then UNKNOWN."""
PAGE_LIMIT = 5_000_000
"""The page has at most so many bytes."""
_FIXED, _ROW, _GROUP = 80_000, 1_000, 40_000
"""The bytes that are kept free for the page itself, for each row of its table, and for each folded scenario."""


@dataclass(frozen=True)
class Repeats:
    """The repeats of a folded scenario. `chosen` are the records to draw, by number, each with the reason.

    `results` are all records; those that count are `counted`.
    """

    results: tuple[Summary, ...]
    counted: tuple[Summary, ...]
    chosen: Mapping[int, str]
    beyond: tuple[Summary, ...] = ()
    """Records that did not pass, beyond MOST_NOT_PASSED."""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.results[0].name


@dataclass
class Selection:
    """The folded scenarios of a run by name, and the HTML of the drawn records by their numbers."""

    folded: dict[str, Repeats] = field(default_factory=dict)
    drawn: dict[int, str] = field(default_factory=dict)


class Draw(Protocol):
    """Draws a record as HTML; `alone` when it does not belong to a folded scenario."""

    def __call__(self, summary: Summary, /, *, alone: bool) -> str:
        """The HTML."""
        ...


def select(run: Run, draw: Draw) -> Selection:
    """Choose the records to draw, and draw them, the most important first, until the page is full."""
    by_name: dict[str, list[Summary]] = {}
    for one in run.results:
        by_name.setdefault(one.name, []).append(one)
    counted = run.by_scenario()
    found = Selection(
        {
            name: _repeats(results, counted.get(name, ()))
            for name, results in by_name.items()
            if len(results) >= FOLDED_FROM
        }
    )
    single = [one for one in run.results if one.name not in found.folded]
    room = PAGE_LIMIT - _FIXED - _ROW * (len(single) + len(found.folded)) - _GROUP * len(found.folded)
    for one in _in_turn([*_ranked(single), *(_of(one) for one in found.folded.values())]):
        html = draw(one, alone=one.name not in found.folded)
        room -= len(html.encode("utf-8", "backslashreplace"))
        if room < 0:
            break
        found.drawn[one.number] = html
    return found


def _repeats(results: Sequence[Summary], counted: Sequence[Summary]) -> Repeats:
    measured = sorted(
        (one for one in counted if one.by_fault is not None and one.status != UNKNOWN),
        key=lambda one: (one.by_fault and (one.by_fault.least, one.by_fault.most), one.number),
    )
    chosen: dict[int, str] = {}
    if measured:
        middle = measured[(len(measured) - 1) // 2]
        for one, text in ((measured[-1], "slowest"), (measured[0], "fastest"), (middle, "median")):
            chosen[one.number] = f"{chosen[one.number]}, {text}" if one.number in chosen else text
    bad = sorted((one for one in results if one.status != PASS), key=lambda one: one.status != FAIL)
    for one in bad[:MOST_NOT_PASSED]:
        chosen.setdefault(one.number, "")
    beyond = tuple(one for one in bad[MOST_NOT_PASSED:] if one.number not in chosen)
    return Repeats(tuple(results), tuple(counted), chosen, beyond)


def _of(repeats: Repeats) -> list[Summary]:
    """The chosen records of a folded scenario: a failure, then the three that stand for all, then the others."""
    by_number = {one.number: one for one in repeats.results}
    chosen = [by_number[number] for number in repeats.chosen]
    bad = [one for one in chosen if one.status != PASS]
    return list({one.number: one for one in (*bad[:1], *chosen)}.values())


def _ranked(single: Iterable[Summary]) -> list[list[Summary]]:
    """Each record alone; first those that did not pass."""
    return [[one] for one in sorted(single, key=lambda one: one.status == PASS)]


def _in_turn(queues: Sequence[list[Summary]]) -> Iterable[Summary]:
    """The first record of each queue, then the second of each, and so on."""
    for place in range(max(map(len, queues), default=0)):
        yield from (queue[place] for queue in queues if place < len(queue))
