"""The messages of the code, which several tests compare with the catalogue: extracted once."""

from __future__ import annotations

from functools import cache

from language import update


@cache
def messages() -> tuple[str, ...]:
    """All messages of the code and the templates, each once."""
    return tuple(dict.fromkeys(message for _, message in update.extracted()))
