"""Which names of options and settings have a secret as their value; the only place with this rule. Pure."""

from __future__ import annotations

import re

WORDS = r"passw|passphrase|secret|community|credential|api_?key"
"""A pattern: a name with one of these words in it, in any case, is the name of a secret."""
_WORDS = re.compile(WORDS, re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether the value of this option is a secret."""
    return _WORDS.search(name) is not None
