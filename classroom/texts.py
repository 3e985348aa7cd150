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
from provision import texts
from provision.facts import Goal


@cache
def load(name: str) -> Mapping[str, Any]:
    """A YAML file of this package."""
    read: Mapping[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return read


def words(goal: Goal) -> Mapping[str, str]:
    """What stands for {word} in a text: the words of the steps (provision.texts), and what only the classroom needs."""
    lab, system = goal.lab, goal.system
    return {
        **texts.words(goal),
        "resources": shlex.join(pcs.list_resources(system.pcs)),
        "web_status": shlex.join(service(system, "status", system.web_service)),
        "prefix": str(lab.network.prefixlen),
        "httpd": system.web_service,
        "port": str(corosync.PORT),
        "rules": "nft list ruleset" if system.packet_filter == "nft" else "iptables-save",
    }
