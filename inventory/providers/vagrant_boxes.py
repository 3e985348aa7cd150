"""The boxes that Vagrant has on this host, read from its folder: `vagrant box list` takes seconds.

Source: lib/vagrant/box_collection.rb of Vagrant (NAME/VERSION/PROVIDER; from 2.4 on an architecture may come first).
"""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """Vagrant's folder of this user."""
    return Path(os.environ.get("VAGRANT_HOME") or Path.home() / ".vagrant.d")


def names(provider: str) -> frozenset[str]:
    """The names of the boxes that Vagrant has for a provider."""
    folders = (home() / "boxes").glob("*") if (home() / "boxes").is_dir() else ()
    found = (one.name.replace("-VAGRANTSLASH-", "/").replace("-VAGRANTCOLON-", ":") for one in folders)
    return frozenset(name for name in found if has(name, provider))


def has(name: str, provider: str) -> bool:
    """Whether Vagrant has a box of this name for a provider."""
    folder = home() / "boxes" / name.replace(":", "-VAGRANTCOLON-").replace("/", "-VAGRANTSLASH-")
    patterns = (f"*/{provider}/metadata.json", f"*/*/{provider}/metadata.json")
    return any(next(folder.glob(pattern), None) for pattern in patterns)
