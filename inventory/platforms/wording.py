"""Texts for people that differ between labs: one text, with other fields for some platforms, sizes, or with fencing.

In a YAML file of texts, fields below the key `corosync 1.4`, `three or more nodes` or `with fencing` take the place of
the fields beside that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from inventory.platforms.base import CorosyncGeneration, Platform

GENERATIONS: tuple[str, ...] = tuple(f"corosync {one}" for one in get_args(CorosyncGeneration))
MORE_NODES = "three or more nodes"


WITH_FENCING = "with fencing"


def adapted(
    text: Mapping[str, Any], platform: Platform | None = None, nodes: int = 2, *, fencing: bool = False
) -> dict[str, Any]:
    """Give the fields of a text for a platform and a number of nodes; without a platform, for a current one.

    `fencing`: the lab has fencing.
    """
    others = (*GENERATIONS, MORE_NODES, WITH_FENCING)
    fields = {name: value for name, value in text.items() if name not in others}
    own: Mapping[str, Any] = text.get(f"corosync {platform.corosync}", {}) if platform else {}
    more: Mapping[str, Any] = text.get(MORE_NODES, {}) if nodes > 2 else {}
    fenced: Mapping[str, Any] = text.get(WITH_FENCING, {}) if fencing else {}
    return {**fields, **own, **more, **fenced}
