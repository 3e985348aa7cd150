"""Several labs of one folder, typed as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import console
from inventory.errors import MachineError
from inventory.providers import removal
from inventory.providers.machines import Machines
from inventory.providers.vagrant_program import VagrantProgram
from language import fast_yaml
from tests.support.fake_host import FakeHost
from tests.support.lab_command import lab

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def as_for_the_first_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_shown_as", ["./lab "])
    monkeypatch.delenv("LAB", raising=False)


def test_two_labs_are_prepared_beside_each_other(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab(folder, monkeypatch, "prepare", "--provider", "virtualbox") == 0
    assert lab(folder, monkeypatch, "--lab", "2", "prepare", "--provider", "virtualbox") == 0
    texts = [(folder / home / ".lab" / "machines.yaml").read_text() for home in ("", ".labs/2")]
    assert "172.16.100.15" in texts[0]
    assert "198.18.2.15" in texts[1]
    capsys.readouterr()
    assert lab(folder, monkeypatch, "labs", "--json") == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["lab"], row["network"]) for row in rows] == [(1, "172.16.0.0/16"), (2, "198.18.2.0/24")]
    monkeypatch.setattr(VagrantProgram, "destroy", lambda self, alias=None: None)
    assert lab(folder, monkeypatch, "--lab", "2", "down") == 0
    assert not (folder / ".labs").exists()
    assert (folder / ".lab" / "key").exists(), "the other lab is not touched"


def test_down_all_goes_on_after_an_error(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in ("1", "2", "3"):
        lab(folder, monkeypatch, "--lab", number, "prepare", "--provider", "virtualbox")
    real = removal.remove

    def remove(home: Path, destroy: object, say: object) -> None:
        if home.name == "2":
            raise MachineError("it is stuck")
        real(home, lambda: None, lambda line: None)

    monkeypatch.setattr(removal, "remove", remove)
    assert lab(folder, monkeypatch, "down", "--all") == 3
    assert not (folder / ".lab").exists()
    assert [path.name for path in (folder / ".labs").iterdir()] == ["2"]
    assert "lab 2: it is stuck" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--lab", "x"], ["--lab", "0"], ["--lab", "100"]])
def test_a_wrong_number(
    words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab(folder, monkeypatch, *words, "status") == 2
    assert f"found '{words[1]}'; allowed: a whole number from 1 to 99" in capsys.readouterr().err
    assert not (folder / ".labs").exists()


def test_a_lab_that_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB", "4")
    assert lab(folder, monkeypatch, "status") == 3
    said = capsys.readouterr().err
    assert "There is no lab 4 in this folder yet." in said
    assert "./lab --lab 4 up" in said


def test_commands_are_shown_for_the_lab() -> None:
    text = "run ./lab heal or cd '/a' && ./lab down; ./lab --lab 3 up; the program ./lab"
    assert console.with_lab(text) == text
    console.show_commands_of(2)
    assert console.with_lab(text) == (
        "run ./lab --lab 2 heal or cd '/a' && ./lab down; ./lab --lab 3 up; the program ./lab"
    )


def test_the_inventory_is_what_ssh_says(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lab(folder, monkeypatch, "prepare", "--provider", "virtualbox")
    monkeypatch.setattr(Machines, "ssh_config", lambda self: Path("/labs/ssh_config"))
    host.said["ssh -G -F /labs/ssh_config node1"] = (
        "user me\nhostname 192.0.2.1\nport 2201\nidentityfile /k\n"
    )
    host.said["ssh -G -F /labs/ssh_config node2"] = "user me\nhostname 192.0.2.2\nport 22\nidentityfile /k\n"
    capsys.readouterr()
    assert lab(folder, monkeypatch, "inventory") == 0
    found = fast_yaml.read(capsys.readouterr().out)["all"]["children"]["magedu"]["hosts"]
    assert {name: (one["ansible_host"], one["ansible_port"]) for name, one in found.items()} == {
        "node1.magedu.com": ("192.0.2.1", 2201),
        "node2.magedu.com": ("192.0.2.2", 22),
    }
    host.fails = "/labs/ssh_config"
    assert lab(folder, monkeypatch, "inventory") == 3
    assert "ssh does not understand /labs/ssh_config" in capsys.readouterr().err
