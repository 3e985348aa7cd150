"""The steps for people: title, reason, what to look at and what to see. The texts are in steps.yaml, by id."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cluster import corosync_conf, fencing, pcs, scores
from inventory.model import Command, Lab
from inventory.session import LabSession
from inventory.sizes import every_node
from language import fast_yaml
from language.words import NUMBERS
from provision.steps.base import Step


@dataclass(frozen=True)
class Text:
    """A step's text for people. `look` are commands that root runs on a node; they change nothing."""

    title: str
    why: str
    look: tuple[Command, ...]
    observe: str


def text(step: Step, session: LabSession) -> Text:
    """The step's text with all placeholders replaced. Raises KeyError when steps.yaml has no such step."""
    raw = session.adapted(_raw()[step.id])
    known = placeholders(session)
    return Text(
        title=raw["title"].format_map(known),
        why=raw["why"].format_map(known),
        look=tuple(
            Command.script(
                session.lab.node(known[place]).name, line.format_map(known), why="look", purpose="show-state"
            )
            for row in raw["look"]
            for place, line in row.items()
        ),
        observe=raw["observe"].format_map(known),
    )


def web_id(lab: Lab) -> str:
    """The id of the web server; in a lab without one the texts about it are not shown."""
    return lab.resource("web").id if lab.has("web") else "WebServer"


def placeholders(session: LabSession) -> Mapping[str, str]:
    """The values of the {placeholders} in steps.yaml: names of lab.yaml, and commands in the platform's form."""
    lab, platform = session.lab, session.platform
    commands = {
        "pcs_version": pcs.version(platform.pcs),
        "status": pcs.status(platform.pcs),
        "properties": pcs.list_properties(platform.pcs),
        "constraints": pcs.list_constraints(platform.pcs),
        "standards": pcs.standards(platform.pcs),
        "providers": pcs.providers(platform.pcs),
        "agents": pcs.agents(platform.pcs, "ocf:heartbeat"),
        "describe_address": pcs.describe(platform.pcs, platform.agents["address"]),
        "list_resources": pcs.list_resources(platform.pcs),
        "cib": pcs.cib(platform.pcs),
        "config": pcs.config(platform.pcs),
    }
    nodes = {
        f"{what}{node.id}": value
        for node in lab.nodes
        for what, value in (("node", node.alias), ("name", node.name), ("address", str(node.address)))
    }
    return {
        **nodes,
        **{name: shlex.join(argv) for name, argv in commands.items()},
        "every_node": every_node(lab),
        "count": NUMBERS[len(lab.nodes)],
        "vip": str(lab.vip),
        "url": lab.url,
        "address": lab.resource("address").id,
        "address_agent": platform.agents["address"],
        "web": web_id(lab),
        "web_process": platform.web_process,
        "index": platform.index,
        "stickiness": scores.text(lab.stickiness),
        "conf": corosync_conf.PATH,
        "authkey": corosync_conf.AUTHKEY,
        "log": platform.cluster_log,
        **{f"device{node.id}": fencing.device_id(node) for node in lab.nodes},
        "preferred_device": fencing.device_id(lab.preferred),
        "delay": fencing.delay(lab),
        "pacemaker_log": platform.pacemaker_log,
    }


@cache
def _raw() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = fast_yaml.read(
        files("provision").joinpath("steps.yaml").read_text(encoding="utf-8")
    )
    return loaded
