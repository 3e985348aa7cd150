"""Texts for people that differ between platforms: one text, with other fields for a generation of corosync.

In a YAML file of texts, fields below the key `corosync 1.4` take the place of the fields beside that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from inventory.platforms.base import CorosyncGeneration, Platform

GENERATIONS: tuple[str, ...] = tuple(f"corosync {one}" for one in get_args(CorosyncGeneration))


def adapted(text: Mapping[str, Any], platform: Platform | None = None) -> dict[str, Any]:
    """Give the fields of a text for a platform; without one, those that hold for a current platform."""
    fields = {name: value for name, value in text.items() if name not in GENERATIONS}
    own: Mapping[str, Any] = text.get(f"corosync {platform.corosync}", {}) if platform else {}
    return {**fields, **own}
