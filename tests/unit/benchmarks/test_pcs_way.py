"""The ordinary way by pcs: its commands, and their order on fake containers that only record them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock

import pytest

from benchmarks import pcs_way
from benchmarks.pcs_way import PcsWay
from inventory.errors import CommandFailed, ConfigError
from inventory.host.command import Output
from inventory.model import Node
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab
from tests.support.fake_session import fake_clock

LAB = example_lab()
NEW = [name for name, one in PLATFORMS.items() if not one.pcs.startswith("0.9")]


@dataclass
class Containers:
    """`said`: the texts that ran, in order, as "NODE: TEXT". `stdin`: their inputs. A text with `fails` in it fails."""

    fails: str = ""
    said: list[str] = field(default_factory=list)
    stdin: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def make(self) -> None:
        self.said.append("make")

    def remove(self) -> None:
        self.said.append("remove")

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        with self.lock:
            self.said.append(f"{node.alias}: {text}")
            self.stdin[text] = stdin
        return Output((), 1 if self.fails and self.fails in text else 0, "", "")

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        found = self.run(node, text, stdin=stdin, deadline=deadline)
        if not found.good:
            raise CommandFailed(text)
        return found.out


def way(nodes: Containers, platform: str = "debian12", pages: tuple[str, ...] = ("", "page")) -> PcsWay:
    answers = iter(pages)
    return PcsWay(LAB, nodes, PLATFORMS[platform], lambda: next(answers), fake_clock())


@pytest.mark.parametrize("platform", NEW)
def test_the_commands_are_the_walkthroughs(platform: str) -> None:
    """Those of `up`, but without the property that only shortens its start, and without the interface's name."""
    lines = [" ".join(argv) for argv in pcs_way.changes(LAB, PLATFORMS[platform])]
    assert lines[:2] == [
        "pcs property set no-quorum-policy=ignore",
        "pcs property set stonith-enabled=false",
    ]
    assert lines[2] == "pcs resource defaults update resource-stickiness=100"
    assert [line.split()[2:4] for line in lines[3:5]] == [["create", "WebIP"], ["create", "WebServer"]]
    assert [line.split()[2] for line in lines[5:]] == ["colocation", "order", "location"]
    assert not any("dc-deadtime" in line or "nic=" in line for line in lines)


def test_a_clone_is_named_in_the_constraints() -> None:
    cloned = tuple(replace(one, clone=one.kind == "web") for one in LAB.resources)
    lines = [
        " ".join(argv) for argv in pcs_way.changes(replace(LAB, resources=cloned), PLATFORMS["debian12"])
    ]
    assert any(line.startswith("pcs constraint order WebIP then WebServer-clone") for line in lines)


def test_an_old_pcs_is_refused() -> None:
    with pytest.raises(ConfigError, match="no `pcs host auth`"):
        pcs_way.setup(LAB, PLATFORMS["centos6"])


def test_the_order() -> None:
    nodes = Containers()
    parts = way(nodes).build()
    assert list(parts) == ["machines", "cluster", "resources", "served"]
    assert nodes.said[0] == "make"
    auth = next(at for at, line in enumerate(nodes.said) if "host auth" in line)
    started = {line for line in nodes.said[:auth] if "systemctl start pcsd" in line}
    assert started == {"node1: systemctl start pcsd", "node2: systemctl start pcsd"}
    assert nodes.said[auth + 1].startswith("node1: pcs cluster setup magedu ")
    assert "--start --wait=" in nodes.said[auth + 1]
    assert [line.removeprefix("node1: ") for line in nodes.said[auth + 2 :]] == [
        " ".join(argv) for argv in pcs_way.changes(LAB, PLATFORMS["debian12"])
    ]
    assert "<h1>" in nodes.stdin[f"cat > {PLATFORMS['debian12'].index}"]


def test_the_password_goes_by_standard_input() -> None:
    nodes = Containers()
    way(nodes).build()
    password = nodes.stdin["chpasswd"].strip().removeprefix("hacluster:")
    assert len(password) >= 32
    assert not any(password in line for line in nodes.said), "it would be in the log"
    assert nodes.stdin[pcs_way.setup(LAB, PLATFORMS["debian12"])[0]] == password


def test_a_command_that_fails_ends_it() -> None:
    nodes = Containers(fails="resource create WebServer")
    with pytest.raises(CommandFailed, match="WebServer"):
        way(nodes).build()
    assert not any("constraint" in line for line in nodes.said)
