"""One step of the walk on the terminal: its reason, its commands, what its nodes show, and what to see there."""

from __future__ import annotations

from rich.text import Text

from cli import walk_text
from cli.console import Output
from cli.context import Context
from inventory.session import LabSession
from provision import apply, texts
from provision.apply import Progress
from provision.steps.base import Step
from provision.steps.registry import for_lab

out = Output(markup=False, prose=True)


def run(session: LabSession, step: Step) -> bool:
    """Apply a step and show its commands; whether there was anything to do."""
    shown = Progress(
        command=lambda _, command: out.print(walk_text.command(command), soft_wrap=True),
        observed=lambda _, seen: out.print(f"  before: {seen}"),
    )
    return bool(apply.run(session, (step,), shown))


def show(
    context: Context, session: LabSession, step: Step, *, to_see: bool = True, is_new: bool = False
) -> None:
    """Show and apply a step. `to_see` false: what is to be seen is told after the observation that follows.

    `is_new`: its commands ran a moment ago, for its point.
    """
    text = texts.text(step, session)
    out.print(Text(f"\n{step.number}  {text.title}", style="bold"))
    out.print(Text(text.why))
    if not run(session, step) and not is_new:
        out.print(Text("  (already done)", style="dim"))
        if step is not for_lab(session.lab)[-1]:
            out.print(
                Text(
                    "  Later steps may have changed what you see here; ./lab reset 3 begins again at step 3.",
                    style="dim",
                )
            )
    for command in text.look:
        out.print(walk_text.command(command), soft_wrap=True)
        result = context.remote.run(command)
        for line in (result.out + result.err).rstrip().splitlines():
            out.print(f"  | {line}", soft_wrap=True)
    if to_see:
        out.print(Text(f"To see: {text.observe}", style="italic"))
