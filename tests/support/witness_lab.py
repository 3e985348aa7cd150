"""The example lab with `quorum: qdevice`."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from inventory.config.quorum import with_witness
from inventory.model import Lab, Node, Witness
from inventory.session import LabSession
from tests.support.example_lab import example_lab
from tests.support.fake_session import fake_session

WITNESS = "witness.magedu.com"


def witness_lab(algorithm: str = "ffsplit", **changes: Any) -> Lab:
    """The example lab with a witness, as lab.yaml gives it."""
    third = Witness(Node(WITNESS, IPv4Address("172.16.100.17"), 0), algorithm)
    return with_witness(example_lab(witness=third, **changes))


def witness_session(platform: str = "debian12", **others: Any) -> LabSession:
    """A session of that lab."""
    return fake_session(platform, lab=witness_lab(platform=platform), **others)
