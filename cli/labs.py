"""The labs of this folder: `./lab labs` lists them, `./lab down` removes one of them or all."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from classroom import attempts
from cli.console import Json, Output, print_json, table
from cli.context import Context, context_of
from cli.overview import look
from cli.progress import ConsoleProgress
from inventory import homes
from inventory.bmc import service
from inventory.errors import LabError, MachineError
from inventory.host import room, survey
from inventory.providers import registry, removal

out = Output()


@dataclass(frozen=True)
class LabRow:
    """One lab of the folder. `memory_mb` is that of its nodes in all; None when no node tells it."""

    lab: int
    network: str
    vip: str
    machines: str
    memory_mb: int | None
    health: str


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    app.command()(down)
    app.command()(labs)
    app.command(hidden=True)(home)


def home(ctx: typer.Context) -> None:
    """Print the home of the lab. The Vagrantfile asks for it when LAB names another lab than the first."""
    context = context_of(ctx)
    context.lab  # noqa: B018 -- raises ConfigError when the range has no room for this lab
    typer.echo(str(context.home))


def labs(ctx: typer.Context, as_json: Json = False) -> None:
    """List the labs of this folder, with their memory and health. Exit 1 when one of them is not healthy."""
    found = numbers(context_of(ctx))
    with ThreadPoolExecutor(max_workers=max(1, len(found))) as pool:
        rows = list(pool.map(lambda number: _row(Context(context_of(ctx).root, number)), found))
    if as_json:
        print_json([asdict(one) for one in rows])
    elif not rows:
        out.print(
            "There is no lab in this folder yet. ./lab up makes the first one, ./lab --lab 2 up another one."
        )
    else:
        listed = table("lab", "network", "address", "machines", "memory", "health")
        for one in rows:
            memory = "-" if one.memory_mb is None else f"{one.memory_mb} MB"
            listed.add_row(str(one.lab), one.network, one.vip, one.machines, memory, one.health)
        out.print(listed)
    raise typer.Exit(1 if any(one.health != "healthy" for one in rows) else 0)


def numbers(context: Context) -> tuple[int, ...]:
    """The labs of the folder: those with a state, and those of which only a network is left on this machine."""
    found = set(homes.kept(context.root))
    for provider in registry.here():
        with contextlib.suppress(MachineError):
            owners = (homes.owner(one.folder) for one in provider.networks() if one.folder)
            found |= {number for folder, number in owners if folder == str(context.root)}
    return tuple(sorted(found))


def require_room(root: Path, wanted: int) -> tuple[int, ...]:
    """The labs from 1 to `wanted` that do not run. Raises ConfigError when there is no room for all (room.py)."""
    missing = tuple(number for number in range(1, wanted + 1) if not _runs(Context(root, number)))
    first = Context(root)
    chosen = first.machines.choose(first.lab.provider)
    facts = survey.read(root, first.lab, tuple(registry.providers().values()), chosen)
    needs = chosen.needs(facts, first.lab)
    room.require(wanted, facts.cpus, facts.memory_mb, len(missing), needs.memory_mb)
    for number in missing:
        Context(root, number).lab  # noqa: B018 -- raises ConfigError when the range `labs` has no room for it
    return missing


def _runs(context: Context) -> bool:
    try:
        return all(context.machines.running().values())
    except LabError:
        return False


def _row(context: Context) -> LabRow:
    try:
        lab = context.lab
    except LabError as error:
        return LabRow(context.number, "-", "-", "-", None, error.message.splitlines()[0])
    try:
        seen = look(context)
    except LabError as error:
        return LabRow(
            context.number, str(lab.network), str(lab.vip), "-", None, error.message.splitlines()[0]
        )
    memory = [one.memory_mb for one in seen.nodes if one.memory_mb is not None]
    states = ", ".join(sorted({one.machine for one in seen.nodes}))
    health = seen.troubles[0] if seen.troubles else "healthy"
    return LabRow(
        context.number, str(lab.network), str(lab.vip), states, sum(memory) if memory else None, health
    )


def down(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Remove all labs of this folder.")] = False,
) -> None:
    """Remove everything that `up` made: machines, network, keys. The node image stays."""
    context, console = context_of(ctx), ConsoleProgress()
    if not every:
        remove(context, console)
        return
    errors = []
    for number in numbers(context):
        try:
            remove(Context(context.root, number, context.command), console)
        except LabError as error:
            console.say(f"{homes.title(number)}: {error.message}")
            errors.append(error)
    if errors:
        raise errors[0]


def remove(context: Context, console: ConsoleProgress) -> None:
    """Remove all that one lab made on this machine. Raises LabError when something is left."""
    of = "" if context.number == homes.FIRST else f" of lab {context.number}"
    with context.exclusive(), console.busy(f"Removing the nodes{of}"):
        service.stop(context.home)
        removal.remove(context.home, lambda: _destroy(context, console), console.say)
    attempts.close_lost(context.home)
    homes.tidy(context.root, context.number)


def _destroy(context: Context, console: ConsoleProgress) -> None:
    context.use_built(console.say)
    context.machines.destroy()
