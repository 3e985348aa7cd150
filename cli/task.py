"""`./lab task`: tasks of one's own after the walk: list, show, check."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from classroom import simulator, tasks
from classroom.walk import observe, progress
from cli.console import Output, table
from cli.context import context_of
from cli.current_exercise import no_exercise
from cli.help_texts import TranslatedGroup
from cli.progress import ConsoleProgress
from inventory.homes import STATE

out = Output(markup=False, prose=True)
Name = Annotated[str, typer.Argument(help="The task; ./lab task list shows them.")]
app = typer.Typer(
    cls=TranslatedGroup,
    no_args_is_help=True,
    help="Tasks of your own after the walk: the cluster judges them.",
)


def register(parent: typer.Typer) -> None:
    """Add the command and its own commands to the CLI."""
    for command in (list_, show, check):
        app.command(name=command.__name__.rstrip("_"))(command)
    parent.add_typer(app, name="task")


def list_(ctx: typer.Context) -> None:
    """List the tasks, and which of them are solved."""
    context = context_of(ctx)
    solved = progress.load(context.home / STATE, ConsoleProgress().say).now.solved
    listed = table("task", "solved", "what it is about")
    for one in tasks.for_lab(context.lab):
        listed.add_row(one.name, solved.get(one.name, "-")[:16].replace("T", " "), tasks.title(one))
    out.print(listed)


def show(
    ctx: typer.Context,
    name: Name,
    hints: Annotated[int, typer.Option("--hints", min=0, max=9, help="Show so many hints.")] = 0,
) -> None:
    """Show a task: what the cluster must do when you are done."""
    context = context_of(ctx)
    one = tasks.get(name, context.lab)
    text = tasks.text(one, context.session)
    out.print(Text(text.title, style="bold"))
    out.print(text.goal)
    for number, hint in enumerate(text.hints[:hints], start=1):
        out.print(f"  hint {number}: {hint}")
    if left := len(text.hints) - min(hints, len(text.hints)):
        out.print(f"  ({left} more hint{'s' if left > 1 else ''}: --hints {hints + 1})")
    out.print(
        f"Change the cluster on a node (./lab ssh node1). Then: ./lab task check {name}. ./lab reset undoes all."
    )


def check(ctx: typer.Context, name: Name) -> None:
    """Judge a task by what the cluster would do when nodes and resources fail. Exit 1 unless solved."""
    context, console = context_of(ctx), ConsoleProgress()
    one = tasks.get(name, context.lab)
    with context.exclusive():
        no_exercise(context, console.say)
        with console.busy("Asking the cluster's simulator"):
            node, cib = observe.live_cib(context.session)
            found = tasks.problems(one, cib, context.lab, simulator.on_node(context.session, node))
    for problem in found:
        out.print(f"  {problem.text}", soft_wrap=True)
        if problem.others:
            out.print(f"    and {problem.others} more of the same kind")
    if found:
        out.print(
            f"Not solved yet: {len(found)} thing{'s are' if len(found) > 1 else ' is'} not as the task wants."
        )
        raise typer.Exit(1)
    saved = progress.load(context.home / STATE, console.say)
    saved.change(solved={**saved.now.solved, name: progress.now()})
    out.print(Text(f"Solved: {tasks.title(one)}.", style="green"))
