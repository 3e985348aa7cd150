"""What `collect` finds about a bundle beside its points. Each finding has its evidence, so a person can judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "unknown-student", "wrong-signature", "broken-chain", "other-values", "foreign-record",
    "copied-record", "edited-result", "unproven-result", "contradicting-times", "equal-commands",
    "two-bundles", "wrong-name", "unreliable-attempt", "incomplete",
]  # fmt: skip
REFUSED: frozenset[Kind] = frozenset({"unknown-student", "wrong-signature", "broken-chain"})
"""With one of these a bundle gets no points: what it says cannot be relied on at all."""
DOUBTS: frozenset[Kind] = frozenset(
    {
        "other-values", "foreign-record", "copied-record", "edited-result", "unproven-result", "contradicting-times",
        "equal-commands", "unreliable-attempt",
    }
)  # fmt: skip
"""With one of these a person should look at the bundle; what is concerned does not count."""


@dataclass(frozen=True)
class Finding:
    """Something about a bundle, in one sentence, with the lines that show it."""

    kind: Kind
    text: str
    evidence: tuple[str, ...] = ()
