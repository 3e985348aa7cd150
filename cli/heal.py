"""`./lab heal`: repairs what an interrupted drill left, and ends with the configuration of lab.yaml."""

from __future__ import annotations

import typer

from cli.context import Context, context_of
from cli.current_exercise import no_exercise
from cli.progress import ConsoleProgress
from cluster import configuration
from drill.execute.recovery import Recovery
from inventory import journal
from provision import reset
from provision.facts import gather
from provision.steps.base import desired_configuration


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(heal)


def heal(ctx: typer.Context) -> None:
    """Repair what a drill left broken, restore the configuration of lab.yaml after it, and say what was done.

    Exit 1 when no drill was interrupted and the configuration is not that of lab.yaml.
    """
    context, console = context_of(ctx), ConsoleProgress()
    context.use_built(console.say)
    if context.lab.adopted and not journal.pending(context.home):
        console.say(
            "Nothing to heal: no drill left a fault or a change. The lab repairs nothing else in an adopted cluster."
        )
        return
    with context.exclusive(), journal.exclusive(context.home), console.busy("Looking at the lab"):
        context.ready_bmcs(console.say)
        no_exercise(context, console.say)
        interrupted = bool(context.session.journal.pending())
        try:
            done = Recovery(context.session, console.say, context.fetch).heal()
        finally:
            if removed := context.machines.remove_router():
                console.say("removed the router of an interrupted drill, with the client behind it")
        left = () if context.lab.adopted else _differences(context)
        if left and interrupted:
            for line in left:
                console.say(f"differs from lab.yaml: {line}")
            reset.run(context.session)
            left = ()
    if left:
        console.say(f"The lab is healthy, but its configuration is not that of lab.yaml: {left[0]}")
        console.say("./lab provision completes it; ./lab plan shows what it would do.")
        raise typer.Exit(1)
    console.say("The lab is healthy." if done or removed else "Nothing to heal: the lab is healthy.")


def _differences(context: Context) -> tuple[str, ...]:
    """How the cluster's configuration differs from lab.yaml, one line each."""
    facts = gather(context.session)
    want = desired_configuration(context.session, facts)
    return configuration.differences(want, facts.cib) if facts.cib else ()
