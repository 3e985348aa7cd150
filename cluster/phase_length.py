"""How long one phase of an outage lasts, as a distribution; and the interval in which a sum of phases lies.

The rest of a timer whose start is not known has an even distribution. A measured phase is log-normal: times are
positive, and their spread grows with them. Few measurements say little about the spread, so the predictive distribution
of the next measurement is used: Student's t in the logarithm, with a weak prior spread (PRIOR_SPREAD counts as
PRIOR_WEIGHT measurements). Source: A. Gelman et al., Bayesian Data Analysis, 3.3 (normal data, conjugate prior).
Seconds throughout.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

PRIOR_SPREAD = 0.3
"""The spread of a measured phase that is assumed before it is measured (standard deviation of the logarithm)."""
PRIOR_WEIGHT = 6
"""How many measurements the assumed spread is worth."""
SHORTEST_S = 0.005
"""Shorter measurements count as this long: the logarithm of 0 does not exist."""
JEFFREYS = 0.5
"""What a number of waits counts before it is measured, when nothing is known of it (Jeffreys' prior)."""
DRAWS = 20000
SEED = 10
"""The sum is drawn so many times, always with this seed: the same input gives the same interval."""


class PhaseLength(Protocol):
    """The distribution of a phase's length."""

    def drawing(self) -> Callable[[random.Random], float]:
        """A function that draws one length (seconds)."""
        ...


@dataclass(frozen=True)
class Even:
    """Each length from `least` to `most` is equally likely: a timer that runs when the fault comes."""

    least: float
    most: float

    def drawing(self) -> Callable[[random.Random], float]:
        """See PhaseLength."""
        return lambda chance: chance.uniform(self.least, self.most)


@dataclass(frozen=True)
class Measured:
    """A phase that was measured; `seconds` are the measurements, at least one. Raises ValueError without any.

    `fixed_s` is a part of each length that is known: a wait. It is no part of the distribution.
    `again_s`: the program may wait for so long and begin again, several times. The number of waits in a measurement is
    how often `again_s` fits into it. The number in the next one is estimated from the frequencies of these numbers.
    `known_waits` is added to them: what no wait, one wait, and so on count before anything is measured.
    """

    seconds: tuple[float, ...]
    again_s: float = 0.0
    known_waits: tuple[float, ...] = (JEFFREYS,) * 3
    fixed_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.seconds:
            raise ValueError("no measurement")

    def drawing(self) -> Callable[[random.Random], float]:
        """See PhaseLength."""
        rest = [one - self.fixed_s for one in self.seconds]
        waits = [int(one // self.again_s) if self.again_s else 0 for one in rest]
        single = [one - self.again_s * count for one, count in zip(rest, waits, strict=True)]
        logarithms = [math.log(max(one, SHORTEST_S)) for one in single]
        count = len(logarithms)
        middle = sum(logarithms) / count
        freedom = PRIOR_WEIGHT + count - 1
        squares = PRIOR_WEIGHT * PRIOR_SPREAD**2 + sum((one - middle) ** 2 for one in logarithms)
        scale = math.sqrt(squares / freedom * (1 + 1 / count))
        numbers = range(max(len(self.known_waits), max(waits) + 1))
        known = (*self.known_waits, *(JEFFREYS for _ in numbers))
        frequencies = [waits.count(number) + known[number] for number in numbers]

        def draw(chance: random.Random) -> float:
            # Student's t from two even numbers: R. Bailey, Polar generation of random variates with the t-distribution.
            spread = freedom * ((1 - chance.random()) ** (-2 / freedom) - 1)
            student = math.sqrt(spread) * math.cos(math.tau * chance.random())
            waited = self.again_s * chance.choices(numbers, frequencies)[0] if self.again_s else 0.0
            # The far tail of Student's t has times that never occur, so it is cut: e^5 is 150 times the usual time.
            return self.fixed_s + waited + math.exp(middle + max(-5.0, min(5.0, scale * student)))

        return draw


def drawn(lengths: Sequence[PhaseLength]) -> tuple[tuple[float, ...], ...]:
    """DRAWS lengths of each phase, drawn with SEED (seconds)."""
    chance = random.Random(SEED)  # noqa: S311 -- a distribution, no secret
    draws = [one.drawing() for one in lengths]
    return tuple(tuple(draw(chance) for _ in range(DRAWS)) for draw in draws)


def narrowest(values: Iterable[float], coverage: float) -> tuple[float, float]:
    """The narrowest interval that contains the share `coverage` (0 to 1) of the values."""
    ordered = sorted(values)
    inside = min(len(ordered), math.floor(coverage * len(ordered)) + 1)
    pairs = zip(ordered, ordered[inside - 1 :], strict=False)
    return min(pairs, key=lambda pair: pair[1] - pair[0])


def middle(values: Iterable[float], coverage: float) -> tuple[float, float]:
    """The interval that contains the share `coverage` (0 to 1) of the values; as many are below it as above it."""
    ordered = sorted(values)
    outside = (1 - coverage) / 2
    last = len(ordered) - 1
    return ordered[math.floor(outside * last)], ordered[math.ceil((1 - outside) * last)]
