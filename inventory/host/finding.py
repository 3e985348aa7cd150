"""A finding of the doctor: what was looked at, how good it is, and a remedy to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inventory.host.facts import HostFacts

Level = Literal["ok", "warn", "bad"]
LINUX_ON_MAC = (
    "brew install lima && limactl start --name=ha-lab template://debian-12 && limactl shell ha-lab"
    "   # a Debian machine on this Mac; ./lab up works in it"
)
"""The remedy where a Mac cannot run the lab: containers need a Linux kernel, most boxes an x86_64 processor."""


@dataclass(frozen=True)
class Finding:
    """The judgement of one thing: ok, warn (the lab runs, with a drawback) or bad (the lab cannot run)."""

    name: str
    level: Level
    found: str
    remedy: str = ""


def install(facts: HostFacts, package: str) -> str:
    """Write the command that installs a package here (Debian's name of it)."""
    if "apt-get" in facts.programs:
        return f"sudo apt-get install -y {package}"
    return f"brew install {package}" if facts.system == "darwin" else f"sudo dnf install -y {package}"
