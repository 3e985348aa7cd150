"""A page of HTML read strictly: its tags close in order, and what it has is kept for questions."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

_VOID = {"meta", "link", "br"}
_FOR_PROGRAMS = ("class", "id", "href", "data-status", "data-show")
"""Attributes that the style sheet, the script and the links use."""


class StrictPage(HTMLParser):
    """A strict look at a page: tags must close in order; ids, links, texts and attributes are kept.

    `marks`: attributes that must not be translated (tag, name, value).
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.marks: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.marks += [(tag, name, value or "") for name, value in attrs if name in _FOR_PROGRAMS]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    @property
    def undefined_colours(self) -> set[str]:
        """The variables that the page's style uses and does not define."""
        style = "".join(self.texts["style"])
        return set(re.findall(r"var\((--[\w-]+)\)", style)) - set(re.findall(r"(--[\w-]+):", style))

    def said(self, tag: str) -> list[str]:
        return [" ".join(text.split()) for text in self.texts.get(tag, [])]
