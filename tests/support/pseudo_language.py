"""A made-up language for tests: each text of the lab in capitals. Words in small letters were not translated."""

from __future__ import annotations

import re

from language import catalogue
from language.template import PLACEHOLDER
from language.translator import Translator

_KEPT = re.compile(r"%\(\w+\)s|%%|\[/?[a-z ]*\]|`[^`]*`|\./lab[^.;,]*")
"""What a translation keeps: placeholders of templates, rich's markup, code, and commands."""
PROSE = re.compile(r"\b[a-z]{3,} [a-z]{2,} [a-z]{2,}\b")
"""Three words in small letters, one after the other: a text that nobody translated."""


def capitals(message: str) -> str:
    """A message in the made-up language; its placeholders and its code stay."""
    made, end = "", 0
    for one in sorted(
        [*PLACEHOLDER.finditer(message), *_KEPT.finditer(message)], key=lambda one: one.start()
    ):
        if one.start() >= end:
            made += message[end : one.start()].upper() + one[0]
            end = one.end()
    return made + message[end:].upper()


def translator() -> Translator:
    """The made-up language, with all messages that have a translation into Chinese."""
    return Translator({message: capitals(message) for message in catalogue.translations("zh")})
