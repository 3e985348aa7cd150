"""`./lab adopt`, and the commands on an adopted cluster, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import console, not_ours
from inventory.host.routes import Route, of_linux
from inventory.providers.adopted_machines import CONSENT, AdoptedMachines
from inventory.remote.ssh import Ssh
from language import fast_yaml
from tests.support.adopted_cluster import AdoptedNodes
from tests.support.lab_command import lab

ROUTE = '[{"dst":"10.240.7.0/24","dev":"tun0","flags":[]}]'


@pytest.fixture(autouse=True)
def nodes(monkeypatch: pytest.MonkeyPatch) -> AdoptedNodes:
    """The two hosts of tests/cases/adopted, behind an interface of a VPN."""
    there = AdoptedNodes()
    monkeypatch.setattr(console, "_shown_as", ["./lab "])
    monkeypatch.setattr(Ssh, "run", lambda self, command: there.run(command))
    monkeypatch.setattr("inventory.host.routes.route_to", lambda address: route(ROUTE, address))
    return there


def route(text: str, address: object) -> Route:
    return of_linux(text, address)  # type: ignore[arg-type]


def adopt(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    config = folder.parent / "ssh_config"
    config.write_text("Host a b\n  User root\n")
    typed = ("--in", str(folder), "adopt", "--ssh-config", str(config), *words)
    return lab(folder.parent, monkeypatch, *typed)


def test_a_lab_yaml_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    assert adopt(folder, monkeypatch, "a", "b") == 0
    said = capsys.readouterr()
    assert "10.240.7.50 is reached by tun0, directly" in said.err
    assert f"./lab --in {folder} status" in said.err
    made = fast_yaml.read((folder / "lab.yaml").read_text())
    assert made["provider"] == "ssh"
    assert made["ssh_config"] == str(tmp_path / "ssh_config")
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files - {".lab/lab.log"} == {"lab.yaml", ".lab/machines.yaml"}, "no key, no copy of the ssh_config"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a", "a"), "a is named twice"),
        (("a",), "The cluster of a also has beta.shop.lan"),
        (("--web", "x", "a", "b"), "--web x: there is no such resource"),
        (("--page", "a", "a", "b"), "--page a: the form is HOST=TEXT"),
    ],
)
def test_bad_input_writes_nothing(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "shop"
    assert adopt(folder, monkeypatch, *words) == 2
    assert says in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[{"type":"local","dst":"10.240.7.50","dev":"lo"}]', "is an address of this machine"),
        ('[{"type":"blackhole","dst":"10.0.0.0/8"}]', "this host has no route to it"),
    ],
)
def test_an_address_that_this_machine_cannot_ask(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("inventory.host.routes.route_to", lambda address: route(text, address))
    assert adopt(tmp_path / "shop", monkeypatch, "a", "b") in (2, 3)
    assert says in capsys.readouterr().err
    assert not (tmp_path / "shop").exists()


def test_a_host_that_refuses_the_key(
    nodes: AdoptedNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes.errors = {"b": "Permission denied (publickey)."}
    assert adopt(tmp_path / "shop", monkeypatch, "a", "b") == 4
    assert "Permission denied (publickey)" in capsys.readouterr().err
    assert not (tmp_path / "shop").exists()


def test_what_is_there_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "lab.yaml").write_text("name: mine\n")
    assert adopt(folder, monkeypatch, "a", "b") == 2
    assert "exists already" in capsys.readouterr().err
    assert (folder / "lab.yaml").read_text() == "name: mine\n"
    assert (
        lab(
            tmp_path, monkeypatch, "--in", str(folder), "adopt", "--ssh-config", "/nonexistent/file", "a", "b"
        )
        == 2
    )


@pytest.mark.parametrize(
    "command", ["up", "halt", "down", "provision", "reset", "plan", "walk", "image", "fix"]
)
def test_no_command_makes_or_changes_machines(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    assert lab(tmp_path, monkeypatch, "--in", str(folder), command) == 2
    assert "describes an adopted cluster. Nothing was done." in capsys.readouterr().err
    assert command not in not_ours.ALLOWED


def test_a_drill_needs_the_owners_consent_once(
    nodes: AdoptedNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    before = len(nodes.commands)
    assert lab(tmp_path, monkeypatch, "--in", str(folder), "drill", "corosync-kill", "stickiness-100") == 2
    said = capsys.readouterr().err
    assert "On the cluster of alpha, beta.shop.lan, this drill will do:" in said
    assert "corosync is killed (SIGKILL)" in said
    assert "temporary change of the CIB: " in said
    assert "drill --i-own-this-cluster ..." in said
    assert len(nodes.commands) == before, "nothing was sent to the nodes"
    found = lab_of(folder)
    found.consent()
    found.require_consent()
    changed = (folder / "lab.yaml").read_text().replace("10.240.7.22", "10.240.7.23")
    (folder / "lab.yaml").write_text(changed)
    assert lab(tmp_path, monkeypatch, "--in", str(folder), "drill", "corosync-kill") == 2, (
        "other nodes: asked again"
    )
    (folder / ".lab" / CONSENT).write_text("{")
    assert lab(tmp_path, monkeypatch, "--in", str(folder), "drill", "corosync-kill") == 2


def lab_of(folder: Path) -> AdoptedMachines:
    from cli.context import Context  # noqa: PLC0415 -- the fixtures replace parts of it first

    found = Context(folder).machines
    assert isinstance(found, AdoptedMachines)
    return found


def test_power_is_nobodys_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    lab_of(folder).consent()
    words = {
        "freeze": "no command for the power",
        "reboot": "reboots: false",
        "two-node-cold-start": "corosync.conf",
    }
    for scenario, why in words.items():
        capsys.readouterr()
        assert lab(tmp_path, monkeypatch, "--in", str(folder), "drill", scenario) != 0
        assert why in capsys.readouterr().err


def test_heal_without_a_drill_does_nothing(
    nodes: AdoptedNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    before = len(nodes.commands)
    assert lab(tmp_path, monkeypatch, "--in", str(folder), "heal") == 0
    assert "repairs nothing else in an adopted cluster" in capsys.readouterr().err
    assert len(nodes.commands) == before


def test_a_folder_without_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    (folder / ".lab" / "machines.yaml").unlink()
    assert lab(tmp_path, monkeypatch, "--in", str(folder), "status") == 3
    assert "./lab --in" in capsys.readouterr().err


def test_the_route_of_the_adoption_is_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The VPN is down: the packets would leave by the default route, to somebody else's network."""
    folder = tmp_path / "shop"
    adopt(folder, monkeypatch, "a", "b")
    elsewhere = '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"}]'
    monkeypatch.setattr("inventory.host.routes.route_to", lambda address: route(elsewhere, address))
    capsys.readouterr()
    lab(tmp_path, monkeypatch, "--in", str(folder), "status", "--json")
    seen = json.loads(capsys.readouterr().out)
    assert "reached by eth0, gateway 192.0.2.1, and was reached by tun0, directly" in seen["refused"]
