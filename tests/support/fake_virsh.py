"""libvirt's networks in memory, for `virsh net-...`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree


@dataclass
class Network:
    """A network: its definition, whether it runs, and how many machines use it."""

    xml: str
    active: bool = False
    connections: int = 0


class FakeVirsh:
    """In the place of subprocess.run: it answers `virsh -c URI net-... NAME`; other programs succeed silently."""

    def __init__(self) -> None:
        self.networks: dict[str, Network] = {}
        self.calls: list[str] = []
        self.fails = ""

    def __call__(self, argv: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        word, name = (argv[3], argv[4]) if argv[0] == "virsh" else ("", "")
        self.calls.append(" ".join(argv[3:]))
        if word == self.fails and word:
            return subprocess.CompletedProcess(argv, 1, "", "error: operation failed")
        if word == "net-define":
            found = ElementTree.fromstring(how["input"])
            self.networks[str(found.findtext("name"))] = Network(how["input"])
            return subprocess.CompletedProcess(argv, 0, "", "")
        if word.startswith("net-") and name not in self.networks:
            return subprocess.CompletedProcess(argv, 1, "", f"error: failed to get network '{name}'")
        out = ""
        match word:
            case "net-dumpxml":
                network = self.networks[name]
                used = (
                    f"<network connections='{network.connections}'>" if network.connections else "<network>"
                )
                out = network.xml.replace("<network>", used)
            case "net-info":
                out = f"Name:           {name}\nActive:         {'yes' if self.networks[name].active else 'no'}\n"
            case "net-start" | "net-destroy":
                self.networks[name].active = word == "net-start"
            case "net-undefine":
                del self.networks[name]
        return subprocess.CompletedProcess(argv, 0, out, "")
