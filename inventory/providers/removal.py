"""Removes all that a lab made on this machine, also what Vagrant or lab.yaml no longer know.

The machines have a label of the lab's home, or their names begin with the lab's own prefix. So they are found after the
nodes' names in lab.yaml were changed, and after .vagrant or .lab was lost.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from inventory import log
from inventory.errors import LabError, MachineError
from inventory.homes import STATE, VAGRANT
from inventory.providers import choice, registry
from inventory.providers.base import Provider
from inventory.providers.ssh_files import control_folder

CHOICE = "machines.yaml"
PEERS = "peers"
"""The folder in .lab that the containers of `./lab bench peers` belong to."""


def made_ids(home: Path) -> dict[str, str]:
    """Vagrant's id of each machine of a lab, by alias, whatever lab.yaml says."""
    found = {}
    for path in sorted((home / VAGRANT / "machines").glob("*/*/id")):
        with contextlib.suppress(FileNotFoundError):
            if id_ := path.read_text(encoding="utf-8", errors="replace").strip():
                found[path.parent.parent.name] = id_
    return found


def strays(home: Path, provider: Provider) -> tuple[str, ...]:
    """The machines of a lab that its provider has and Vagrant does not know. Raises MachineError."""
    known = set(made_ids(home).values())
    return tuple(one for one in provider.machines_of(home) if one not in known)


def require_no_strays(home: Path, provider: Provider) -> None:
    """Raise MachineError when machines of this lab are there that Vagrant does not know: their names are taken."""
    if found := strays(home, provider):
        raise MachineError(
            f"{len(found)} machines of this lab are still there, but Vagrant does not know them: .vagrant was lost.",
            hint="./lab down removes them; then ./lab up.",
        )


def remove(home: Path, destroy: Callable[[], None], say: Callable[[str], None]) -> None:
    """Remove all that a lab made on this machine, and .lab and .vagrant.

    `destroy` lets Vagrant destroy the machines that it knows. What it leaves is removed with the commands of their
    provider, or of each provider on this machine when it is not known which one made them.
    Raises the first LabError when a machine is left.
    """
    errors: list[LabError] = []
    try:
        destroy()
    except LabError as error:
        log.note(f"vagrant destroy: {error.message}")
        errors.append(error)
    made_with = {path.parent.name for path in (home / VAGRANT / "machines").glob("*/*/id")}
    with contextlib.suppress(MachineError):
        made_with.add(choice.read(home / STATE / CHOICE).provider)
    asked = [one for one in registry.here() if one.name in made_with or not made_with]
    failed = False
    for provider in asked:
        try:
            _remove_of(home, provider, say)
        except MachineError as error:
            log.note(f"{provider.name}: {error.message}")
            errors.append(error)
            failed = failed or bool(made_with)
    if made_ids(home) or failed:
        raise (
            errors[0]
            if errors
            else MachineError(
                "Not all machines were removed.", hint="Run ./lab down again, or vagrant destroy."
            )
        )
    shutil.rmtree(control_folder(home), ignore_errors=True)
    for name in (STATE, VAGRANT):
        shutil.rmtree(home / name, ignore_errors=True)


def _remove_of(home: Path, provider: Provider, say: Callable[[str], None]) -> None:
    for folder, left_by in (
        (home, "Vagrant did not remove"),
        (home / STATE / PEERS, "a killed benchmark left"),
    ):
        for one in provider.machines_of(folder):
            say(f"removing the machine {one[:12]}, which {left_by}")
            provider.remove_machine(one)
            _forget(home, one)
        provider.release(folder)


def _forget(home: Path, id_: str) -> None:
    for path in (home / VAGRANT / "machines").glob("*/*/id"):
        if path.read_text(encoding="utf-8", errors="replace").strip() == id_:
            path.unlink()
