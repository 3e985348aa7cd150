"""The language of this process: chosen once, at the beginning of a command."""

from __future__ import annotations

from language import catalogue
from language.choice import ENGLISH
from language.translator import Translator

_now: list[tuple[str, Translator | None]] = [(ENGLISH, None)]


def use(code: str, translator: Translator | None = None) -> None:
    """Speak a language from now on. `translator`: its texts, when they are not those of the catalogue."""
    _now[:] = [(code, translator or (None if code == ENGLISH else catalogue.translator(code)))]


def code() -> str:
    """The code of the language, such as en."""
    return _now[0][0]


def show(text: str) -> str:
    """A text of the lab in the language."""
    translator = _now[0][1]
    return text if translator is None else translator.show(text)


def message(template: str) -> str:
    """A message of a page's template in the language, with its placeholders not yet filled."""
    translator = _now[0][1]
    return template if translator is None else translator.message(template)
