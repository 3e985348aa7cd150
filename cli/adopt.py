"""`./lab adopt`: writes a lab.yaml for a cluster that somebody else made. Nothing is changed on its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli.console import Output
from cli.context import context_of
from cli.progress import ConsoleProgress
from cluster import adopted
from inventory import files, homes
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.host import routes
from inventory.providers.adopted_machines import AdoptedMachines
from status import adoption

out = Output(markup=False)


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(adopt)


def adopt(
    ctx: typer.Context,
    hosts: Annotated[
        list[str], typer.Argument(metavar="HOST...", help="Each node, by its Host in the ssh_config.")
    ],
    *,
    ssh_config: Annotated[
        Path, typer.Option(metavar="FILE", help="The ssh_config(5) that reaches the nodes.")
    ],
    address: Annotated[
        str, typer.Option(help="The resource that is the floating address, when there are several.")
    ] = "",
    page: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST=TEXT", help="A text that only this node's page has; default: found in its page."
        ),
    ] = None,
    web: Annotated[
        str, typer.Option(help="The resource that is the web server, when there are several.")
    ] = "",
) -> None:
    """Read an existing cluster over ssh, and write a lab.yaml for it into the folder of --in.

    Nothing is changed on the nodes, and no key is stored.
    """
    context, console = context_of(ctx), ConsoleProgress()
    target = context.root / "lab.yaml"
    if context.number != homes.FIRST:
        raise ConfigError(
            "An adopted cluster is the only lab of its folder.", hint="Use adopt without --lab."
        )
    if target.exists():
        raise ConfigError(
            f"{target} exists already, and adopt overwrites nothing.",
            hint="./lab --in ANOTHER_FOLDER adopt ...; or remove that file first.",
        )
    config = ssh_config.expanduser().resolve()
    if not config.is_file():
        raise ConfigError(
            f"--ssh-config {ssh_config}: there is no such file.", hint="ssh -F FILE HOST must work."
        )
    with console.busy(f"Reading the cluster of {', '.join(hosts)}"):
        readings = adoption.read(config, hosts, context.home)
        found = adopted.describe(readings, str(config), adopted.Wanted(address, web, _pages(page or ())))
    lab = lab_yaml.parse(found.text, "the description of this cluster")
    route = routes.route_to(lab.vip)
    if route.local:
        raise ConfigError(
            f"{lab.vip}, the floating address, is an address of this machine.",
            hint="Run adopt on another machine.",
        )
    context.root.mkdir(parents=True, exist_ok=True)
    AdoptedMachines(context.root, lab).record(routes.signature(route))
    files.write(target, found.text)
    for line in (f"{lab.vip} is reached {routes.signature(route)}", *found.notes):
        console.say(line)
    console.say(
        f"Wrote {target}. Nothing was changed on the nodes. Now: ./lab status, ./lab audit, ./lab drill --list"
    )


def _pages(texts: Iterable[str]) -> dict[str, str]:
    """The texts of --page by host. Raises ConfigError."""
    found = {}
    for one in texts:
        host, sign, text = one.partition("=")
        if not sign or not text:
            raise ConfigError(f"--page {one}: the form is HOST=TEXT.", hint="--page alpha='<h1>alpha</h1>'")
        found[host] = text
    return found
