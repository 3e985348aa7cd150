"""How long clients waited that began to connect while the service was away (the client `connecting`).

Such a client does not get its answer as soon as the service is back, but when the kernel sends the next SYN. With
net.ipv4.tcp_syn_linear_timeouts = 4, the default from Linux 6.5 on, that is 1, 2, 3, 4, 5, 7, 11 and 19 s after the
first one; in older kernels 1, 3, 7 and 15 s after it. When a request fails, its client waits until
the first good answer to a later request.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from drill.analysis.once import once
from drill.record.timeline import Sample, Timeline

CONNECTING = "connecting"
CAUGHT_S = 0.5
"""A client that has no answer after this time (seconds) is caught. The kernel sends a SYN again after 1 s."""


@dataclass(frozen=True)
class Wait:
    """A client that was caught: it began at `since`, and had no answer before `least`. Seconds of the record.

    `until` is its first good answer; None when there is none in the record.
    """

    since: float
    least: float
    until: float | None
    kind: str
    """Why it was caught: "late" for a good answer, otherwise the outcome of its request."""


@dataclass(frozen=True)
class CaughtTogether:
    """Clients that were caught one after another. `last_good` is when the client before them began."""

    last_good: float | None
    waits: tuple[Wait, ...]

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Why they were caught, with the counts, the most frequent first."""
        kinds = Counter(one.kind for one in self.waits)
        return tuple(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))

    @property
    def until(self) -> float | None:
        """When all of them had their answers (seconds); None when one of them had none in the record."""
        ends = [one.until for one in self.waits if one.until is not None]
        return max(ends) if len(ends) == len(self.waits) else None


@once
def caught_of(timeline: Timeline) -> tuple[CaughtTogether, ...]:
    """The clients of a record that were caught while they were connecting, in time order."""
    return caught(timeline.samples_of(CONNECTING), timeline.patient(CAUGHT_S))


def caught(samples: Iterable[Sample], limit: float = CAUGHT_S) -> tuple[CaughtTogether, ...]:
    """The clients that were caught: that failed, or waited for longer than `limit` (seconds). In time order."""
    ordered = sorted(samples, key=attrgetter("sent", "done"))
    good = [one for one in ordered if one.good]
    found: list[CaughtTogether] = []
    last_good: float | None = None
    for is_caught, run in groupby(ordered, key=lambda one: is_late(one, limit) or not one.good):
        mine = list(run)
        if is_caught:
            found.append(CaughtTogether(last_good, tuple(_wait(one, good) for one in mine)))
        else:
            last_good = mine[-1].sent
    return tuple(found)


def is_late(sample: Sample, limit: float = CAUGHT_S) -> bool:
    """A good answer for which its client had to wait."""
    return sample.good and sample.done - sample.sent > limit


def _wait(sample: Sample, good: Sequence[Sample]) -> Wait:
    """`good` are all good samples, by the time of sending."""
    if sample.good:
        return Wait(sample.sent, sample.done, sample.done, "late")
    later = bisect_left(good, sample.done, key=attrgetter("sent"))
    until = good[later].done if later < len(good) else None
    return Wait(sample.sent, sample.done, until, sample.outcome)
