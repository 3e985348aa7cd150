"""Texts from nodes, pages and programs made safe to print: their control characters are shown, never sent."""

from __future__ import annotations

_KEPT = "\n\t"


def visible(text: str) -> str:
    """The text with each control character, and each other character without a shape, as its escape sequence.

    A terminal obeys such characters: they move its cursor, change its title, or hide what follows. Lines and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in _KEPT else _escaped(one) for one in text)


def one_line(text: str) -> str:
    """The same on one line: lines and tabs become spaces."""
    return visible(text.translate({ord(one): " " for one in _KEPT}))


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
