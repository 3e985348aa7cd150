"""A Vagrant box: the disk and the description from which Vagrant makes a virtual machine; the recipe of one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """The name under which Vagrant keeps a box, and where the box is found.

    Each box is for one provider (`Platform.boxes`).
    """

    name: str
    url: str = ""
    """Where Vagrant downloads the file; "" where no file is public, so that Vagrant must have the box already."""
    sha256: str = ""
    """The file's checksum; "" where none is published, or where the publisher replaces the file at the same URL."""
    made_by: str = ""
    """The command of this lab that makes the box; "" where there is none."""


@dataclass(frozen=True)
class BootstrapBox:
    """A Vagrant box that mmdebstrap(1) makes from a suite (inventory/providers/own_box.py).

    `packages` have the kernel, GRUB for BIOS, the init system, ssh and DHCP; the cluster's packages are not in it.
    `drivers` are the kernel's modules for the root file system, which the initramfs needs.
    """

    suite: str
    packages: tuple[str, ...]
    drivers: tuple[str, ...]
