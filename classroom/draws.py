"""Draws exercises at random without replacement: none comes twice before each came once.

`.lab/drawn.json` has the names that were drawn since the last time when all had been drawn.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from pathlib import Path

from inventory import files

DRAWN = "drawn.json"


def order(names: Sequence[str], seed: int) -> tuple[str, ...]:
    """The order in which a seed draws. As many seeds in a row as there are names begin with a different one each."""
    if not names:
        return ()
    turn, first = divmod(seed, len(names))
    mixed = list(names)
    random.Random(f"exercises {turn}").shuffle(mixed)  # noqa: S311 -- a choice, no secret
    rest = [*mixed[:first], *mixed[first + 1 :]]
    random.Random(f"exercises {seed}").shuffle(rest)  # noqa: S311 -- a choice, no secret
    return (mixed[first], *rest)


def draw(names: Sequence[str], seed: int | None, drawn: Collection[str]) -> str:
    """The first name in the order of a seed (None: any order) that was not drawn yet; the first when all were."""
    wanted = order(names, random.SystemRandom().randrange(2**32) if seed is None else seed)
    return next((name for name in wanted if name not in drawn), wanted[0])


def drawn(state: Path) -> tuple[str, ...]:
    """The names that were drawn in this round. A file that cannot be read counts as none."""
    try:
        row = json.loads((state / DRAWN).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    return tuple(one for one in row if isinstance(one, str)) if isinstance(row, list) else ()


def remember(state: Path, name: str, names: Collection[str]) -> None:
    """Record that a name was drawn; a new round begins when all were."""
    before = drawn(state)
    round_over = set(names) <= set(before)
    files.write(state / DRAWN, json.dumps([name] if round_over else [*before, name]))
