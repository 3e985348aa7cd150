"""Takes a rendered script apart again: the name of its file and its parameters (see inventory.remote.script)."""

from __future__ import annotations

import re
import shlex
from typing import Any

_NAME = re.compile(r"# (\w+)\.sh\n")
_ASSIGNMENT = re.compile(r"([a-z_][a-z0-9_]*)=(.*)", re.DOTALL)


def parsed(text: str, without: tuple[str, ...] = ("folder",)) -> Any:
    """{"script": NAME, PARAMETER: VALUE, ...}, where a value may be such a script too; a plain text stays as it is."""
    name = _NAME.match(text)
    if name is None:
        return text
    words = shlex.shlex(text[name.end() :], posix=True)
    words.whitespace_split, words.commenters = True, ""
    found: dict[str, Any] = {"script": name[1]}
    while assignment := _ASSIGNMENT.fullmatch(words.get_token() or ""):
        if assignment[1] not in without:
            found[assignment[1]] = parsed(assignment[2])
    return found
