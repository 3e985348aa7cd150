"""A finding of the doctor: what was looked at, how good it is, and a remedy to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inventory.host.facts import HostFacts

Level = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ok, warn (works, with a drawback) or bad (the lab cannot run so)."""

    name: str
    level: Level
    found: str
    remedy: str = ""


def install(facts: HostFacts, package: str) -> str:
    """Write the command that installs a package here (Debian's name of it)."""
    if "apt-get" in facts.programs:
        return f"sudo apt-get install -y {package}"
    return f"brew install {package}" if facts.system == "darwin" else f"sudo dnf install -y {package}"
