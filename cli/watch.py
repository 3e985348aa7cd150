"""`./lab watch`: what each node and a client see, now: as a full-screen view, as a page, or as lines."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import Output, messages
from cli.context import Context, context_of
from drill.execute.availability import unavailable
from drill.scenarios import catalog
from inventory import homes
from inventory.errors import ConfigError, LabError, MachineError
from inventory.waiting import CLOCK
from watch import lines as plain
from watch.feed.control import Control
from watch.feed.drill_record import DrillRecord
from watch.feed.hub import Hub
from watch.feed.labs import Labs, OneLab
from watch.feed.observed import Observed
from watch.feed.opened import OpenLab

out = Output()


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(watch)


@dataclass(frozen=True)
class Web:
    """The options of the page. `bind` "": loopback."""

    bind: str
    port: int
    labs: bool
    control: bool
    new_token: bool


def watch(
    ctx: typer.Context,
    *,
    seconds: Annotated[int, typer.Option(min=0, help="Stop after this time; 0: Ctrl-C stops it.")] = 0,
    lines: Annotated[
        bool, typer.Option("--lines", help="Print one line for each change, also on a terminal.")
    ] = False,
    web: Annotated[bool, typer.Option("--web", help="Serve a page, and print its address.")] = False,
    labs: Annotated[
        bool, typer.Option("--labs", help="With --web: all labs of this folder as tiles.")
    ] = False,
    bind: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="With --web: serve on this address of this machine (0.0.0.0: on all); the page's address has a token.",
        ),
    ] = "",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --web: the port; 0: any free one.")
    ] = 8400,
    control: Annotated[
        bool, typer.Option("--control", help="With --web: the page may start and stop scenarios.")
    ] = False,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="With --web: make a new token; older addresses end.")
    ] = False,
) -> None:
    """Show live what each node and a client see. q or Ctrl-C stops it."""
    given = {"--labs": labs, "--bind": bool(bind), "--control": control, "--new-token": new_token}
    if not web and (wrong := [name for name, is_given in given.items() if is_given]):
        raise ConfigError(f"{wrong[0]} is only for the page.", hint=f"./lab watch --web {wrong[0]}")
    if web and lines:
        raise ConfigError(
            "--web and --lines: choose one of them.", hint="./lab watch --web, or ./lab watch --lines"
        )
    context = context_of(ctx)
    context.lab  # noqa: B018 -- raises ConfigError at once, before a view waits for a lab that cannot come
    if web:
        _serve(context, Web(bind, port, labs, control, new_token), seconds)
    elif lines or not _on_terminal():
        _lines(context, seconds)
    else:
        _full_screen(context, seconds)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def open_lab(root: Path, number: int) -> OpenLab:
    """The lab with a number in a folder, as it is now. Raises LabError when it is not up."""
    context = Context(root, number)
    if why := gone(context):
        raise why
    return OpenLab(context.session, context.remote, context.guard, context.fetch, lambda: gone(context))


def gone(context: Context) -> LabError | None:
    """Why a lab is not there, when none of its machines runs; None while one does."""
    if any(context.machines.running().values()):
        return None
    return context.trouble() or MachineError("No machine runs.", hint="./lab up")


def titles(root: Path, number: int) -> Mapping[str, str]:
    """The scenarios that a lab can run, with their titles. Raises LabError when it is not up."""
    session = Context(root, number).session
    texts = catalog.explanations(session.platform, len(session.lab.nodes))
    return {
        name: texts[name].title for name, one in catalog.SCENARIOS.items() if not unavailable(one, session)
    }


def _control(root: Path, number: int) -> Control:
    return Control(root, number, lambda: titles(root, number))


@contextlib.contextmanager
def _watched(context: Context, hub: Hub) -> Iterator[Hub]:
    """Observe one lab, and follow its drills."""
    root, number = context.root, context.number
    with Observed(hub, lambda: open_lab(root, number)), DrillRecord(hub, root, context.home, number):
        yield hub


def _lines(context: Context, seconds: int) -> None:
    with _watched(context, Hub()) as hub:
        plain.follow(hub, lambda text: out.print(escape(text)), seconds, CLOCK)


def _full_screen(context: Context, seconds: int) -> None:
    from watch.terminal.app import WatchApp  # noqa: PLC0415 -- textual is imported only when it is shown

    control = _control(context.root, context.number)
    try:
        with _watched(context, Hub(control=lambda: control.message)) as hub:
            app = WatchApp(hub, control, seconds)
            app.run()
    finally:
        _say_farewell([control])
    if app.return_code:
        raise typer.Exit(app.return_code)


def _say_farewell(controls: Iterable[Control]) -> None:
    """Tell which drills go on."""
    for text in (one.farewell() for one in controls):
        if text:
            messages().print(escape(text))


def _serve(context: Context, wanted: Web, seconds: int) -> None:
    from watch.web import server  # noqa: PLC0415 -- the server is imported only when it serves
    from watch.web.application import Site  # noqa: PLC0415

    root, controls = context.root, dict[int, Control]()

    def control(number: int) -> Control:
        return controls.setdefault(number, _control(root, number))

    def new_hub(number: int) -> Hub:
        return Hub(control=lambda: control(number).message if wanted.control else None)

    web = server.Server(wanted.bind, wanted.port)
    with web.listening():
        access = web.access(context.home / homes.STATE, control=wanted.control, new=wanted.new_token)
        try:
            with _source(context, new_hub, labs=wanted.labs) as source:
                single = None if wanted.labs else context.number
                site = Site(source, access, control, root / "runs", single=single, ending=web.ending)
                for address in web.addresses(access):
                    out.print(escape(address))
                web.run(site.application(), seconds)
        finally:
            _say_farewell(controls.values())


@contextlib.contextmanager
def _source(context: Context, new_hub: Callable[[int], Hub], *, labs: bool) -> Iterator[OneLab | Labs]:
    """The one lab, or all labs of the folder."""
    root = context.root
    if not labs:
        with _watched(context, new_hub(context.number)) as hub:
            yield OneLab(context.number, hub)
        return

    def more(hub: Hub, number: int) -> list[DrillRecord]:
        return [DrillRecord(hub, root, homes.home(root, number), number)]

    with Labs(lambda: homes.kept(root), partial(open_lab, root), new_hub, more) as all_labs:
        yield all_labs
