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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

PRIOR_SPREAD = 0.3
"""The spread of a measured phase that is assumed before it is measured (standard deviation of the logarithm)."""
PRIOR_WEIGHT = 6
"""How many measurements the assumed spread is worth."""
SHORTEST_S = 0.005
"""Shorter measurements count as this long: the logarithm of 0 does not exist."""
JEFFREYS = 0.5
"""The weight of each possible number of waits before anything is measured (Jeffreys' prior)."""
DRAWS = 50000
SEED = 10
"""The sum is drawn so many times, always with this seed: the same input gives the same interval.

With a coverage of 99.95 % about 12 draws are above the interval, so its upper limit is known to about 10 %.
"""


class PhaseLength(Protocol):
    """The distribution of a phase's length."""

    def draws(self, chance: random.Random, count: int) -> list[float]:
        """So many lengths, drawn with `chance` (seconds)."""
        ...


@dataclass(frozen=True)
class Even:
    """Each length from `least` to `most` is equally likely: a timer that runs when the fault comes."""

    least: float
    most: float

    def draws(self, chance: random.Random, count: int) -> list[float]:
        """See PhaseLength."""
        width = self.most - self.least
        return [self.least + width * chance.random() for _ in range(count)]


@dataclass(frozen=True)
class Waits:
    """A program may wait in a phase, once or several times, for `seconds` each time.

    `weights`: so many imagined measurements with no wait, with one wait, and so on are added to the real ones, to
    estimate the number of waits in the next length. Without weights the next length has no wait, and the waits in the
    measurements are only removed.
    """

    seconds: float
    weights: tuple[float, ...] = ()

    def split(self, length: float) -> tuple[int, float]:
        """The number of waits in a measured length, and the rest of it (seconds)."""
        number = int(length // self.seconds)
        return number, length - number * self.seconds

    def expected(self, numbers: Sequence[int]) -> list[float]:
        """The weight of each number of waits, from none on, when these numbers were measured.

        A number without a weight of its own has the last one.
        """
        count = max(len(self.weights), max(numbers) + 1)
        weights = [*self.weights, *[self.weights[-1]] * (count - len(self.weights))]
        return [weight + numbers.count(number) for number, weight in enumerate(weights)]


@dataclass(frozen=True)
class Measured:
    """A phase that was measured; `seconds` are the measurements, at least one. Raises ValueError without any.

    `fixed_s` is a known part of each length, such as a wait of a fence device. It is no part of the distribution.
    """

    seconds: tuple[float, ...]
    waits: Waits | None = None
    fixed_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.seconds:
            raise ValueError("no measurement")

    def draws(self, chance: random.Random, count: int) -> list[float]:
        """See PhaseLength."""
        lengths = [one - self.fixed_s for one in self.seconds]
        numbers = [0] * len(lengths)
        if self.waits:
            split = [self.waits.split(one) for one in lengths]
            # What remains after a wait is removed can be almost 0. It counts as the shortest length without a wait.
            least = min((rest for number, rest in split if not number), default=0.0)
            numbers, lengths = [number for number, _ in split], [max(rest, least) for _, rest in split]
        drawn_lengths = _log_normal(lengths, chance, count)
        if not self.waits or not self.waits.weights:
            return [self.fixed_s + one for one in drawn_lengths]
        weights = self.waits.expected(numbers)
        waited = chance.choices(
            [self.waits.seconds * number for number in range(len(weights))], weights, k=count
        )
        return [self.fixed_s + one + wait for one, wait in zip(drawn_lengths, waited, strict=True)]


def _log_normal(lengths: Sequence[float], chance: random.Random, count: int) -> list[float]:
    """So many draws of the next length after these measured ones (see the top of this module)."""
    logarithms = [math.log(max(one, SHORTEST_S)) for one in lengths]
    mean = sum(logarithms) / len(logarithms)
    freedom = PRIOR_WEIGHT + len(logarithms) - 1
    squares = PRIOR_WEIGHT * PRIOR_SPREAD**2 + sum((one - mean) ** 2 for one in logarithms)
    scale = math.sqrt(squares / freedom * (1 + 1 / len(logarithms)))
    # Student's t from two uniform numbers: R. Bailey, Polar generation of random variates with the t-distribution.
    # The far tail of Student's t has times that never occur, so it is cut: e^5 is 150 times the usual time.
    factor, exponent, uniform = scale * math.sqrt(freedom), -2 / freedom, chance.random
    deviations = (
        factor * math.sqrt((1 - uniform()) ** exponent - 1) * math.cos(math.tau * uniform())
        for _ in range(count)
    )
    return [math.exp(mean + max(-5.0, min(5.0, one))) for one in deviations]


def drawn(lengths: Sequence[PhaseLength]) -> tuple[tuple[float, ...], ...]:
    """DRAWS lengths of each phase, drawn with SEED (seconds)."""
    chance = random.Random(SEED)  # noqa: S311 -- a distribution, no secret
    return tuple(tuple(one.draws(chance, DRAWS)) for one in lengths)


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
