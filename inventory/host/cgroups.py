"""How this host mounts its control groups (cgroups(7)); systemd in a container needs them below /sys/fs/cgroup."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cgroups:
    """The mounts below /sys/fs/cgroup. `kind` is v1, hybrid, v2, or None where it cannot be read."""

    kind: str | None = None
    systemd: bool = False
    """A v1 host has the hierarchy that systemd needs."""
    writable: bool = False


def read() -> Cgroups:
    """Read this host's mounts."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace")
    except OSError:
        mounts = ""
    return Cgroups(
        kind(mounts),
        "name=systemd" in mounts,
        os.access("/sys/fs/cgroup", os.R_OK) and not read_only(mounts),
    )


def kind(mounts: str) -> str | None:
    """Parse /proc/self/mountinfo: v1, hybrid (v1 with a v2 tree) or v2; None when there is no cgroup mount."""
    kinds = {_type(line) for line in mounts.splitlines() if " /sys/fs/cgroup" in line}
    if "cgroup" in kinds:
        return "hybrid" if "cgroup2" in kinds else "v1"
    return "v2" if "cgroup2" in kinds else None


def read_only(mounts: str) -> bool:
    """Whether a cgroup tree on /sys/fs/cgroup is mounted read-only (as inside another container)."""
    trees = [
        line for line in mounts.splitlines() if " /sys/fs/cgroup" in line and _type(line).startswith("cgroup")
    ]
    return any("ro" in line.split()[5].split(",") for line in trees)


def _type(line: str) -> str:
    words = line.split(" - ", 1)
    return words[1].split()[0] if len(words) == 2 and words[1] else ""
