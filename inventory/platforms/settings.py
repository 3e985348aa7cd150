"""A platform with the packages that the settings of lab.yaml need."""

from __future__ import annotations

from dataclasses import replace

from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.fencing import with_fencing


def with_settings(platform: Platform, lab: Lab) -> Platform:
    """The platform with the packages of fencing and of lab.yaml's `packages`; itself when nothing is missing."""
    fenced = with_fencing(platform, lab)
    missing = tuple(name for name in lab.services.packages if name not in fenced.packages)
    return replace(fenced, packages=(*fenced.packages, *missing)) if missing else fenced
