"""Prepare, boot and build: the common parts of `./lab up` and `vagrant up`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from classroom import exercise_run
from cli.context import Context
from cli.progress import ConsoleProgress
from cluster import feasible
from drill.execute.injector import Injector
from inventory import waiting
from inventory.bmc import service
from inventory.errors import LabError
from inventory.host import install
from inventory.model import NodeAction
from provision import apply
from provision.steps.base import Step
from provision.steps.registry import until

SERVES_WITHIN = 60.0


def prepare_machines(context: Context, console: ConsoleProgress) -> None:
    """Install what is missing on this machine, and decide provider and platform of the nodes."""
    install.ensure(context.machines.choose(context.lab.provider), console.say, context.clock)
    service.refuse(context.machines.choose(context.lab.provider), context.lab)
    context.machines.prepare(context.lab.provider, context.lab.platform, console.say)
    context.keep_description()
    context.require_known_properties()


@contextlib.contextmanager
def booted(context: Context, console: ConsoleProgress) -> Iterator[Callable[[], object]]:
    """Boot the nodes that do not run, and thaw those that a drill left frozen, for a block of work on them.

    The block begins when all nodes answer, which can be before Vagrant has ended. It gets a function that waits for
    Vagrant's end and raises its error; nothing may be reported as done before. When both fail, Vagrant's error is
    raised: a node that did not boot is the cause of the other.
    """
    for node in context.lab.machines:
        if context.machines.frozen(node):
            console.say(f"{node.name} was frozen: thawing it")
            Injector(context.session).run_action(NodeAction(node.name, power="thaw"))
    if all(context.machines.running().values()):
        yield lambda: None
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="vagrant") as pool:
        vagrant = pool.submit(context.machines.up)
        with console.busy("Booting the nodes"):
            waiting.until(
                lambda: vagrant.done() or context.answers(),
                bool,
                "The nodes boot",
                deadline=math.inf,  # Vagrant has its own
                clock=context.clock,
            )
            if vagrant.done():
                vagrant.result()
        try:
            yield vagrant.result
        except LabError:
            vagrant.result()
            raise
        vagrant.result()


def build(
    context: Context,
    console: ConsoleProgress,
    last: Step | None = None,
    *,
    whole: Callable[[], object] = lambda: None,
) -> int:
    """Make the nodes as lab.yaml says, up to a step; without a step, also wait until the VIP answers.

    Returns the number of commands. `whole` raises when the nodes did not boot completely (see `booted`).
    """
    context.require_known_properties()
    context.ready_bmcs(console.say)
    exercise_run.end(context.home, context.session, console.say)
    with console.building() as progress:
        count = apply.run_stages(context.session, until(last) if last else None, progress)
    whole()
    doubts = tuple(feasible.doubts(context.lab)) if last is None else ()
    for doubt in doubts:
        console.say(f"warning: {doubt}.")
    if last is None and not doubts:
        waiting.until(
            context.fetch,
            bool,
            f"{context.lab.url} answers",
            deadline=SERVES_WITHIN,
            clock=context.clock,
            hint="./lab status shows what runs where; ./lab doctor looks at this machine.",
        )
    console.say(f"Done: {count} commands." if count else "Nothing to do: the nodes are as lab.yaml says.")
    return count


def when_all_up(context: Context, console: ConsoleProgress) -> bool:
    """Whether all nodes run. `vagrant up` by hand calls this after each node; the last call is true."""
    running = context.machines.running()
    waits = [name for name, up in running.items() if not up]
    if waits:
        console.say(f"The cluster is built once {' and '.join(waits)} runs too.")
    return not waits
