"""A made-up language for tests: each text of the lab in capitals. A word in small letters was not translated."""

from __future__ import annotations

import re

from language import catalogue
from language.template import PLACEHOLDER
from language.translator import Translator
from language.update import extracted

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
    """The made-up language, with all messages of the code and all files of texts."""
    known = {message for _, message in extracted()}
    for original, translated in catalogue.pairs("zh"):
        pair = catalogue.texts(catalogue.loaded(original), catalogue.loaded(translated))
        known |= {text for text, _ in pair}
    return Translator({message: capitals(message) for message in known})
