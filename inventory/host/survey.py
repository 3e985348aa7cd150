"""Reads this host's facts. Changes and downloads nothing.

Every command has a deadline. A fact that cannot be read is None, never a guess.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from inventory import homes
from inventory.errors import MachineError
from inventory.host import command, networks
from inventory.host.facts import HostFacts, memory, plugins, text_of, vsyscall
from inventory.host.networks import EngineNetwork
from inventory.host.requirements import Requirements
from inventory.host.speed import measure
from inventory.host.versions import version
from inventory.model import Lab

PROGRAMS = ("vagrant", "ssh", "ssh-keygen", "ip", "apt-get", "systemctl")
DEADLINE = 15.0
QUIET = {"LC_ALL": "C", "VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_NO_COLOR": "1"}
"""The environment of the programs: English answers, without colours and update notices."""


def read(root: Path, lab: Lab, providers: Sequence[Requirements], chosen: Requirements) -> HostFacts:
    """Read this host's facts for a lab in a folder. Takes at most 30 s, usually 3 s.

    Vagrant's plugins are read only when the chosen provider needs one, because listing them takes seconds.
    """
    wanted = {*PROGRAMS, *(name for one in providers for name in (one.program, *one.programs))}
    programs = frozenset(name for name in wanted if shutil.which(name))
    here = [one for one in providers if one.program in programs]
    questions = {"vagrant": ["vagrant", "--version"]}
    if chosen.plugin:
        questions["plugins"] = ["vagrant", "plugin", "list", "--machine-readable"]
    speed = measure()  # first: the rest would keep this machine busy
    with ThreadPoolExecutor(2 * len(providers) + 1) as pool:
        own = {one.name: pool.submit(one.read, lab) for one in providers}
        of_engines = [pool.submit(one.networks) for one in here]
        said = command.run_all(questions, deadline=DEADLINE, env=QUIET)
        return HostFacts(
            folder=str(homes.home(root.resolve(), lab.number)),
            system=sys.platform,
            python=sys.version_info[:2],
            venv=all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
            programs=programs,
            service_manager=Path("/run/systemd/system").is_dir(),
            vagrant=version(said["vagrant"].out) if "vagrant" in programs else None,
            plugins=networks.parsed(plugins, said["plugins"]) if chosen.plugin else None,
            memory_mb=memory(text_of(Path("/proc/meminfo")) or ""),
            disk_mb=shutil.disk_usage(root).free // 2**20,
            cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            networks=networks.read(_gathered(of_engines)),
            vsyscall=vsyscall(text_of(Path("/proc/self/maps"))),
            crypto_policy=(text_of(Path("/etc/crypto-policies/config")) or "").strip(),
            of_providers={name: future.result() for name, future in own.items()},
            speed=speed,
            architecture=platform.machine(),
            macos=platform.mac_ver()[0],
            boxes=chosen.boxes(),
            missing_box=_missing(root, lab.machine.box_url),
        )


def _missing(root: Path, box_url: str) -> str:
    is_path = box_url and "://" not in box_url
    return str(root / box_url) if is_path and not (root / box_url).exists() else ""


def _gathered(asked: Sequence[Future[tuple[EngineNetwork, ...]]]) -> tuple[EngineNetwork, ...] | None:
    try:
        return tuple(network for future in asked for network in future.result())
    except MachineError:
        return None
