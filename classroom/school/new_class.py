"""The text of a new class.yaml, with a new secret seed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from importlib.resources import files

SCENARIOS = ("stickiness-100", "freeze")
"""The drills of a new class: a failover by a lost node, and what stickiness does when it returns."""
EACH = 4


def text(name: str, students: int, exercises: Sequence[str], language: str) -> str:
    """A class.yaml with all of these exercises to choose from."""
    template = files(__package__).joinpath("new_class.yaml").read_text(encoding="utf-8")
    return template.format(
        name=name,
        seed=secrets.token_urlsafe(24),
        students=students,
        language=language,
        each=min(EACH, len(exercises)),
        of=f"[{', '.join(exercises)}]",
        scenarios=", ".join(SCENARIOS),
    )
