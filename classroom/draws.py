"""Draws exercises at random without replacement: none comes twice before each came once.

`.lab/drawn.json` has keyed digests of the names that were drawn since the last time when all had been drawn, so that
`cat` does not tell which exercise is under way.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from pathlib import Path

from classroom import sealing
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


def drawn(state: Path, names: Collection[str]) -> tuple[str, ...]:
    """The names among `names` that were drawn in this round. A file that cannot be read counts as none."""
    salt, digests = _read(state)
    return tuple(name for name in names if _digest(salt, name) in digests)


def remember(state: Path, name: str, names: Collection[str]) -> None:
    """Record that a name was drawn; a new round begins when all were."""
    salt, digests = _read(state)
    round_over = {_digest(salt, one) for one in names} <= set(digests)
    kept = [] if round_over else [one for one in digests if one != _digest(salt, name)]
    files.write(state / DRAWN, json.dumps({"salt": salt, "drawn": sorted([*kept, _digest(salt, name)])}))


def _read(state: Path) -> tuple[str, tuple[str, ...]]:
    """The salt and the digests of the file; a new salt and none when it cannot be read."""
    try:
        row = json.loads((state / DRAWN).read_text(encoding="utf-8"))
        salt, digests = str(row["salt"]), row["drawn"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return sealing.new_salt(), ()
    return salt, tuple(one for one in digests if isinstance(one, str)) if isinstance(digests, list) else ()


def _digest(salt: str, name: str) -> str:
    return sealing.keyed_digest(sealing.derived(salt, "drawn"), name)
