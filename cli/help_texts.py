"""The chosen language in what typer and click print by themselves: help pages, and mistakes of the command line."""

from __future__ import annotations

import difflib
import gettext
import sys
from collections.abc import Callable, Iterator
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from cli.translated import translated
from language import speech
from language.choice import ENGLISH
from language.marking import marked

HELP = ["-h", "--help"]
FRAMEWORK = (
    marked("Usage: {command_and_words}"),
    marked("Options"),
    marked("Arguments"),
    marked("Commands"),
    marked("Error"),
    marked("Aborted."),
    marked("Aborted!"),
    marked("[required]"),
    marked("[default: {}]"),
    marked("[env var: {}]"),
    marked("Try [blue]'{command_path} {help_option}'[/] for help."),
    marked("Show this message and exit."),
    marked("Invalid value: {message}"),
    marked("Invalid value for {param_hint}: {message}"),
    marked("Missing argument {name}."),
    marked("Missing option {name}."),
    marked("Missing command."),
    marked("No such option: {name}"),
    marked("No such option: {name} (Possible options: {possibilities})"),
    marked("No such option: {name} Did you mean {possibilities}?"),
    marked("No such command {name!r}."),
    marked("No such command {name}. Did you mean {possibilities}?"),
    marked("Got unexpected extra argument ({args})"),
    marked("Got unexpected extra arguments ({args})"),
    marked("Got unexpected extra argument(s) ({args})"),
    marked("Option {name} does not take a value."),
    marked("Option {name} requires an argument."),
    marked("{value} is not a valid {number_type}."),
    marked("Value {value} is not a valid {label}."),
    marked("{value} is not in the range {range}."),
    marked("Input should be a valid integer, unable to parse string as an integer"),
    marked("Input should be a valid number, unable to parse string as a number"),
    marked("Input should be greater than or equal to {least}"),
    marked("Input should be less than or equal to {most}"),
    marked("{name} {filename} does not exist."),
)
"""The messages of click and typer that this command line can show, of all versions that pyproject.toml allows."""
_CONSTANTS = (
    "OPTIONS_PANEL_TITLE",
    "ARGUMENTS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
    "ERRORS_PANEL_TITLE",
    "ABORTED_TEXT",
    "RICH_HELP",
    "DEFAULT_STRING",
    "ENVVAR_STRING",
    "REQUIRED_LONG_STRING",
)


_own_texts: dict[str, str] = {}
"""typer's own texts, by the names of their constants; empty until they are replaced for the first time."""


class TranslatedGroup(TyperGroup):
    """A command line whose help pages and mistakes are shown in the chosen language."""

    def main(self, *words: Any, **options: Any) -> Any:
        """See click.Command."""
        speak()
        translate(self)
        return super().main(*words, **options)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """See click.Group. typer builds the message of an unknown command from two texts, so no translation fits it."""
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        like = ", ".join(map(repr, difflib.get_close_matches(name, self.commands)))
        return ctx.fail(
            f"No such command {name!r}. Did you mean {like}?" if like else f"No such command {name!r}."
        )


def speak() -> None:
    """Let click and typer take their texts from the lab's catalogue.

    They call gettext.gettext, which reads only compiled catalogues in the folders of the system.
    """
    if speech.code() == ENGLISH and not _own_texts:
        return
    from typer import rich_utils  # noqa: PLC0415 -- slow, and English needs no change

    if not _own_texts:
        _own_texts.update(
            {name: getattr(rich_utils, name) for name in _CONSTANTS if hasattr(rich_utils, name)}
        )
        rich_utils._get_rich_console = _translating(rich_utils._get_rich_console)
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in {"click", "typer"} and getattr(module, "_", None) is gettext.gettext:
            module._ = speech.message  # type: ignore[attr-defined]
    for constant, text in _own_texts.items():
        setattr(rich_utils, constant, speech.message(text))


def translate(command: Any) -> None:
    """Show the help of a command, of its options and of its own commands in the chosen language."""
    for one in _tree(command):
        if hasattr(one, "get_help_option"):  # made by this call
            one.get_help_option(typer.Context(one, help_option_names=HELP))
        for field in ("help", "short_help", "epilog"):
            if text := getattr(one, field, None):
                setattr(one, field, speech.show(text))


def _translating(console: Callable[..., Console]) -> Callable[..., Console]:
    """Wrap typer's function that makes consoles for help pages and mistakes, so that their output is translated."""

    def translating(stderr: bool = False) -> Console:
        made = console(stderr=stderr)
        plain = made.print

        def show(*objects: Any, **options: Any) -> None:
            plain(*(translated(one, styled=False) for one in objects), **options)

        made.print = show  # type: ignore[method-assign]
        return made

    return translating


def _tree(command: Any) -> Iterator[Any]:
    yield command
    yield from command.params
    if option := getattr(command, "_help_option", None):
        yield option
    commands = getattr(command, "commands", {})
    if isinstance(commands, dict):  # a table of cli.commands translates each command when it imports it
        for one in commands.values():
            yield from _tree(one)
