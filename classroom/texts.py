"""The classroom's texts: YAML beside this file, with the lab's own names and the platform's words put in."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cluster import corosync, pcs
from inventory.platforms import service
from provision.facts import Goal


@cache
def load(name: str) -> Mapping[str, Any]:
    """A YAML file of this package."""
    read: Mapping[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return read


def words(goal: Goal) -> Mapping[str, str]:
    """What stands for {word} in a text: names of lab.yaml, commands as this platform types them."""
    lab, system = goal.lab, goal.system
    commands = {
        "constraints": pcs.list_constraints(system.pcs),
        "properties": pcs.list_properties(system.pcs),
        "resources": pcs.list_resources(system.pcs),
        "web_status": service(system, "status", system.web_service),
    }
    return {
        "node1": lab.nodes[0].alias,
        "node2": lab.nodes[1].alias,
        "name1": lab.nodes[0].name,
        "name2": lab.nodes[1].name,
        "vip": str(lab.vip),
        "prefix": str(lab.network.prefixlen),
        "address": lab.resource("address").id,
        "web": lab.resource("web").id,
        "httpd": system.web_service,
        "index": system.index,
        "conf": corosync.PATH,
        "authkey": corosync.AUTHKEY,
        "log": system.cluster_log,
        "port": str(corosync.PORT),
        "rules": "nft list ruleset" if system.packet_filter == "nft" else "iptables-save",
        **{name: shlex.join(argv) for name, argv in commands.items()},
    }
