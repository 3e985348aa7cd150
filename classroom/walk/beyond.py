"""The chapter "What the document leaves out": what to try next, and where to read."""

from __future__ import annotations

from dataclasses import dataclass

from classroom.texts import load, placeholders
from inventory.session import LabSession


@dataclass(frozen=True)
class Topic:
    """One topic: why it matters, what to try (a line each), and the page of the documentation."""

    title: str
    why: str
    tries: tuple[str, ...]
    page: str


@dataclass(frozen=True)
class Chapter:
    """The chapter: its title, its reason, its topics."""

    title: str
    why: str
    topics: tuple[Topic, ...]


def chapter(session: LabSession) -> Chapter:
    """The chapter for a lab."""
    known, raw = placeholders(session), load("walk/beyond.yaml")
    topics = (
        Topic(one["title"], one["why"].format_map(known), tuple(one["try"]), one["page"])
        for one in raw["topics"]
    )
    return Chapter(raw["title"], raw["why"], tuple(topics))
