"""The program behind a BMC: the power of one node of one lab, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inventory import log
from inventory.bmc import chassis, power_log
from inventory.errors import MachineError
from inventory.host import command
from inventory.providers import choice, registry
from inventory.providers.base import PowerState, VagrantSettings
from inventory.providers.choice import Choice

ID = "machine-of-node1"


@dataclass
class Engine:
    """An engine in memory: the state of the machines, and the commands that changed it."""

    state: dict[str, PowerState]
    of_this_lab: tuple[str, ...] = (ID,)
    ran: list[tuple[str, ...]] = field(default_factory=list)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for alias, id_ in (("node1", ID), ("node2", "another")):
        file = tmp_path / ".vagrant" / "machines" / alias / "docker" / "id"
        file.parent.mkdir(parents=True)
        file.write_text(id_)
        (tmp_path / ".lab" / "bmc" / alias).mkdir(parents=True)
    made = Choice("docker", "debian12", "net", "bridge", vagrant=VagrantSettings())
    choice.write(tmp_path / ".lab" / "machines.yaml", made)
    return tmp_path


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    found, provider = Engine({ID: "running"}), registry.get("docker")

    def check(argv: Sequence[str]) -> str:
        found.ran.append(tuple(argv))
        found.state[argv[-1]] = "off" if "kill" in argv else "running"
        return ""

    monkeypatch.setattr(type(provider), "state", lambda self, id_: found.state[id_])
    monkeypatch.setattr(type(provider), "machines_of", lambda self, home: found.of_this_lab)
    monkeypatch.setattr(command, "check", check)
    return found


def order(home: Path, *words: str) -> int:
    try:
        return chassis.main((str(home), "node1", *words))
    finally:
        log.end()


@pytest.mark.parametrize(("state", "power"), [("running", 1), ("paused", 1), ("off", 0), ("missing", 0)])
def test_it_reads_the_power(
    home: Path, engine: Engine, capfd: pytest.CaptureFixture[str], state: PowerState, power: int
) -> None:
    engine.state[ID] = state
    assert order(home, "get", "power") == 0
    assert capfd.readouterr().out == f"power:{power}\n"
    assert engine.ran == []


@pytest.mark.parametrize(
    ("state", "words", "ran"),
    [
        ("running", ("set", "power", "0"), ["docker kill"]),
        ("paused", ("set", "power", "0"), ["docker kill"]),
        ("off", ("set", "power", "0"), []),
        ("off", ("set", "power", "1"), ["docker start"]),
        ("running", ("set", "power", "1"), []),
        ("running", ("set", "reset", "1"), ["docker kill", "docker start"]),
    ],
)
def test_it_switches_the_power(
    home: Path, engine: Engine, state: PowerState, words: tuple[str, ...], ran: list[str]
) -> None:
    engine.state[ID] = state
    assert order(home, *words) == 0
    assert [" ".join(argv) for argv in engine.ran] == [f"{one} {ID}" for one in ran]
    said = (home / ".lab" / "bmc" / "node1" / "power.log").read_text()
    assert " ".join(words) in said
    assert [(one.on, one.done is not None) for one in power_log.parse(said)] == [
        (on, True) for on in chassis.ORDERS[" ".join(words)]
    ]


def test_a_machine_that_stays_on_is_not_said_to_be_off(
    home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "check", lambda argv: "")
    assert order(home, "set", "power", "0") == 1
    said = (home / ".lab" / "bmc" / "node1" / "power.log").read_text()
    assert [one.done for one in power_log.parse(said)] == [None]
    assert "is not off afterwards" in said


@pytest.mark.parametrize(
    "words",
    [("set", "power", "2"), ("get", "boot"), ("set", "power", "0", "reset", "1"), ("check", "power"), ()],
)
def test_it_refuses_any_other_order(home: Path, engine: Engine, words: tuple[str, ...]) -> None:
    assert order(home, *words) == 1
    assert engine.ran == []


def test_it_switches_no_machine_of_another_lab(home: Path, engine: Engine) -> None:
    engine.of_this_lab = ("machine-of-another-node",)
    assert order(home, "set", "power", "0") == 1
    assert engine.ran == []
    assert "is not one of this lab" in (home / ".lab" / "bmc" / "node1" / "power.log").read_text()


def test_a_node_without_a_machine(home: Path, engine: Engine) -> None:
    (home / ".vagrant" / "machines" / "node1" / "docker" / "id").unlink()
    assert order(home, "get", "power") == 1


def test_a_lab_that_is_gone(tmp_path: Path) -> None:
    assert order(tmp_path, "get", "power") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_engine_without_an_answer(home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MachineError("no answer")

    monkeypatch.setattr(type(registry.get("docker")), "state", broken)
    assert order(home, "get", "power") == 1
