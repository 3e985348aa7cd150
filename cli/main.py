"""The lab's command line: `./lab COMMAND`. Results go to stdout, progress and errors to stderr.

Exit status: 0 done (status: healthy, doctor: nothing bad); 1 not healthy, or a check failed; 2 lab.yaml or an
argument is wrong; 3 vagrant, the engine, an image, the route, a file or a disk failed; 4 a node does not answer;
5 a command on a node failed; 6 a condition did not become true in time; 70 a defect of the lab; 130 interrupted.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli import chosen_language, commands, console, guard, help_texts, not_ours, pending
from cli.console import Output, messages
from cli.context import Context, context_of
from inventory import homes, log
from inventory.config import folder

app = typer.Typer(
    cls=commands.LabGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    context_settings={"help_option_names": help_texts.HELP},
)
out = Output()


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"ha-lab {metadata.version('ha-lab')}")
        raise typer.Exit


@app.callback()
def begin(
    ctx: typer.Context,
    root: Annotated[Path, typer.Option(hidden=True)] = Path(),
    folder_of_lab: Annotated[
        Path | None,
        typer.Option(
            "--in", metavar="FOLDER", help="The folder with the lab.yaml, such as examples/postgresql."
        ),
    ] = None,
    lab: Annotated[
        str,
        typer.Option(
            "--lab", envvar="LAB", metavar="N", help="The lab of this folder that the command works on."
        ),
    ] = str(homes.FIRST),
    *,
    lang: chosen_language.Lang = "",
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Show each command on a node or on this machine (the log)."),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A two-node Corosync/Pacemaker lab: build it, look at it, break it, judge it."""
    chosen_language.use(lang)
    root = (folder_of_lab or root).resolve()
    folder.require_usable(root)
    ctx.obj = Context(root, homes.number_of(lab))
    console.show_commands_of(ctx.obj.number, folder_of_lab)
    ctx.obj.command = ctx.invoked_subcommand or ""
    not_ours.refuse(ctx.obj)
    guard.ask_when_unreachable(context_of(ctx).trouble)
    log.begin(ctx.obj.home / homes.STATE, verbose=verbose)
    log.note(f"./lab {ctx.invoked_subcommand}")
    pending.warn(ctx.obj, ctx.invoked_subcommand or "", messages())


def main() -> None:
    """Run the command line; each error becomes one message and its exit status."""
    sys.exit(guard.status_of(_run))


def _run() -> None:
    chosen_language.begin(sys.argv[1:])
    app(prog_name="./lab")


if __name__ == "__main__":
    main()
