"""Outages as intervals with a known resolution. Outages are never merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from drill.analysis.once import once
from drill.analysis.waits import CONNECTING, CaughtTogether, caught_of
from drill.record.timeline import Sample, Timeline, in_order


@dataclass(frozen=True)
class Outage:
    """Consecutive failed requests between two good ones. All times are seconds since the start of the record.

    The service is *down* at a moment when a request sent at that moment fails. The length of an outage is

    - at least `lower`: from the sending of the first failed request to the sending of the last one;
    - at most `upper`: from the *sending* of the last good request (it was answered, so the service was up then)
      to the *end* of the next good one (it may have been sent before the service was up again, but it was answered
      after that). None when one of the two is missing: the outage is open.

    `upper - lower` is the resolution: about two periods of the probe, more when answers are slow.
    `kinds` are the outcomes of the failed requests with their counts, the most frequent first. `waited` is when
    the last of them ended.
    """

    first_failed: float
    last_failed: float
    last_good: float | None
    next_good: float | None
    failed: int
    kinds: tuple[tuple[str, int], ...]
    waited: float = field(default=0.0, compare=False)

    @property
    def lower(self) -> float:
        """The outage lasted at least this long (seconds)."""
        return self.last_failed - self.first_failed

    @property
    def upper(self) -> float | None:
        """The outage lasted at most this long (seconds); None when it is open."""
        if self.last_good is None or self.next_good is None:
            return None
        return self.next_good - self.last_good

    @property
    def open(self) -> bool:
        """It began before the first request, or had not ended at the last one."""
        return self.upper is None

    @property
    def resolution(self) -> float | None:
        """The uncertainty of the length (seconds)."""
        return None if self.upper is None else self.upper - self.lower

    @property
    def summary(self) -> str:
        """The outage in one line, for people."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds)
        if self.upper is not None:
            length = f"{self.lower:.2f} to {self.upper:.2f} s"
        elif self.last_good is None and self.next_good is None:
            length = f"at least {self.lower:.2f} s, no answer at all"
        elif self.last_good is None:
            length = f"at least {self.lower:.2f} s, already down at the first request"
        else:
            length = f"at least {self.lower:.2f} s, not over at the last request"
        return f"outage at {self.first_failed:.2f} s: {length} ({self.failed} failed: {kinds})"


@once
def outages_of(timeline: Timeline, client: str = "probe") -> tuple[Outage, ...]:
    """The outages of one client in a record, in time order.

    Those of the client `connecting` begin with the first client that is caught and end when all caught clients have
    their answers: see drill.analysis.waits.
    """
    if client == CONNECTING:
        return tuple(_of_caught(one) for one in caught_of(timeline))
    return tuple(_outages(timeline.samples_of(client)))


def outages(samples: Iterable[Sample]) -> tuple[Outage, ...]:
    """The outages of one client in time order; `samples` must be those of one client."""
    return tuple(_outages(in_order(samples)))


def _outages(samples: Sequence[Sample]) -> Iterator[Outage]:
    failed = [number for number, one in enumerate(samples) if one.outcome != "ok"]
    for _, run in groupby(enumerate(failed), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        first, last = numbers[0], numbers[-1]
        before, after = samples[first - 1 : first], samples[last + 1 : last + 2]
        yield _outage(
            samples[first : last + 1], before[0].sent if before else None, after[0].done if after else None
        )


def _of_caught(found: CaughtTogether) -> Outage:
    waits = found.waits
    last = max(one.least for one in waits)
    return Outage(waits[0].since, last, found.last_good, found.until, len(waits), found.kinds, last)


def _outage(failed: Sequence[Sample], last_good: float | None, next_good: float | None) -> Outage:
    kinds = Counter(sample.outcome for sample in failed)
    ordered = tuple(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))
    return Outage(
        failed[0].sent,
        failed[-1].sent,
        last_good,
        next_good,
        len(failed),
        ordered,
        max(one.done for one in failed),
    )
