"""lab.yaml's script for the nodes (`prepare`): the text that calls one of its functions on a node. Pure."""

from __future__ import annotations

import shlex
from typing import Literal

from inventory.model import Lab, Node

Function = Literal["missing", "prepare", "broken", "repair"]


def call(lab: Lab, node: Node, function: Function) -> str:
    """A shell text: the script's parameters, the script itself, and the call of one of its functions."""
    values = {
        "node": node.alias,
        "address": str(node.address),
        "nodes": " ".join(one.alias for one in lab.nodes),
        "names": " ".join(one.name for one in lab.nodes),
        "addresses": " ".join(str(one.address) for one in lab.nodes),
        "vip": str(lab.vip),
        "network": str(lab.network),
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join([*lines, lab.services.script, function])
