"""The lab's command line: `./lab COMMAND`. Results go to stdout, progress and errors to stderr.

Exit status: 0 done (status: healthy, doctor: nothing bad); 1 not healthy, or a check failed; 2 lab.yaml or an
argument is wrong; 3 vagrant, the engine, an image or the route failed; 4 a node does not answer; 5 a command on a
node failed; 6 a condition did not become true in time; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from cli import bench, classroom, cluster, drill, machines, pending, walk
from cli.console import Output, messages
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from inventory import log
from inventory.errors import LabError
from inventory.host import command, install

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Output()
errors = messages()
INTERRUPTED = 130
"""Typer turns a KeyboardInterrupt into this exit status."""


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"ha-lab {metadata.version('ha-lab')}")
        raise typer.Exit


@app.callback()
def begin(
    ctx: typer.Context,
    root: Annotated[Path, typer.Option(hidden=True)] = Path(),
    *,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Show each command on a node or on this machine (the log)."),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A two-node Corosync/Pacemaker lab: build it, look at it, break it, judge it."""
    ctx.obj = Context(root.resolve())
    log.begin(ctx.obj.root / ".lab", verbose=verbose)
    log.note(f"./lab {ctx.invoked_subcommand}")
    pending.warn(ctx.obj, ctx.invoked_subcommand or "", errors)


for topic in (machines, cluster, walk, drill, classroom, bench):
    topic.register(app)


class WordsAsTyped(TyperCommand):
    """A command that passes its arguments on to another program; click itself would remove the argument `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words for --help, and keep all of them in `ctx.args`."""
        words = list(args)
        super().parse_args(ctx, args)
        ctx.args = words
        return words


@app.command(cls=WordsAsTyped, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(ctx: typer.Context) -> None:
    """Run the tests with tox; further arguments are passed on to it (./lab test -e unit)."""
    context = context_of(ctx)
    if not ctx.args or any("browser" in word for word in ctx.args):
        install.ensure_browser(ConsoleProgress().say)
    raise typer.Exit(command.attached([sys.executable, "-m", "tox", *ctx.args], context.root))


def main() -> None:
    """Run the command line; every LabError becomes one message and its exit status."""
    try:
        app(prog_name="./lab")
    except LabError as error:
        _print_errors(error)
        sys.exit(error.exit_status)
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != INTERRUPTED:
            raise
        errors.print("interrupted")
        log.note("interrupted")
        # errors of the healing that ran before the interrupt took effect
        _print_errors(*(cause for cause in _causes(error) if isinstance(cause, LabError)))
        sys.exit(INTERRUPTED)


def _print_errors(*found: LabError) -> None:
    """Print errors with their hints, and the path of the log."""
    for error in found:
        log.note(f"error, exit status {error.exit_status}: {error.message.partition(chr(10))[0]}")
        errors.print(f"[bold red]error:[/] {escape(error.message)}")
        if error.hint:
            errors.print(f"  [bold]->[/] {escape(error.hint)}")
    if found and (path := log.file()):
        errors.print(f"  log: {escape(str(path))}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The chain of causes of an error, newest first."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


if __name__ == "__main__":
    main()
