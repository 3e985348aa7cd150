"""The lab's own network of libvirt, with virsh: isolated, and with a bridge whose name is known beforehand.

vagrant-libvirt finds it by its name and its range, and would otherwise make a network with NAT and a bridge virbrN.
Sources: virsh(1), libvirt's "Network XML format".
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from xml.etree import ElementTree

from inventory.errors import MachineError
from inventory.host import command

VIRSH = ("virsh", "-c", "qemu:///system")


def ensure(name: str, bridge: str, network: IPv4Network) -> None:
    """Make the network, or start it. A network of this name with another range is replaced if no machine uses it.

    Raises MachineError.
    """
    found = _read(name)
    if found is not None and _range(found) != network:
        if found.get("connections"):
            raise MachineError(
                f"The libvirt network {name} has {_range(found)}, but lab.yaml has {network}.",
                hint="./lab down first, then ./lab up",
            )
        remove(name)
        found = None
    if found is None:
        _define(name, bridge, network)
    if not _active(name):
        command.check([*VIRSH, "net-start", name])


def remove(name: str) -> None:
    """Remove the network, if it is there. Raises MachineError."""
    if _read(name) is None:
        return
    if _active(name):
        command.check([*VIRSH, "net-destroy", name])
    command.check([*VIRSH, "net-undefine", name])


def xml(name: str, bridge: str, network: IPv4Network) -> str:
    """The definition: without `forward` no packet leaves it. The host has the first address (docker's has it too)."""
    return (
        f"<network><name>{name}</name><bridge name='{bridge}' stp='on' delay='0'/>"
        f"<ip address='{network[1]}' netmask='{network.netmask}'/></network>"
    )


def _define(name: str, bridge: str, network: IPv4Network) -> None:
    made = command.run([*VIRSH, "net-define", "/dev/stdin"], stdin=xml(name, bridge, network))
    if not made.good:
        raise MachineError(
            f"virsh net-define {name} failed (exit {made.status}):\n{made.last()}",
            hint="./lab doctor checks this machine.",
        )


def _read(name: str) -> ElementTree.Element | None:
    text = command.answer([*VIRSH, "net-dumpxml", name])
    try:
        return ElementTree.fromstring(text)  # noqa: S314 -- libvirt's own output
    except ElementTree.ParseError:
        return None


def _range(found: ElementTree.Element) -> IPv4Network | None:
    ip = found.find("ip")
    address, mask = (ip.get("address", ""), ip.get("netmask", "")) if ip is not None else ("", "")
    try:
        return IPv4Network(f"{IPv4Address(address)}/{mask}", strict=False)
    except ValueError:
        return None


def _active(name: str) -> bool:
    info = command.answer([*VIRSH, "net-info", name])
    return any(line.split() == ["Active:", "yes"] for line in info.splitlines())
