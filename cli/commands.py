"""The module of each command. Only that of the called command is imported: to import all of them takes seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer

from cli.help_texts import TranslatedGroup, translate

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "machines": ("up", "halt", "doctor", "image", "box", "start-bare", "prepare", "nodes", "released"),
        "ssh": ("ssh",),
        "adopt": ("adopt",),
        "inventory": ("inventory",),
        "labs": ("down", "labs", "home"),
        "kit": ("kit",),
        "cluster": ("status", "plan", "provision", "reset"),
        "walk": ("walk",),
        "task": ("task",),
        "drill": ("drill", "report", "recheck", "merge", "compare"),
        "watch": ("watch",),
        "measure": ("measure",),
        "school": ("hand-in", "class"),
        "collect": ("collect",),
        "heal": ("heal",),
        "fence_check": ("fence-check",),
        "classroom": ("check",),
        "exercises": ("break", "hint", "fix", "exercises"),
        "grade": ("grade",),
        "attempts": ("attempts", "exam-key"),
        "audit": ("audit",),
        "bench": ("bench",),
        "testing": ("test",),
    }
)
"""The commands of each module of this package, in the order of the help page. Its `register(app)` adds them."""


class Commands(Mapping[str, Any]):
    """click's commands by name. The first use of a command imports its module."""

    def __init__(self) -> None:
        self._topic = {name: topic for topic, names in TOPICS.items() for name in names}
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            made = typer.main.get_group(_application(self._topic[name])).commands
            for one in made.values():
                translate(one)
            self._made |= made
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._topic

    def __iter__(self) -> Iterator[str]:
        return iter(self._topic)

    def __len__(self) -> int:
        return len(self._topic)


class LabGroup(TranslatedGroup):
    """The lab's command line, with the commands of TOPICS."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self.commands = Commands()  # type: ignore[assignment]  # click only reads it


@cache
def _application(topic: str) -> typer.Typer:
    """The commands of one module, as a command line of their own. Each module registers its commands only once."""
    made = typer.Typer()
    import_module(f"cli.{topic}").register(made)
    return made
