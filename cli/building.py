"""From nothing to a serving cluster: prepare, boot, build. What `./lab up` and `vagrant up` have in common."""

from __future__ import annotations

from classroom import attempt
from cli.context import Context
from cli.progress import ConsoleProgress
from inventory import waiting
from inventory.host import install
from provision import apply
from provision.steps.base import Step
from provision.steps.registry import STEPS, until
from status import health

SERVES_WITHIN = 60.0


def prepared(context: Context, tell: ConsoleProgress) -> None:
    """Make this host able, and decide what is booted."""
    install.ensure(context.machines.choose(context.lab.provider), tell.say)
    context.machines.prepare(context.lab.provider, context.lab.platform, tell.say)


def boot(context: Context, tell: ConsoleProgress) -> None:
    """Boot the nodes that do not run; thaw those that a drill left frozen."""
    for node in context.lab.nodes:
        if context.machines.frozen(node):
            tell.say(f"{node.name} was frozen: thawing it")
            context.machines.thaw(node)
    if not all(context.machines.running().values()):
        with tell.busy("Booting the nodes"):
            context.machines.up()


def build(context: Context, tell: ConsoleProgress, last: Step | None = None) -> int:
    """Make the nodes as lab.yaml says, up to a step; then wait until the VIP answers. The number of commands."""
    tell_interrupted(context, tell)
    attempt.end(context.machines.state, context.session, tell.say)
    with tell.building() as progress:
        count = apply.run(context.session, until(last) if last else STEPS, progress)
    if last is None:
        waiting.until(
            context.fetch,
            bool,
            f"{context.lab.url} answers",
            deadline=SERVES_WITHIN,
            hint="./lab status shows what runs where; ./lab doctor looks at this machine.",
        )
    tell.say(f"Done: {count} commands." if count else "Nothing to do: the nodes are as lab.yaml says.")
    return count


def tell_interrupted(context: Context, tell: ConsoleProgress) -> None:
    """Say so when a drill was interrupted: what it left is healed by `./lab heal` alone."""
    if left := health.interrupted(context.session.journal.pending()):
        tell.say(f"trouble: {left}")


def when_all_up(context: Context, tell: ConsoleProgress) -> bool:
    """Whether all nodes run: `vagrant up` by hand asks after each one, and the last one's asking builds."""
    running = context.machines.running()
    waits = [name for name, up in running.items() if not up]
    if waits:
        tell.say(f"The cluster is built once {' and '.join(waits)} runs too.")
    return not waits
