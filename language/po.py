"""Reads a gettext catalogue (.po), so that no compiled file is needed: the one file is edited, committed and used."""

from __future__ import annotations

import ast
import re

_LINE = re.compile(r'(?:(msgid|msgstr)\s+)?(".*")\s*$')


def read(text: str) -> dict[str, str]:
    """The translations of a catalogue, by message. Left out: the header, messages without a translation, old ones."""
    found: dict[str, str] = {}
    message = {"msgid": "", "msgstr": ""}
    fuzzy, field = False, ""
    for line in [*text.splitlines(), ""]:
        if match := _LINE.match(line):
            field = match[1] or field
            message[field] += ast.literal_eval(match[2])
        elif line.startswith("#,"):
            fuzzy = "fuzzy" in line
        elif not line.strip():
            if message["msgid"] and message["msgstr"] and not fuzzy:
                found[message["msgid"]] = message["msgstr"]
            message, fuzzy, field = {"msgid": "", "msgstr": ""}, False, ""
    return found
