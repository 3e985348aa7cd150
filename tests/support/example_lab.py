"""The lab of lab.yaml, made by hand."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from inventory.corosync import Corosync
from inventory.model import (
    INFINITY,
    Colocation,
    Lab,
    Location,
    Node,
    Order,
    Resource,
)
from inventory.settings import Drill, MachineSettings

CASES = Path(__file__).parent.parent / "cases"
NODE1, NODE2 = "node1.magedu.com", "node2.magedu.com"
FIRST_ADDRESS = IPv4Address("172.16.100.15")
METADATA = """\
<?xml version="1.0"?>
<resource-agent name="address" version="1.0"><parameters>
<parameter name="ip" required="1"><content type="string" default=""/></parameter>
<parameter name="{name}"><content type="integer" default="{default}"/></parameter>
</parameters></resource-agent>
"""


def nodes(count: int) -> tuple[Node, ...]:
    """Nodes node1, node2, ... with the addresses from FIRST_ADDRESS on."""
    return tuple(Node(f"node{id_}.magedu.com", FIRST_ADDRESS + id_ - 1, id_) for id_ in range(1, count + 1))


def example_lab(**changes: Any) -> Lab:
    """The lab with fields replaced; a mapping for `machine`, `corosync` or `drill` replaces fields of theirs."""
    lab = Lab(
        name="magedu",
        platform="debian12",
        provider="docker",
        network=IPv4Network("172.16.0.0/16"),
        nodes=nodes(2),
        vip=IPv4Address("172.16.100.11"),
        memory_mb=1024,
        machine=MachineSettings(cpus=1, driver="auto", box="", box_url=""),
        patience=1.0,
        corosync=Corosync(3000, 3600, "aes256", "sha256", False),
        properties={"stonith-enabled": "false", "no-quorum-policy": "ignore", "dc-deadtime": "2s"},
        stickiness=100,
        resources=(Resource("WebIP", "address", "30s"), Resource("WebServer", "web", "10s")),
        colocations=(Colocation("WebServer", "WebIP", INFINITY),),
        orders=(Order("WebIP", "WebServer"),),
        locations=(Location("webserver_on_node1", "WebServer", NODE1, 500),),
        drill=Drill(20, 500, 250, 1, {"crash": 30, "freeze": 30, "partition": 30}),
        images={},
    )
    for part in ("machine", "corosync", "drill"):
        if isinstance(changes.get(part), dict):
            changes[part] = dataclasses.replace(getattr(lab, part), **changes[part])
    return dataclasses.replace(lab, **changes)
