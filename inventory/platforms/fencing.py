"""The packages that fencing adds to a platform."""

from __future__ import annotations

from dataclasses import replace

from inventory.model import NO_FENCING, Lab
from inventory.platforms.base import Platform


def with_fencing(platform: Platform, lab: Lab) -> Platform:
    """The platform with the packages that lab.yaml's `fencing` needs; the platform itself without fencing."""
    if lab.fencing == NO_FENCING:
        return platform
    missing = (name for name in platform.fencing_packages if name not in platform.packages)
    return replace(platform, packages=(*platform.packages, *missing))
