"""Reads lab.yaml's resources of any agent: primitives, groups, clones, promotable clones.

What the agent itself knows (its name, its options) is judged on a node: provision/steps/services.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from inventory.config.cluster_properties import DURATION, INTERVAL, for_pcs, milliseconds
from inventory.config.yaml_document import YamlNode, show
from inventory.services import CloneKind, Service

KEYS = ("agent", "group")
"""A resource with one of these keys is read here; any other one has a `kind`."""
AGENT = (
    "an agent as pacemaker names it, such as ocf:heartbeat:pgsql, systemd:postgresql, lsb:nfs-kernel-server"
    " (for a fence device, use the key `fencing`)"
)
ROLES = ("Started", "Promoted", "Unpromoted")
OPERATIONS = (
    "monitor",
    "start",
    "stop",
    "promote",
    "demote",
    "notify",
    "reload",
    "migrate_to",
    "migrate_from",
)
ON_FAIL = ("ignore", "block", "stop", "restart", "standby", "fence", "demote", "restart-container")
_AGENT = re.compile(r"ocf:[\w-]+:[\w.-]+|(?:lsb|systemd|service):[\w@.:\\-]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)

Identity = Callable[[YamlNode], "str | None"]
"""Reads an id that nothing else has."""


def is_service(item: YamlNode) -> bool:
    """Whether an item of `resources` is a resource of any agent, or a group."""
    return isinstance(item.value, Mapping) and any(key in item.value for key in KEYS)


def service(item: YamlNode, identity: Identity) -> Service:
    """Read a resource of any agent, or a group of them; mistakes are noted."""
    if isinstance(item.value, Mapping) and "group" in item.value:
        part = item.fields(("id", "group"), ("meta", "clone", "promotable"))
        id_ = identity(part["id"])
        members = tuple(_primitive(one, identity) for one in part["group"].items("resources with an agent"))
        if isinstance(part["group"].value, list) and not members:
            part["group"].wrong("at least one resource with an agent")
        made = Service(id_ or "", meta=texts(part["meta"], "meta attributes"), members=members)
    else:
        part = item.fields(
            ("id", "agent", "monitor"), ("options", "operations", "meta", "clone", "promotable")
        )
        made = _read(part, identity)
    kind, meta = _clone(part["clone"], part["promotable"])
    return Service(made.id, made.agent, made.options, made.operations, made.meta, made.members, kind, meta)


def _primitive(item: YamlNode, identity: Identity) -> Service:
    return _read(item.fields(("id", "agent", "monitor"), ("options", "operations", "meta")), identity)


def _read(part: Mapping[str, YamlNode], identity: Identity) -> Service:
    return Service(
        identity(part["id"]) or "",
        part["agent"].text(AGENT, lambda text: bool(_AGENT.fullmatch(text))) or "",
        texts(part["options"], "options of the agent"),
        _operations(part["monitor"], part["operations"]),
        texts(part["meta"], "meta attributes"),
    )


def interval(yaml_node: YamlNode) -> str | None:
    """Read the interval of a monitor: a time above zero, or a number of seconds."""
    if isinstance(yaml_node.value, int) and not isinstance(yaml_node.value, bool) and yaml_node.value > 0:
        return f"{yaml_node.value}s"
    return yaml_node.text(INTERVAL, lambda text: for_pcs(text) and (milliseconds(text) or 0) > 0)


def texts(yaml_node: YamlNode, of: str) -> dict[str, str]:
    """Read names with values as the CIB has them: true and false for booleans, numbers as text."""
    found = {}
    for name, value in yaml_node.pairs(of):
        if not _NAME.fullmatch(name):
            value.remark(f"found the name {show(name)}; allowed: letters, digits and . _ -")
        found[name] = scalar(value) or ""
    return found


def scalar(yaml_node: YamlNode) -> str | None:
    """Read a text, a number or a boolean as the CIB has it."""
    value = yaml_node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    if yaml_node.present:
        yaml_node.wrong("a text, a number, true or false")
    return None


def _operations(monitor: YamlNode, more: YamlNode) -> tuple[Mapping[str, str], ...]:
    found = [{"name": "monitor", "interval": interval(monitor) or ""}]
    seen = {("monitor", milliseconds(found[0]["interval"])): monitor.path}
    for item in more.items("operations"):
        part = item.fields(("name",), ("interval", "timeout", "role", "on-fail"))
        name = part["name"].one_of(OPERATIONS)
        one = {"name": name or "", "interval": "0s"}
        if part["interval"].present:
            one["interval"] = interval(part["interval"]) or ""
        elif name == "monitor":
            item.remark("the key interval is missing: how often the monitor runs")
        if part["timeout"].present:
            one["timeout"] = part["timeout"].text(DURATION, for_pcs) or ""
        if part["role"].present:
            one["role"] = part["role"].one_of(ROLES) or ""
        if part["on-fail"].present:
            one["on-fail"] = part["on-fail"].one_of(ON_FAIL) or ""
        key = (one["name"], milliseconds(one["interval"]))
        if key in seen:
            item.remark(
                f"found a second {key[0]} with this interval (also {seen[key]}); allowed: different intervals,"
                " also for different roles: pacemaker tells operations apart by name and interval"
            )
        seen.setdefault(key, item.path)
        found.append(one)
    return tuple(found)


def _clone(clone: YamlNode, promotable: YamlNode) -> tuple[CloneKind, Mapping[str, str]]:
    """Read `clone` and `promotable`: true, or the meta attributes of the clone."""
    plain, promoted = _wish(clone), _wish(promotable)
    if plain is not None and promoted is not None:
        promotable.remark("found clone and promotable; allowed: one of them (a promotable clone is a clone)")
    if promoted is not None:
        return "promotable", {**promoted, "promotable": "true"}
    if plain is not None:
        return "clone", plain or {"interleave": "true"}
    return "", {}


def _wish(yaml_node: YamlNode) -> dict[str, str] | None:
    if not yaml_node.present or yaml_node.value is False:
        return None
    if yaml_node.value is True:
        return {}
    if not isinstance(yaml_node.value, Mapping):
        yaml_node.wrong("true, false, or a mapping of meta attributes of the clone")
        return None
    return texts(yaml_node, "meta attributes of the clone")
