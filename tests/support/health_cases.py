"""The labs of tests/cases/health: each a session whose nodes print what the case says."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from drill.scenarios.overrides import Overrides
from inventory import journal
from inventory.errors import RouteRefused
from inventory.journal import Journal
from inventory.model import Command
from inventory.services import Services
from inventory.session import LabSession
from tests.support.changed_facts import fake_cluster
from tests.support.example_lab import CASES
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_lab
from tests.support.node_readings import DATABASE, LAB, PURPOSE, ClusterWords, logins, reading
from tests.support.witness_lab import WITNESS, witness_lab

ROWS: list[dict[str, Any]] = yaml.safe_load((CASES / "health" / "troubles.yaml").read_text())
PAGE = "<h1>Node1.magedu.com</h1>"


@dataclass
class HealthCase:
    """A lab as one row says; every command but the readings of status and facts is an AssertionError."""

    row: dict[str, Any]
    root: Path

    @property
    def says(self) -> list[tuple[str, str]]:
        return [(id_, line.replace("PID", str(os.getpid()))) for id_, line in self.row["says"]]

    @property
    def overrides(self) -> Overrides:
        words: dict[str, Any] = self.row.get("wanted", {})
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in words.items()
        }
        return Overrides(**values)

    def fetch(self) -> str:
        if "refused" in self.row:
            raise RouteRefused(self.row["refused"])
        page: str = self.row.get("page", PAGE)
        return page

    @contextlib.contextmanager
    def session(self) -> Iterator[LabSession]:
        machines = FakeMachines()
        for node in LAB.nodes:
            machine = self.row.get(node.alias, {}).get("machine")
            machines.on[node.name] = machine != "off"
            machines.paused |= {node.name} if machine == "paused" else set()
        for what, target in self.row.get("pending", ()):
            Journal(self.root).begin(what, target=target)
        lab = fenced_lab() if "bmc" in self.row else None
        if "database" in self.row.get("cluster", {}):
            lab = replace(LAB, services=Services((DATABASE,)))
        if "witness" in self.row:
            lab = witness_lab()
            machines.on[WITNESS] = self.row["witness"].get("machine") != "off"
        drill = journal.exclusive(self.root) if "drill" in self.row else contextlib.nullcontext()
        with drill:
            yield fake_session(remote=self.answer, machines=machines, root=self.root, lab=lab)

    def read_witness(self) -> tuple[int, str, str] | None:
        own = self.row["witness"]
        if own.get("silent") or own.get("machine"):
            return None
        return 0, "" if own.get("stopped") else "yes\n", ""

    def answer(self, command: Command) -> tuple[int, str, str] | None:
        if command.purpose == "read-facts":
            return 0, fake_cluster("debian12", "built").run(command).out, ""
        if command.purpose == "read-witness":
            return self.read_witness()
        assert command.purpose == PURPOSE, command.line
        node = LAB.node(command.node)
        own = dict(self.row.get(node.alias, {}))
        if own.pop("silent", False) or own.pop("machine", None):
            return None
        words = own.pop("cluster", {})
        cluster = None if words is None else ClusterWords(**{**self.row.get("cluster", {}), **words})
        serves = node == LAB.node1
        own = {"holds_vip": own.pop("vip", serves), "web": "running" if serves else "stopped", **own}
        out = reading(node, cluster, **own)
        if "witness" in self.row:
            flags = self.row["witness"].get(node.alias, "A,V,NMW")
            out += f"\n@@part votes\nQuorum information\n {node.id}  1  {flags} {node.name} (local)\n"
        return 0, f"{out}{logins(node)}\n@@part rules\n@@part tried\n@@part unfit\n@@part agent_files\n", ""
