"""Shows what the CLI prints in the chosen language: texts, styled texts, groups and tables."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from language import speech
from language.choice import ENGLISH


def translated(one: Any, *, styled: bool = True) -> Any:
    """Something that is printed, in the chosen language. Things that are no text, and data, stay as they are.

    Without `styled`, a text is one message whatever its colours are, and loses them.
    """
    if speech.code() == ENGLISH:
        return one
    if isinstance(one, str):
        return speech.show(one)
    if isinstance(one, Text):
        return _text(one) if styled or speech.show(one.plain) == one.plain else Text(speech.show(one.plain))
    if isinstance(one, Group):
        return Group(*(translated(part) for part in one.renderables))
    if isinstance(one, Padding | Panel):
        one.renderable = translated(one.renderable, styled=styled)
    return one


def _text(one: Text) -> Text:
    """A styled text: as a whole when it has one style, else each part with a style of its own."""
    if not one.spans:
        made = one.copy()
        made.plain = speech.show(one.plain)
        return made
    made = Text(style=one.style, justify=one.justify, overflow=one.overflow, no_wrap=one.no_wrap, end=one.end)
    for start, end in _parts(one):
        part = one[start:end]
        made.append(Text(speech.show(part.plain), style=part.spans[0].style if part.spans else ""))
    return made


def _parts(one: Text) -> list[tuple[int, int]]:
    """The places between which the style does not change."""
    cuts = sorted({0, len(one.plain), *(at for span in one.spans for at in (span.start, span.end))})
    return list(pairwise(cuts))


class TranslatedTable(Table):
    """A table whose headings and cells are shown in the chosen language."""

    def add_column(self, header: RenderableType = "", *args: Any, **options: Any) -> None:
        """See rich.table.Table."""
        super().add_column(translated(header), *args, **options)

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """See rich.table.Table."""
        super().add_row(*(translated(cell) for cell in cells), **options)
