"""The classroom's texts: YAML beside this file, with the lab's own names and the platform's words put in."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cluster import corosync_conf, corosync_state, pcs, scores
from inventory.model import Lab
from inventory.platforms.registry import cluster_services, restart_shown, service
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
    web, httpd = lab.resource("web").id, system.web_service
    commands = {
        "resources": pcs.list_resources(system.pcs),
        "defaults": pcs.list_defaults(system.pcs),
        "refresh": pcs.refresh(system.pcs, web),
        "clear": pcs.clear(system.pcs, web),
        "web_status": service(system, "status", httpd),
        "web_at_boot": service(system, "is-enabled", httpd),
    }
    enabled = {
        unit: shlex.join(service(system, "is-enabled", unit)) for unit in (*cluster_services(system), httpd)
    }
    restart = restart_shown(system, httpd)
    return {
        **texts.words(goal),
        **{name: shlex.join(argv) for name, argv in commands.items()},
        "at_boot": "; ".join(filter(None, [*enabled.values(), restart])),
        "web_by_itself": "; ".join(filter(None, [enabled[httpd], restart])),
        "membership": corosync_state.membership_script(system.corosync),
        "preferences": _preferences(lab),
        "preferred": lab.preferred.alias,
        "other": lab.peer(lab.preferred).alias,
        "prefix": str(lab.network.prefixlen),
        "httpd": httpd,
        "port": str(corosync_conf.PORT),
        "rules": "nft list ruleset" if system.packet_filter == "nft" else "iptables-save",
    }


def _preferences(lab: Lab) -> str:
    wishes = [f"{one.resource} to prefer {one.node} by {scores.text(one.score)}" for one in lab.locations]
    return " and ".join(wishes) or "no preference"
