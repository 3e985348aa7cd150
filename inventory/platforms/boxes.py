"""A Vagrant box: the disk and the description from which Vagrant makes a virtual machine."""

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
