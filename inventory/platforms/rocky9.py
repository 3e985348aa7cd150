"""Rocky Linux 9, a rebuild of RHEL 9: as CentOS Stream 9, with boxes and images of its own publisher."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from inventory.platforms.boxes import Box
from inventory.platforms.centos9 import CENTOS9, IMAGE

IMAGES = "https://dl.rockylinux.org/pub/rocky/9/images/x86_64"
"""Rocky replaces the files whose names have "latest" with each release, so their checksums change too."""

ROCKY9 = replace(
    CENTOS9,
    name="rocky9",
    title="Rocky Linux 9",
    rank=22,
    boxes=MappingProxyType(
        {
            "virtualbox": Box("rockylinux/9", f"{IMAGES}/Rocky-9-Vagrant-Vbox.latest.x86_64.box"),
            "libvirt": Box("rockylinux/9", f"{IMAGES}/Rocky-9-Vagrant-Libvirt.latest.x86_64.box"),
            "vmware_desktop": Box("rockylinux/9", f"{IMAGES}/Rocky-9-Vagrant-VMware.latest.x86_64.box"),
        }
    ),
    image=replace(IMAGE, reference="quay.io/rockylinux/rockylinux:9"),
    default_for=(),
)
