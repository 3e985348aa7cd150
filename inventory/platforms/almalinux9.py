"""AlmaLinux 9, a rebuild of RHEL 9: as CentOS Stream 9. Its boxes have no lasting URL (almalinux/cloud-images#363)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from inventory.platforms.centos9 import CENTOS9, IMAGE

ALMALINUX9 = replace(
    CENTOS9,
    name="almalinux9",
    title="AlmaLinux 9",
    rank=24,
    boxes=MappingProxyType({}),
    image=replace(IMAGE, reference="quay.io/almalinuxorg/almalinux:9"),
    default_for=(),
)
