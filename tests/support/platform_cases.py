"""Which data cases hold for a platform: its own, else those of the platform that it is like (see platforms.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from language import fast_yaml
from tests.support.example_lab import CASES

DATA: dict[str, Any] = fast_yaml.read((CASES / "platforms.yaml").read_text())


def like(platform: str) -> str:
    """The platform whose cases hold for this one: itself, where its row names no other one."""
    return str(DATA["platforms"].get(platform, {}).get("like", platform))


def case_of(values: Mapping[str, Any], platform: str, otherwise: Any = None) -> Any:
    """A platform's value of some values by platform; `otherwise` where there is none for it."""
    return values.get(platform, values.get(like(platform), otherwise))
