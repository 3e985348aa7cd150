"""Compares the commands that students typed: equal logs are shown with their evidence, for a person to judge.

Own values (names, addresses, scores) are replaced by words before, so a log with exchanged names is still equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from classroom.school.attempts import Tried
from classroom.school.personal import Personal

FEWEST = 8
"""So many commands in the same order are no chance; a shorter log may be equal by chance (three looks at the state)."""
SAME_PAUSES_S = 2.0
"""Two logs with pauses that differ by no more than this were typed only once (seconds)."""
FEWEST_PAUSES = 4


@dataclass(frozen=True)
class Log:
    """The typed commands of one student in order, without own values, and when each one ended (seconds since 1970)."""

    lines: tuple[str, ...]
    at: tuple[float, ...]


def log_of(tried: Sequence[Tried], mine: Personal) -> Log:
    """The log of a student, over all attempts."""
    rows = sorted((one for attempt in tried for one in attempt.typed), key=lambda one: one.at)
    plain = _plain(mine)
    return Log(tuple(plain(one.line) for one in rows), tuple(one.at for one in rows))


def alike(one: Log, other: Log) -> tuple[str, tuple[str, ...]]:
    """Why two logs look like one, and the lines that they share; "" when they do not."""
    if not one.lines or not other.lines:
        return "", ()
    same = one.lines == other.lines
    if same and len(one.lines) > FEWEST_PAUSES and _same_pauses(one, other):
        return f"the same {len(one.lines)} commands with the same pauses", one.lines
    if same and len(one.lines) >= FEWEST:
        return f"the same {len(one.lines)} commands", one.lines
    run = _longest_run(one.lines, other.lines)
    if len(run) >= FEWEST and len(run) >= 0.8 * min(len(one.lines), len(other.lines)):
        return f"the same {len(run)} commands in a row", run
    return "", ()


def _same_pauses(one: Log, other: Log) -> bool:
    pauses = [[then - before for before, then in pairwise(log.at)] for log in (one, other)]
    return all(abs(a - b) <= SAME_PAUSES_S for a, b in zip(*pauses, strict=True))


def _longest_run(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The longest sequence of lines that both have without a gap."""
    found = SequenceMatcher(None, one, other, autojunk=False).find_longest_match(0, len(one), 0, len(other))
    return tuple(one[found.a : found.a + found.size])


def _plain(mine: Personal) -> Callable[[str], str]:
    words = {str(mine.network): "NETWORK", str(mine.address(0)): "VIP", mine.site: "SITE"}
    words |= {str(mine.scores.stickiness): "STICKINESS", str(mine.scores.location): "SCORE"}
    for node in range(1, 9):
        words |= {mine.name(node): f"NODE{node}", f"{mine.host}{node}": f"NODE{node}"}
        words[str(mine.address(node))] = f"ADDRESS{node}"
    longest = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda line: " ".join(pattern.sub(lambda found: words[found[0]], line).split())
