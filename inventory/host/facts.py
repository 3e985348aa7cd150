"""The facts of this host: programs, memory, networks. `inventory.host.survey` reads them, the doctor judges them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.host.networks import HostNetworks
from inventory.host.speed import Speed

ARM = ("arm64", "aarch64")
"""Names of 64-bit ARM processors in `uname -m`: macOS, Linux."""


@dataclass(frozen=True)
class HostFacts:
    """Everything that `inventory.host.doctor` judges. Sizes are MiB. None: could not be read, or does not apply."""

    folder: str
    """The home of the lab (inventory.homes)."""
    system: str
    """sys.platform: linux, darwin …"""
    python: tuple[int, int]
    venv: bool
    """Python can make virtual environments (on Debian: the package python3-venv)."""
    programs: frozenset[str]
    service_manager: bool
    """systemd runs here as the service manager."""
    vagrant: str | None
    plugins: tuple[str, ...] | None
    memory_mb: int | None
    disk_mb: int | None
    cpus: int
    networks: HostNetworks
    vsyscall: bool | None = None
    """This kernel maps the vsyscall page into programs (vsyscall=emulate or xonly of the kernel's command line)."""
    crypto_policy: str = ""
    """The policy of Red Hat's crypto-policies(7) on this host; "" where it has none."""
    of_providers: Mapping[str, Any] = field(default_factory=dict)
    """By provider: the result of its `read`, which only its own `findings` uses."""
    architecture: str = "x86_64"
    """The processor, as `uname -m` names it."""
    macos: str = ""
    """The version of macOS; "" on other systems."""
    boxes: frozenset[str] = frozenset()
    """The names of the boxes that Vagrant has for the chosen provider."""
    missing_box: str = ""
    """The path of lab.yaml's box_url when there is no such file."""
    speed: Speed | None = None


def plugins(text: str) -> tuple[str, ...]:
    """Parse `vagrant plugin list --machine-readable`: time,target,plugin-name,NAME."""
    rows = (line.split(",") for line in text.splitlines())
    return tuple(row[3] for row in rows if len(row) > 3 and row[2] == "plugin-name")


def memory(text: str) -> int | None:
    """Parse MemAvailable of /proc/meminfo (proc(5)) to MiB."""
    for line in text.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return None


def vsyscall(maps: str | None) -> bool | None:
    """Whether /proc/PID/maps (proc(5)) has the vsyscall page; None when there is no such file."""
    return None if maps is None else "[vsyscall]" in maps


def text_of(path: Path) -> str | None:
    """The text of a file; None when it does not exist or this user cannot read it."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def access(*paths: str) -> str:
    """Whether this user can use one of these files: ok, denied, or absent when none exists."""
    present = [path for path in paths if os.path.exists(path)]
    if not present:
        return "absent"
    return "ok" if any(os.access(path, os.R_OK | os.W_OK) for path in present) else "denied"
