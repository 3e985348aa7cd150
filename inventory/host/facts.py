"""What this host offers a lab, as read from it: programs, engines, memory, networks. Changes nothing.

Every command has a deadline; what cannot be read is None, never a guess. Nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform as host
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any, TypeVar

from inventory.model import Lab
from inventory.platforms.registry import for_containers
from inventory.providers.node_image import recipe

_T = TypeVar("_T")
LABEL = "ha-lab.folder"
PROGRAMS = (
    *("vagrant", "docker", "VBoxManage", "virsh", "vmrun", "mmdebstrap", "ssh", "ssh-keygen", "ip"),
    *("iptables", "nft", "apt-get", "systemctl"),
)
VBOX_NETWORKS = Path("/etc/vbox/networks.conf")
LIBVIRT_SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")


@dataclass(frozen=True)
class Engine:
    """The docker engine's answer; `error` is its client's complaint when there was none."""

    version: str = ""
    error: str = ""
    storage: str = ""
    cgroup: str = ""
    """"1" or "2"; "" where the engine is too old to say."""
    system: str = ""
    rootless: bool = False
    endpoint: str = ""
    """DOCKER_HOST, when it is set."""


@dataclass(frozen=True)
class Link:
    """An address of this host on an interface."""

    interface: str
    address: IPv4Interface


@dataclass(frozen=True)
class RouteEntry:
    """A route of this host; `kind` is unicast, blackhole, unreachable …; no interface for the latter."""

    network: IPv4Network
    interface: str
    kind: str = "unicast"
    gateway: str = ""


@dataclass(frozen=True)
class DockerNetwork:
    """A network of the docker engine; `folder` is the lab folder of its label, "" on others'."""

    name: str
    subnets: tuple[IPv4Network, ...]
    bridge: str
    folder: str = ""


@dataclass(frozen=True)
class HostFacts:
    """All that `inventory.host.doctor` judges. Sizes are MiB. None: could not be read, or does not apply."""

    folder: str
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
    engine: Engine | None
    """None without a docker client."""
    docker_group: bool
    image: bool | None
    """The engine has the node image of lab.yaml's platform already (`inventory.platforms.registry.for_containers`)."""
    cgroup: str | None
    """v1, hybrid, v2, as mounted on this host."""
    cgroup_systemd: bool
    """A v1 host has the hierarchy that systemd needs."""
    cgroup_writable: bool
    virtualbox: str | None
    vbox_networks: str | None
    """The text of /etc/vbox/networks.conf; None when there is no such file."""
    vbox_driver: bool
    libvirt_socket: str
    """ok, denied, absent."""
    kvm: str
    """ok, denied, absent."""
    memory_mb: int | None
    disk_mb: int | None
    cpus: int
    links: tuple[Link, ...] | None
    route_entries: tuple[RouteEntry, ...] | None
    networks: tuple[DockerNetwork, ...] | None


def read(root: Path, lab: Lab) -> HostFacts:
    """Read this host for the lab in a folder; at most half a minute, usually two seconds."""
    programs = frozenset(name for name in PROGRAMS if shutil.which(name))
    slow = lab.provider in ("libvirt", "vmware_desktop") or (
        lab.provider == "auto" and not {"docker", "VBoxManage"} & programs
    )
    questions: dict[str, list[str]] = {
        "vagrant": ["vagrant", "--version"],
        "engine": ["docker", "version", "--format", "{{json .}}"],
        "info": ["docker", "info", "--format", "{{json .}}"],
        "networks": ["docker", "network", "ls", "-q", "--no-trunc"],
        "virtualbox": ["VBoxManage", "--version"],
        "links": ["ip", "-j", "-4", "addr"],
        "ways": ["ip", "-j", "-4", "route"],
    }
    system = for_containers(lab.platform)
    if system.image:
        questions["image"] = ["docker", "image", "inspect", "--format", "{{.Id}}", recipe(system).tag]
    if slow:
        questions["plugins"] = ["vagrant", "plugin", "list", "--machine-readable"]
    with ThreadPoolExecutor(len(questions)) as pool:
        answers = dict(zip(questions, pool.map(_ask, questions.values()), strict=True))
    engine = _engine(answers["engine"], answers["info"]) if "docker" in programs else None
    mounts = _text(Path("/proc/self/mountinfo")) or ""
    return HostFacts(
        folder=str(root.resolve()),
        system=sys.platform,
        python=sys.version_info[:2],
        venv=all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
        programs=programs,
        service_manager=Path("/run/systemd/system").is_dir(),
        vagrant=version(answers["vagrant"].out) if "vagrant" in programs else None,
        plugins=_parsed(plugins, answers["plugins"]) if slow else None,
        engine=engine,
        docker_group=_in_group("docker"),
        image=answers["image"].good if system.image and engine and engine.version else None,
        cgroup=cgroup(mounts),
        cgroup_systemd="name=systemd" in mounts,
        cgroup_writable=os.access("/sys/fs/cgroup", os.R_OK) and not cgroup_read_only(mounts),
        virtualbox=version(answers["virtualbox"].out) if "VBoxManage" in programs else None,
        vbox_networks=_text(VBOX_NETWORKS),
        vbox_driver=sys.platform != "linux" or Path("/dev/vboxdrv").exists(),
        libvirt_socket=_access(LIBVIRT_SOCKETS),
        kvm=_access(("/dev/kvm",)),
        memory_mb=memory(_text(Path("/proc/meminfo")) or ""),
        disk_mb=shutil.disk_usage(root).free // 2**20,
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        links=_parsed(links, answers["links"]),
        route_entries=_parsed(route_entries, answers["ways"]),
        networks=_networks(answers["networks"]),
    )


def version(text: str) -> str:
    """Find the first dotted number in an answer ("Vagrant 2.3.4", "7.0.10r158379"), "" without one."""
    match = re.search(r"\d+(\.\d+)+", text)
    return match[0] if match else ""


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


def cgroup(mounts: str) -> str | None:
    """Tell v1, hybrid (v1 with a v2 tree) or v2 from /proc/self/mountinfo (cgroups(7))."""
    kinds = {_kind(line) for line in mounts.splitlines() if " /sys/fs/cgroup" in line}
    if "cgroup" in kinds:
        return "hybrid" if "cgroup2" in kinds else "v1"
    return "v2" if "cgroup2" in kinds else None


def cgroup_read_only(mounts: str) -> bool:
    """Tell whether a cgroup tree on /sys/fs/cgroup is mounted read-only (as inside another container)."""
    trees = [
        line for line in mounts.splitlines() if " /sys/fs/cgroup" in line and _kind(line).startswith("cgroup")
    ]
    return any("ro" in line.split()[5].split(",") for line in trees)


def links(text: str) -> tuple[Link, ...]:
    """Parse `ip -j -4 addr` (ip-address(8)); loopback is left out."""
    return tuple(
        Link(str(entry["ifname"]), IPv4Interface(f"{info['local']}/{info['prefixlen']}"))
        for entry in json.loads(text or "[]")
        for info in entry.get("addr_info", [])
        if info.get("family") == "inet" and "LOOPBACK" not in entry.get("flags", [])
    )


def route_entries(text: str) -> tuple[RouteEntry, ...]:
    """Parse `ip -j -4 route` (ip-route(8)); the default route is left out."""
    return tuple(
        RouteEntry(
            IPv4Network(entry["dst"]),
            str(entry.get("dev", "")),
            str(entry.get("type", "unicast")),
            str(entry.get("gateway", "")),
        )
        for entry in json.loads(text or "[]")
        if entry["dst"] != "default"
    )


def docker_networks(text: str) -> tuple[DockerNetwork, ...]:
    """Parse `docker network inspect`; networks without an IPv4 range are left out."""
    found = []
    for entry in json.loads(text or "[]"):
        ranges = (entry.get("IPAM") or {}).get("Config") or []
        subnets = tuple(IPv4Network(one["Subnet"]) for one in ranges if ":" not in one.get("Subnet", ":"))
        options: Mapping[str, str] = entry.get("Options") or {}
        bridge = options.get("com.docker.network.bridge.name") or f"br-{entry['Id'][:12]}"
        folder = (entry.get("Labels") or {}).get(LABEL, "")
        if subnets:
            found.append(DockerNetwork(entry["Name"], subnets, bridge, folder))
    return tuple(found)


@dataclass(frozen=True)
class _Answer:
    good: bool
    out: str
    err: str


def _ask(argv: list[str], deadline: float = 15.0) -> _Answer:
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C", "VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_NO_COLOR": "1"},
        )
    except subprocess.TimeoutExpired:
        return _Answer(False, "", f"no answer within {deadline:g} s")
    except OSError as error:
        return _Answer(False, "", str(error))
    return _Answer(done.returncode == 0, done.stdout, done.stderr.strip())


def _engine(answer: _Answer, info: _Answer) -> Engine:
    said, more = _json(answer.out), _json(info.out)
    server = said.get("Server") or {}
    endpoint = os.environ.get("DOCKER_HOST", "")
    if not answer.good or not server:
        return Engine(error=answer.err or "the engine does not answer", endpoint=endpoint)
    return Engine(
        version=str(server.get("Version") or more.get("ServerVersion") or ""),
        storage=str(more.get("Driver", "")),
        cgroup=str(more.get("CgroupVersion", "")),
        system=str((server.get("Platform") or {}).get("Name") or more.get("OperatingSystem") or ""),
        rootless=any("rootless" in option for option in more.get("SecurityOptions") or []),
        endpoint=endpoint,
    )


def _networks(listing: _Answer) -> tuple[DockerNetwork, ...] | None:
    if not listing.good:
        return None
    names = listing.out.split()
    answer = _ask(["docker", "network", "inspect", *names]) if names else _Answer(True, "[]", "")
    return _parsed(docker_networks, answer)


def _parsed(parse: Callable[[str], _T], answer: _Answer) -> _T | None:
    try:
        return parse(answer.out) if answer.good else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # an answer of another shape is no answer


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _kind(line: str) -> str:
    words = line.split(" - ", 1)
    return words[1].split()[0] if len(words) == 2 and words[1] else ""


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def _access(paths: tuple[str, ...]) -> str:
    present = [path for path in paths if os.path.exists(path)]
    if not present:
        return "absent"
    return "ok" if any(os.access(path, os.R_OK | os.W_OK) for path in present) else "denied"


def _in_group(name: str) -> bool:
    if host.system() == "Windows":
        return False
    import grp  # noqa: PLC0415 (not there on Windows)

    try:
        return os.geteuid() == 0 or grp.getgrnam(name).gr_gid in os.getgroups()
    except KeyError:
        return False
