"""The lab's command line: `./lab COMMAND`. Results on stdout, everything told on the way on stderr.

Exit status: 0 done (status: healthy, doctor: nothing bad); 1 not healthy, or a check failed; 2 lab.yaml or an
argument is wrong; 3 vagrant, the engine, an image or the route; 4 a node does not answer; 5 a command on a node
failed; 6 a condition did not hold in time; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from classroom import attempt
from cli import bench, classroom, drill, render, walk
from cli.building import boot, build, prepared, tell_interrupted, when_all_up
from cli.console import Output, messages
from cli.context import Context
from cli.overview import look
from cli.progress import ConsoleProgress
from inventory import log
from inventory.errors import LabError
from inventory.host import command, install, survey
from inventory.host.doctor import findings
from inventory.platforms.registry import PLATFORMS
from inventory.providers import node_image, registry
from provision import reset as resetting
from provision.facts import gather
from provision.plan import plan as planned
from provision.steps.registry import find

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
Json = Annotated[bool, typer.Option("--json", help="Print plain data (JSON) on stdout.")]
Provider = Annotated[
    str, typer.Option(help=f"{', '.join(registry.names())} or auto; lab.yaml's when not given.")
]
System = Annotated[str, typer.Option(help=f"{', '.join(PLATFORMS)} or auto; lab.yaml otherwise.")]


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


@app.command()
def up(ctx: typer.Context, provider: Provider = "", platform: System = "") -> None:
    """Install what is missing here, boot the nodes, build the cluster, and show it."""
    context, tell = _site(ctx, provider=provider, platform=platform), ConsoleProgress()
    with context.exclusive():
        prepared(context, tell)
        boot(context, tell)
        build(context, tell)
    seen = look(context)
    out.print(render.overview(seen))
    raise typer.Exit(1 if seen.troubles else 0)


@app.command()
def plan(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what `provision` would do now. Changes nothing."""
    context = _site(ctx)
    found = planned(context.session, gather(context.session))
    if as_json:
        _json(render.plan_data(found))
    else:
        out.print(render.plan(found))


@app.command()
def provision(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", help="Stop after this step: its number or id.")] = "",
    all_up: Annotated[bool, typer.Option("--when-all-up", hidden=True)] = False,
) -> None:
    """Make the running nodes as lab.yaml says; only what is still needed is done."""
    context, tell = _site(ctx), ConsoleProgress()
    last = find(to) if to else None
    if all_up and not when_all_up(context, tell):
        return
    with context.exclusive():
        build(context, tell, last)


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show nodes, DC, quorum, where each resource runs, the VIP's answer, scores. Exit 1 unless healthy."""
    seen = look(_site(ctx))
    if as_json:
        _json(seen.json())
    else:
        out.print(render.overview(seen))
    raise typer.Exit(1 if seen.troubles else 0)


@app.command()
def reset(
    ctx: typer.Context,
    step: Annotated[str, typer.Argument(help="A step's number or id; the end state without one.")] = "",
) -> None:
    """Bring the cluster back to the state after a step, without rebuilding the machines."""
    context, tell = _site(ctx), ConsoleProgress()
    last = find(step) if step else None
    tell_interrupted(context, tell)
    with context.exclusive(), tell.building() as progress:
        attempt.end(context.machines.state, context.session, tell.say)
        count = resetting.run(context.session, last, progress)
    tell.say(f"{count} commands." if count else "Nothing to do.")
    if last is None:
        for trouble in look(context).found:
            if trouble.id != "drill-interrupted":  # told before
                tell.say(f"trouble: {render.printable(str(trouble))}")


@app.command()
def doctor(ctx: typer.Context, provider: Provider = "", platform: System = "", as_json: Json = False) -> None:
    """Look at this machine: can it run the lab? Each finding with its remedy. Exit 1 when something is bad."""
    context = _site(ctx, provider=provider, platform=platform)
    providers = tuple(registry.providers().values())
    chosen = context.machines.choose(context.lab.provider)
    found = findings(
        survey.read(context.root, context.lab, providers, chosen),
        context.lab,
        context.lab.platform,
        chosen,
        providers,
        own_interface=context.machines.folder.bridge,
    )
    if as_json:
        _json([vars(one) for one in found])
    else:
        out.print(render.findings(found))
    raise typer.Exit(1 if any(one.level == "bad" for one in found) else 0)


@app.command()
def image(ctx: typer.Context, platform: System = "") -> None:
    """Make the image that container nodes are started from, if it is not here yet."""
    context, tell = _site(ctx, provider=node_image.PROVIDER_NAME, platform=platform), ConsoleProgress()
    install.ensure(registry.get(node_image.PROVIDER_NAME), tell.say)
    chosen, why = node_image.choose(context.lab.platform, have=node_image.present)
    tell.say(why)
    with tell.busy(f"The node image of {chosen.name}"):
        tag = node_image.build(chosen, tell.say)
    out.print(tag)


@app.command(context_settings={"allow_extra_args": True, "allow_interspersed_args": False})
def ssh(ctx: typer.Context, node: str) -> None:
    """Open a root shell on a node, or run a command there: ./lab ssh node1 crm_mon -1."""
    context = _site(ctx)
    words = ctx.args
    tty = not words or sys.stdin.isatty()
    inner = ["sudo", "-n", "-i", *(["sh", "-c", " ".join(words)] if words else [])]
    argv = [*context.remote.argv(context.node(node).name, tty=tty), shlex.join(inner)]
    os.execvp(argv[0], argv)  # noqa: S606 -- the shell takes this program's place


@app.command()
def halt(ctx: typer.Context) -> None:
    """Shut the nodes down; `up` boots them again."""
    context, tell = _site(ctx), ConsoleProgress()
    with context.exclusive(), tell.busy("Shutting the nodes down"):
        context.machines.halt()


@app.command()
def down(ctx: typer.Context) -> None:
    """Remove all that `up` made here: machines, network, keys. The node image stays cached."""
    context, tell = _site(ctx), ConsoleProgress()
    with context.exclusive():
        with tell.busy("Removing the nodes"):
            context.machines.destroy()
        context.machines.release()
        context.machines.forget()


@app.command(hidden=True)
def prepare(ctx: typer.Context, provider: Provider = "", platform: System = "") -> None:
    """Decide provider and platform, make image and network: what the Vagrantfile needs before `vagrant up`."""
    context, tell = _site(ctx, provider=provider, platform=platform), ConsoleProgress()
    with context.exclusive():
        prepared(context, tell)


@app.command(hidden=True)
def released(ctx: typer.Context) -> None:
    """Remove the network and the keys once `vagrant destroy` has taken the last machine."""
    machines = _site(ctx).machines
    if machines.release():
        attempt.save(machines.state, None)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(ctx: typer.Context) -> None:
    """Run the tests: the same as `tox`; further words go to it (./lab test -e unit)."""
    context = _site(ctx)
    if not ctx.args or any("browser" in word for word in ctx.args):
        install.ensure_browser(ConsoleProgress().say)
    raise typer.Exit(command.attached([sys.executable, "-m", "tox", *ctx.args], context.root))


bench.register(app)
walk.register(app)
drill.register(app)
classroom.register(app)


def _site(ctx: typer.Context, **changes: str) -> Context:
    context: Context = ctx.obj
    context.changes.update({key: value for key, value in changes.items() if value})
    return context


def _json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def main() -> None:
    """Run the command line; every LabError becomes one message and its exit status."""
    try:
        app(prog_name="./lab")
    except LabError as error:
        _tell(error)
        sys.exit(error.exit_status)
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != INTERRUPTED:
            raise
        errors.print("interrupted")
        log.note("interrupted")
        # what was healed before the interrupt was heeded, and failed
        _tell(*(cause for cause in _causes(error) if isinstance(cause, LabError)))
        sys.exit(INTERRUPTED)


def _tell(*found: LabError) -> None:
    """Print errors with the way on, and where the log is."""
    for error in found:
        log.note(f"error, exit status {error.exit_status}: {error.message.partition(chr(10))[0]}")
        errors.print(f"[bold red]error:[/] {escape(error.message)}")
        if error.hint:
            errors.print(f"  [bold]->[/] {escape(error.hint)}")
    if found and (path := log.file()):
        errors.print(f"  log: {escape(str(path))}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors that one came after, newest first."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


if __name__ == "__main__":
    main()
