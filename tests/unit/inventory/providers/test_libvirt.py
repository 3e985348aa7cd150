"""libvirt on this host: what is installed for it, how its daemon is started, and whether KVM is of use."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import MachineError
from inventory.host import command
from inventory.host.command import Output
from inventory.providers import libvirt, libvirt_network, vagrant_boxes
from inventory.providers.base import network_name
from inventory.providers.libvirt import PROVIDER
from inventory.waiting import Clock

SYSTEMD = "/run/systemd/system"


class Here:
    """This host, as far as the provider looks at it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = False
        self.said: list[str] = []
        self.started: list[str] = []
        self.as_root: list[list[str]] = []
        self.time = 0.0
        self.folders: set[str] = set()
        known = Path.is_dir
        monkeypatch.setattr(command, "run", self._run)
        monkeypatch.setattr(command, "start", lambda argv, output: self._start(argv[0]))
        monkeypatch.setattr(command, "as_root", lambda argv, by_hand: self._as_root(argv))
        monkeypatch.setattr(
            Path, "is_dir", lambda path: str(path) in self.folders if str(path) == SYSTEMD else known(path)
        )
        monkeypatch.setattr(os, "geteuid", lambda: 0)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def _run(self, argv: list[str], **_: Any) -> Output:
        return Output(tuple(argv), 0 if self.answers else 1, "", "failed to connect")

    def _start(self, daemon: str) -> None:
        self.started.append(daemon)
        self.answers = self.answers or daemon == "libvirtd"

    def _as_root(self, argv: list[str]) -> None:
        self.as_root.append(argv)
        self.answers = True


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    return Here(monkeypatch)


def test_a_daemon_that_runs_is_left_alone(here: Here) -> None:
    here.answers = True
    PROVIDER.start(here.said.append, here.clock)
    assert (here.said, here.started, here.as_root) == ([], [], [])


def test_systemd_starts_it(here: Here) -> None:
    here.folders.add(SYSTEMD)
    PROVIDER.start(here.said.append, here.clock)
    assert here.as_root == [["systemctl", "start", "libvirtd"]]
    assert here.said == ["Starting libvirt: systemctl start libvirtd"]


def test_root_starts_it_without_systemd(here: Here) -> None:
    PROVIDER.start(here.said.append, here.clock)
    assert here.started == ["virtlogd", "libvirtd"]


def test_nobody_else_can(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="only root can start it") as caught:
        PROVIDER.start(here.said.append, here.clock)
    assert "doctor" in caught.value.hint


@pytest.fixture
def vagrant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A host on which all programs are Debian's, without the plugin; the folder stands for Debian's gems."""
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(vagrant_boxes, "GEMS", tmp_path / "gems")
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    return tmp_path


def test_the_missing_packages(vagrant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROVIDER.packages() == ("vagrant-libvirt",)
    monkeypatch.setattr(shutil, "which", lambda name, **_: "/usr/bin/vagrant" if name == "vagrant" else None)
    assert PROVIDER.packages() == (
        *("dnsmasq-base", "libvirt-clients", "libvirt-daemon-system", "mmdebstrap", "qemu-system-x86"),
        *("qemu-utils", "vagrant-libvirt"),
    )


def test_debians_plugin(vagrant: Path) -> None:
    (vagrant / "gems").mkdir()
    (vagrant / "gems/vagrant-libvirt-0.11.2.gemspec").touch()
    assert PROVIDER.packages() == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps({"installed": {"vagrant-libvirt": {}}}), True),
        (json.dumps({"installed": {"vagrant-lxc": {}}}), False),
        ("not JSON", False),
        ("[]", False),
    ],
)
def test_a_plugin_of_this_user(vagrant: Path, text: str, found: bool) -> None:
    (vagrant / "home").mkdir()
    (vagrant / "home/plugins.json").write_text(text)
    assert vagrant_boxes.has_plugin("vagrant-libvirt") is found


def test_another_vagrant_needs_a_plugin_of_its_own(vagrant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's package of the plugin would bring Debian's Vagrant with it."""
    program = vagrant / "opt/vagrant"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(shutil, "which", lambda name, **_: str(program))
    with pytest.raises(MachineError, match="Vagrant has no plugin vagrant-libvirt") as caught:
        PROVIDER.packages()
    assert caught.value.hint == "vagrant plugin install vagrant-libvirt"


@pytest.mark.parametrize(
    ("access", "machine", "flags", "found"),
    [
        ("ok", "x86_64", "flags : fpu vmx", "ok"),
        ("ok", "x86_64", "flags : fpu svm", "ok"),
        ("ok", "x86_64", "flags : fpu hypervisor", "useless"),
        ("ok", "aarch64", "Features : fp", "ok"),
        ("denied", "x86_64", "flags : vmx", "denied"),
        ("absent", "x86_64", "flags : vmx", "absent"),
    ],
)
def test_kvm(access: str, machine: str, flags: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel whose KVM is for guests of its own kind has the device too: machines hang there."""
    monkeypatch.setattr(libvirt, "access", lambda *paths: access)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(libvirt, "text_of", lambda path: flags)
    assert libvirt.kvm() == found
    assert found == "ok" or found in libvirt.WITHOUT_KVM


def test_only_the_labs_bridge_is_its_own() -> None:
    """Any virbr was: `status` sent requests into networks of others."""
    assert PROVIDER.is_own("halab-1", "halab-1")
    assert not PROVIDER.is_own("virbr1", "halab-1")
    assert not PROVIDER.is_own("halab-2", "halab-1")


def test_release_removes_the_labs_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    removed: list[str] = []
    monkeypatch.setattr(libvirt_network, "remove", removed.append)
    PROVIDER.release(tmp_path)
    assert removed == [network_name(tmp_path)]
