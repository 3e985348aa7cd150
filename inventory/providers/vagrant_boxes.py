"""The boxes and plugins that Vagrant has on this host, read from its folders: `vagrant box list` takes seconds.

Sources: lib/vagrant/box_collection.rb of Vagrant (NAME/VERSION/PROVIDER; from 2.4 on an architecture may come first),
lib/vagrant/plugin/state_file.rb (plugins.json), Debian's packages of plugins (gems).
"""

from __future__ import annotations

import json
import os
import shutil
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


DEBIANS = Path("/usr/bin/vagrant")
GEMS = Path("/usr/share/rubygems-integration/all/specifications")
"""Debian's packages keep the descriptions of their gems here; only Debian's Vagrant reads them."""


def is_foreign() -> bool:
    """Whether the Vagrant of this host is not Debian's: HashiCorp's package links to /opt."""
    found = shutil.which("vagrant")
    return found is not None and Path(found).resolve().parent != DEBIANS.parent


def has_plugin(name: str) -> bool:
    """Whether Vagrant has a plugin: one of this user's, or one of Debian's."""
    try:
        installed = json.loads((home() / "plugins.json").read_text())["installed"]
    except (OSError, ValueError, KeyError, TypeError):
        installed = {}
    debians = () if is_foreign() else GEMS.glob(f"{name}-[0-9]*.gemspec")
    return name in installed or any(debians)
