"""Starts, checks and ends the BMCs of a lab on this machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from inventory import files, homes
from inventory.bmc import faults, packet_filter, process, secret, settings
from inventory.bmc.access import Bmc, bmcs, host_address
from inventory.errors import MachineError
from inventory.host import install, networks
from inventory.host.requirements import Say
from inventory.model import Lab, Node
from inventory.providers.base import LabFolder, Provider
from inventory.waiting import CLOCK, Clock

PACKAGES = {"ipmi_sim": "openipmi", "iptables": "iptables"}
"""Debian's packages, by program."""
CODE = Path(__file__).resolve().parents[2]


def refuse(provider: Provider, lab: Lab) -> None:
    """Raise MachineError when the lab cannot have BMCs on this machine or with its provider."""
    off = "Set fencing: none in lab.yaml, or choose another provider."
    if not bmcs(lab):
        return
    if sys.platform != "linux":
        raise MachineError(
            f"fencing: {lab.fencing} needs Linux on this machine, for ipmi_sim and iptables.",
            hint="Set fencing: none in lab.yaml.",
        )
    if not provider.power.booting("") or not provider.power.state:
        raise MachineError(
            f"fencing: {lab.fencing}: the provider {provider.name} has no command that starts a machine without"
            " Vagrant, so a BMC could not switch it on.",
            hint=off,
        )


def ensure(folder: LabFolder, provider: Provider, say: Say, clock: Clock) -> None:
    """Start the BMCs that do not run as they should; without fencing, end those that still run.

    Safe to repeat: a BMC that runs with the same files stays. Raises MachineError, TimedOut.
    """
    state = folder.home / homes.STATE
    wanted = bmcs(folder.lab)
    if not wanted:
        stop(folder.home, clock)
        return
    install.ensure_packages(install.missing(PACKAGES), say)
    interface = own_interface(folder, provider)
    password = secret.make(state)
    changed = [
        one
        for one in wanted
        if _write(state, folder, one, password) or not _runs(state, one) or faults.condition(state, one)
    ]
    chain = f"HA-LAB-{folder.digest}"
    if not packet_filter.closed(chain, interface, wanted):
        # No BMC runs without the filter.
        halt(folder.home, clock)
        packet_filter.close(secret.folder(state), chain, interface, wanted)
        changed = list(wanted)
    if not changed:
        return
    say(f"Starting the BMC of {' and '.join(one.node.alias for one in changed)} on {wanted[0].address}")
    for one in changed:
        place = secret.folder(state) / one.node.alias
        process.stop(place, clock)
        shutil.rmtree(place / settings.STATE, ignore_errors=True)
        (place / faults.SLOW).unlink(missing_ok=True)
        process.start(place, one, clock)


def stop(home: Path, clock: Clock = CLOCK) -> None:
    """End all BMCs of a lab, and remove their files and their filter. Raises MachineError."""
    place = secret.folder(home / homes.STATE)
    if not place.is_dir():
        return
    halt(home, clock)
    packet_filter.open_again(place)
    shutil.rmtree(place)


def halt(home: Path, clock: Clock = CLOCK) -> None:
    """End all BMCs of a lab; their files stay. Raises MachineError."""
    for one in sorted(secret.folder(home / homes.STATE).glob(f"*/{process.PID}")):
        process.stop(one.parent, clock)


def silent(state: Path, lab: Lab) -> Mapping[Node, str]:
    """Why the BMC of a node does not work, by node; nothing for a BMC that runs and answers. `state` is the lab's."""
    found = {}
    for one in bmcs(lab):
        if process.running(secret.folder(state) / one.node.alias) is None:
            found[one.node] = f"its BMC (UDP port {one.port} of {one.address}) does not run"
        elif not process.answers(one):
            found[one.node] = f"its BMC does not answer at {one.address}, UDP port {one.port}"
        elif faults.condition(state, one) == "slow":
            found[one.node] = "a drill made its BMC slow"
    return found


def own_interface(folder: LabFolder, provider: Provider) -> str:
    """The interface of this machine that has its address in the lab's network. Raises MachineError without one."""
    address = host_address(folder.lab)
    for link in networks.read().links or ():
        if link.address.ip == address and provider.is_own(link.interface, folder.bridge):
            return link.interface
    raise MachineError(
        f"fencing: {folder.lab.fencing}: this machine has no address {address} on an interface of the lab, where the"
        " nodes would reach their BMCs.",
        hint="./lab doctor looks at the networks of this machine.",
    )


def _runs(state: Path, bmc: Bmc) -> bool:
    return process.running(secret.folder(state) / bmc.node.alias) is not None and process.answers(bmc)


def _write(state: Path, folder: LabFolder, bmc: Bmc, password: str) -> bool:
    """Write the files of a BMC; whether they have changed."""
    place = secret.folder(state) / bmc.node.alias
    place.mkdir(mode=0o700, exist_ok=True)
    chassis = settings.chassis_command(sys.executable, CODE, folder.home, bmc.node.alias)
    changed = False
    for name, text in settings.texts(bmc, password, chassis).items():
        path = place / name
        if not path.exists() or path.read_text("utf-8") != text:
            files.write_private(path, text, 0o700 if name == settings.CONTROL else 0o600)
            changed = True
    return changed
