"""Shows the progress of a command: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from cli.console import messages
from inventory.model import Command
from provision.apply import Progress
from provision.steps.base import Step


class ConsoleProgress:
    """Prints progress on stderr, so that stdout has only results (`--json`)."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or messages()

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(escape(text))

    @contextlib.contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Show that a long operation runs: a spinner on a terminal, else a line before it; then its seconds."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(Text(text)):
                yield
        else:
            self.say(f"{text} ...")
            yield
        self.say(f"{text}: {time.monotonic() - began:.1f} s")

    @contextlib.contextmanager
    def building(self) -> Iterator[Progress]:
        """Show the steps while they are applied: one line for each step that changed something."""
        status = self.console.status("reading the facts")

        def step(one: Step) -> None:
            status.update(Text(f"{one.number} {one.id}"))

        def command(one: Step, what: Command) -> None:
            line = f"{one.number} {one.id}: {what.node.split('.')[0]}: {what.why}"
            if self.console.is_terminal:
                status.update(Text(line))
            else:
                self.say(line)

        def observed(one: Step, text: str) -> None:
            self.say(f"{one.number} {one.id}: before this step, as the document says: {text}")

        def done(one: Step, count: int) -> None:
            if count and self.console.is_terminal:
                self.console.print(f"[green]✓[/green] {one.number} {escape(one.id)}")

        with status if self.console.is_terminal else contextlib.nullcontext():
            yield Progress(step, command, observed, done)
