"""What corosync 1.4.1, pacemaker 1.1.8 and pcs 0.9.26 printed on a live cluster: tests/cases/old_stack."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from inventory.model import Lab, Node
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab

FOLDER = CASES / "old_stack"


def recorded(name: str) -> str:
    """The text of a recording."""
    return (FOLDER / name).read_text()


def old_lab() -> Lab:
    """The lab that was recorded: the example, in another network."""
    return example_lab(
        platform="centos6",
        provider="libvirt",
        network=IPv4Network("172.30.0.0/16"),
        nodes=(
            Node(NODE1, IPv4Address("172.30.100.15"), 1),
            Node(NODE2, IPv4Address("172.30.100.16"), 2),
        ),
        vip=IPv4Address("172.30.100.11"),
    )


def shown_after(text: str, command: str) -> str:
    """The part of a recording behind the line `$ COMMAND`, up to the next such line."""
    parts = f"\n{text}".split("\n$ ")
    return next(body for line, _, body in (part.partition("\n") for part in parts) if line == command)


def members(text: str) -> str:
    """The lines of a recording that `corosync-objctl -a | grep members` prints."""
    return "".join(f"{line}\n" for line in text.splitlines() if "members" in line)
