"""`./lab inventory`: the lab as an inventory of Ansible, so that any playbook can run on its nodes."""

from __future__ import annotations

import sys

import typer
import yaml

from cli.console import Json, print_json
from cli.context import context_of
from cli.progress import ConsoleProgress
from inventory.errors import MachineError
from inventory.host import command
from inventory.remote import ansible
from language.marking import marked


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command("inventory")(inventory)


def inventory(ctx: typer.Context, as_json: Json = False) -> None:
    """Print an Ansible inventory of the lab: ansible -i <(./lab inventory) all -m ping."""
    context = context_of(ctx)
    context.use_built(ConsoleProgress().say)
    config = str(context.machines.ssh_config())
    logins = {
        node.name: ansible.login(_asked(config, node.ssh_host), _asked("/dev/null", node.ssh_host))
        for node in context.lab.nodes
    }
    found = ansible.inventory(context.lab, logins)
    if as_json:
        print_json(found)
    else:
        sys.stdout.write(yaml.safe_dump(found, sort_keys=False, allow_unicode=True))


def _asked(config: str, alias: str) -> str:
    said = command.run(ansible.question(config, alias))
    if not said.good:
        raise MachineError(
            f"ssh does not understand {config}:\n{said.last()}",
            hint=marked("./lab halt && ./lab up writes it again."),
        )
    return said.out
