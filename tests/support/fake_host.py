"""This machine's programs in memory: docker's networks and containers, addresses, routes, ssh-keygen."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from inventory.providers.docker_engine import LABEL


class FakeHost:
    """What the programs of a host answer; every call is kept. A call with a word of `fails` in it ends with 1.

    `programs` are those that are here; `said` has the whole answer of a program by its first words, which comes first.
    """

    def __init__(self, *programs: str) -> None:
        self.programs = set(programs)
        self.networks: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self.routes = [{"dst": "default", "dev": "eth0"}, {"dst": "172.16.0.0/12", "type": "blackhole"}]
        self.running: set[str] = set()
        self.calls: list[list[str]] = []
        self.fails = ""
        self.complaint = "no such thing\n"
        self.said: dict[str, str] = {}

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it in the place of this machine's programs."""
        monkeypatch.setattr(subprocess, "run", self.run)
        monkeypatch.setattr(
            shutil, "which", lambda name, **_: f"/usr/bin/{name}" if name in self.programs else None
        )

    def network(self, name: str, subnet: str, folder: str = "") -> None:
        """Put a network into docker's engine."""
        labels = {LABEL: folder} if folder else None
        row = {"Name": name, "Id": f"{len(self.networks):064}", "Labels": labels}
        self.networks.append({**row, "IPAM": {"Config": [{"Subnet": subnet}]}})

    def run(self, argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        """In the place of subprocess.run."""
        self.calls.append(argv)
        if self.fails and self.fails in argv:
            return subprocess.CompletedProcess(argv, 1, "", self.complaint)
        return subprocess.CompletedProcess(argv, 0, self.answer(argv), "")

    def called(self, *words: str) -> list[list[str]]:
        """The calls that began with these words."""
        return [call for call in self.calls if call[: len(words)] == list(words)]

    def answer(self, argv: list[str]) -> str:
        for words, answer in self.said.items():
            if " ".join(argv).startswith(words):
                return answer
        match argv:
            case ["docker", "network", "ls", *_]:
                return "\n".join(network["Name"] for network in self.networks)
            case ["docker", "network", "inspect", *_]:
                return json.dumps(self.networks)
            case ["docker", "network", "create", *options, name]:
                given = dict(option.split("=", 1) for option in options if "=" in option)
                folder = given["--label"].removeprefix(f"{LABEL}=")
                self.network(name, given["--subnet"], folder)
            case ["docker", "network", "rm", name]:
                self.networks = [network for network in self.networks if network["Name"] != name]
            case ["docker", "inspect", "-f", _, id_]:
                return "running\n" if id_ in self.running else "exited\n"
            case ["ip", "-j", "-4", "addr"]:
                return json.dumps(self.links)
            case ["ip", "-j", "-4", "route"]:
                return json.dumps(self.routes)
            case ["ssh-keygen", *_]:
                Path(argv[-1]).write_text("private")
                Path(f"{argv[-1]}.pub").write_text("ssh-ed25519 AAAA\n")
        return ""


def made(folder: Path, provider: str = "docker") -> None:
    """What vagrant leaves when the machines exist."""
    for name in ("node1", "node2"):
        id_ = folder / ".vagrant" / "machines" / name / provider / "id"
        id_.parent.mkdir(parents=True)
        id_.write_text(f"id-of-{name}\n")


def silent(text: str) -> None:
    pass
