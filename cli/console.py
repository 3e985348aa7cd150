"""Where the CLI prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.table import Table

from cli.translated import TranslatedTable, translated
from inventory.homes import FIRST
from inventory.printable import visible

Json = Annotated[bool, typer.Option("--json", help="Print plain data (JSON) on stdout.")]
"""The option of each command that can print its result as data."""
PIPE_WIDTH = 1000
"""The longest line of a table, in characters, when stdout is not a terminal."""


_COMMAND = re.compile(r"(?<!&& )\./lab (?!--lab )(?=[a-z])")
_shown_as = ["./lab "]


def show_commands_of(number: int, inside: Path | None = None) -> None:
    """Show each command `./lab WORD` with the number and the folder of this command's lab, when they were given."""
    folder = f"--in {shlex.quote(str(inside))} " if inside else ""
    _shown_as[:] = [f"./lab {folder}" if number == FIRST else f"./lab {folder}--lab {number} "]


def with_lab(text: str) -> str:
    """A text whose commands are those for this command's lab. Commands that begin with `cd` are another lab's."""
    return _COMMAND.sub(_shown_as[0], text)


class SafeConsole(Console):
    """A console that shows the control characters of a text and never sends them: nodes write some of the texts.

    The commands in a text are shown for the lab of this command (`with_lab`), and texts in the chosen language.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """See rich.console.Console. The texts are shown in the chosen language."""
        super().print(*(translated(one) for one in objects), **options)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """See rich.console.Console. The text is shown in the chosen language."""
        return super().status(translated(status), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See rich.console.Console. rich's own control segments stay."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(visible(with_lab(one.text)), one.style)


class Output(SafeConsole):
    """stdout. When it is not a terminal, lines are not wrapped, because another program reads them.

    `prose`: on a terminal, lines are wrapped between words; without it the terminal itself breaks long lines, so that
    commands can be copied.
    """

    def __init__(self, *, markup: bool = True, prose: bool = False) -> None:
        super().__init__(highlight=False, soft_wrap=True, emoji=False, markup=markup)
        self.soft_wrap = not (prose and self.is_terminal)

    @property
    def options(self) -> ConsoleOptions:
        """See rich.console.Console."""
        found = super().options
        return found if self.is_terminal else found.update(width=PIPE_WIDTH)


def messages() -> SafeConsole:
    """stderr: the progress of a command, and its errors."""
    return SafeConsole(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def table(*columns: str) -> Table:
    """A table without lines. On a narrow terminal only its last column is wrapped."""
    made = TranslatedTable(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        made.add_column(column, no_wrap=column != columns[-1])
    return made


def print_json(value: Any) -> None:
    """Print plain data on stdout as JSON. Values of other types are printed as text."""
    sys.stdout.write(with_lab(json.dumps(value, indent=2, default=str)) + "\n")
