"""A student's lab.yaml: the teacher's lab.yaml with the student's own values. Pure; the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from classroom.school.personal import LABS, Personal
from cluster import feasible
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.model import INFINITY, Lab

_HEAD = """\
# The lab of {name}, class {class_}. `./lab collect` compares the network, the addresses, the names, the stickiness and
# the location score with those of the class: do not change them.
"""


def lab_text(document: Mapping[str, Any], mine: Personal, class_name: str) -> str:
    """The text of a student's lab.yaml; see `described`."""
    return described(document, mine, class_name)[0]


def described(document: Mapping[str, Any], mine: Personal, class_name: str) -> tuple[str, Lab]:
    """The text of a student's lab.yaml, and the lab. `document` is the content of the teacher's lab.yaml.

    Raises ConfigError when that description cannot take personal values.
    """
    found = deepcopy(dict(document))
    if "ssh_config" in found:
        raise ConfigError(
            "lab.yaml describes an adopted cluster, which cannot be made for each student.",
            hint="use the folder with the lab.yaml of the course",
        )
    new: dict[str, str] = {}
    for number, node in enumerate(found["nodes"], 1):
        new[node["name"]], new[str(node["address"])] = mine.name(number), str(mine.address(number))
    if witness := found.get("witness"):
        new[witness["name"]] = f"witness.{mine.site}.example"
        new[str(witness["address"])] = str(mine.address(len(found["nodes"]) + 1))
    found = _renamed(found, new)
    found["name"], found["network"] = mine.host, str(mine.network)
    found["vip"], found["labs"] = str(mine.address(0)), str(LABS)
    found["stickiness"], found["drill"]["seed"] = mine.scores.stickiness, mine.drill_seed
    if preferred := _preference(found):
        preferred["score"] = mine.scores.location
    body = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)
    text = _HEAD.format(name=mine.student.name, class_=class_name) + body
    return text, lab_yaml.parse(text, f"the lab.yaml of {mine.student.name}", judge=feasible.problems)


def differences(lab: Lab, mine: Personal) -> tuple[str, ...]:
    """Where a lab.yaml does not have the student's own values: one line each, with both values."""
    scores = [one.score for one in lab.locations if abs(one.score) < INFINITY]
    pairs = [
        ("network", mine.network, lab.network),
        ("vip", mine.address(0), lab.vip),
        ("stickiness", mine.scores.stickiness, lab.stickiness),
    ]
    for node in lab.nodes:
        pairs.append((f"name of node {node.id}", mine.name(node.id), node.name))
        pairs.append((f"address of node {node.id}", mine.address(node.id), node.address))
    if scores:
        pairs.append(("location score", mine.scores.location, scores[0]))
    return tuple(f"{what}: {have}, not {want}" for what, want, have in pairs if want != have)


def _preference(document: dict[str, Any]) -> dict[str, Any] | None:
    """The first location constraint that prefers a node by a number."""
    locations: list[dict[str, Any]] = (document.get("constraints") or {}).get("location") or []
    return next((one for one in locations if type(one.get("score")) is int), None)


def _renamed(value: Any, new: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, new) for item in value]
    return new.get(value, value) if isinstance(value, str) else value
