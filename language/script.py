"""The texts of a script of a page: what stands in `show("...")`. The server gives the page their translations."""

from __future__ import annotations

import json
import re

_SHOWN = re.compile(r'\bshow\(("(?:[^"\\]|\\.)*")')


def texts(source: str) -> dict[str, int]:
    """The texts of a script in its order, each with the line of its first place."""
    found: dict[str, int] = {}
    for one in _SHOWN.finditer(source):
        found.setdefault(json.loads(one[1]), source.count("\n", 0, one.start()) + 1)
    return found
