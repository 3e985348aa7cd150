"""The machines of an adopted cluster, and how root runs a command there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.config import lab_yaml
from inventory.errors import ConfigError, MachineError, RouteRefused
from inventory.host import routes
from inventory.model import Command, Result
from inventory.providers import adopted_machines, registry
from inventory.providers.adopted_machines import AdoptedMachines, machines_of
from inventory.providers.machines import Machines
from inventory.remote.ssh import AS_ROOT, Ssh
from inventory.waiting import Clock
from tests.support.adopted_cluster import AdoptedNodes
from tests.support.example_lab import example_lab
from tests.unit.inventory.config.test_adopted import TEXT


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdoptedMachines:
    (tmp_path / "ssh_config").write_text("Host a b\n")
    lab = lab_yaml.parse(TEXT.replace("/home/me/ssh_config", "ssh_config"), "lab.yaml")
    found = machines_of(tmp_path, lab)
    assert isinstance(found, AdoptedMachines)
    found.record("by tun0, directly")
    return found


def test_only_an_adopted_lab_has_them(tmp_path: Path) -> None:
    own = machines_of(tmp_path, example_lab())
    assert type(own) is Machines
    own.require_consent()  # the lab may always break its own


def test_auto_never_chooses_the_provider() -> None:
    assert "ssh" not in registry.names()
    assert "ssh" in registry.allowed_names()
    assert registry.choose("auto", has=lambda program: program == "ssh").name != "ssh"


def test_the_ssh_config_is_the_owners(machines: AdoptedMachines) -> None:
    assert machines.ssh_config() == machines.root / "ssh_config"
    assert machines.remote().argv("alpha")[-1] == "a"
    (machines.root / "ssh_config").unlink()
    with pytest.raises(MachineError, match="there is no such ssh_config"):
        machines.ssh_config()


def test_who_answers(machines: AdoptedMachines, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = AdoptedNodes(errors={"beta.shop.lan": "No route to host"})
    monkeypatch.setattr(Ssh, "run", lambda self, command: nodes.run(command))
    assert machines.running() == {"alpha": True, "beta.shop.lan": False}
    trouble = machines.trouble()
    assert trouble is not None
    assert "beta.shop.lan" in trouble.message
    assert machines.frozen(machines.lab.nodes[0]) is False


def test_a_node_that_boots_is_waited_for_and_never_switched_on(
    machines: AdoptedMachines, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Iterator[bool] = iter([False, False, True])
    monkeypatch.setattr(adopted_machines, "BOOT_S", 0.2)
    monkeypatch.setattr(
        adopted_machines, "Clock", lambda patience: Clock(patience=patience, sleep=lambda _: None)
    )
    monkeypatch.setattr(AdoptedMachines, "running", lambda self: {"alpha": next(answers)})
    machines.power_on(machines.lab.nodes[0])
    monkeypatch.setattr(AdoptedMachines, "running", lambda self: {"alpha": False})
    with pytest.raises(MachineError, match="somebody else made its machines") as caught:
        machines.power_on(machines.lab.nodes[0])
    assert "by hand" in caught.value.hint
    with pytest.raises(MachineError):
        machines.power_off(machines.lab.nodes[0])


def test_nothing_is_made(machines: AdoptedMachines) -> None:
    with pytest.raises(ConfigError, match="Nothing is made"):
        machines.provider.prepare(machines.folder, machines.choice.platform_data, "", lambda line: None)


def test_no_request_leaves_the_adopted_network(machines: AdoptedMachines) -> None:
    with pytest.raises(RouteRefused, match=r"not in the adopted network 10\.240\.7\.0/24"):
        routes.require_as_adopted(example_lab().vip, "by tun0, directly", machines.lab)


def test_root_needs_no_sudo(tmp_path: Path) -> None:
    """With a sudo that fails: root's login must not use it; another login must."""
    for id_, expected in (("0", "root: a b\n"), ("1000", "sudo: -n printf root: %s\\n a b\n")):
        for name, text in {"id": f"echo {id_}", "sudo": 'printf "%s\\n" "sudo: $*"'}.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        done = subprocess.run(
            [*AS_ROOT, "printf", "root: %s\\n", "a b"],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == expected


def test_the_owners_command_is_run_as_root(machines: AdoptedMachines) -> None:
    assert machines.remote().limited(5, ("true",))[: len(AS_ROOT)] == AS_ROOT
    assert Result(Command("alpha", ("true",)), 0, "", "").good
