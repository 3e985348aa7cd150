"""The box that the lab makes: its recipe, complete or not at all, one system for all formats."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import own_box, vagrant_program
from inventory.providers.box_formats import LIBVIRT, VIRTUALBOX
from inventory.providers.own_box import DISK_MB, target
from tests.support.fake_host import silent

CORE = b"core" * 1000


class Programs:
    """In the place of subprocess.run: what makes a box leaves small files; `fails` is a program that fails."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.fails = ""
        self.core = CORE

    def __call__(self, argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(argv)
        if argv[0] == self.fails:
            return subprocess.CompletedProcess(argv, 1, "", "no space left on device")
        if argv[0] == "mmdebstrap":
            Path(argv[-1]).write_text("system")
        if any(word.endswith("make_disk.sh") for word in argv):
            folder = Path(argv[-2])
            (folder / "disk.raw").write_bytes(bytes(1024 * 1024))
            (folder / "boot.img").write_bytes(b"B" * 512)
            (folder / "core.img").write_bytes(self.core)
        if argv[0] == "qemu-img":
            Path(argv[-1]).write_bytes(Path(argv[-2]).read_bytes()[:8192])
        if argv[0] == "tar":
            folder, names = Path(argv[argv.index("-C") + 1]), argv[argv.index("-C") + 2 :]
            assert all((folder / name).is_file() for name in names)
            Path(argv[argv.index("-cf") + 1]).write_text(" ".join(sorted(names)))
        return subprocess.CompletedProcess(argv, 0, "", "")

    def named(self, program: str) -> list[list[str]]:
        return [call for call in self.calls if call[0] == program]


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Programs:
    fake = Programs()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", fake)
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(vagrant_program, "insecure_key", lambda: "ssh-rsa KEY vagrant")
    return fake


def left(tmp_path: Path) -> list[str]:
    """The files in the folder of the boxes."""
    return sorted(path.name for path in (tmp_path / "ha-lab/boxes").iterdir() if path.name != "lock")


def test_one_system_for_all_formats_and_only_once(programs: Programs, tmp_path: Path) -> None:
    said: list[str] = []
    made = own_box.make(DEBIAN12, [LIBVIRT, VIRTUALBOX], said.append)
    assert all(one.made for one in made)
    assert left(tmp_path) == sorted(one.path.name for one in made), "nothing else stays"
    assert made[0].path.read_text() == "Vagrantfile box.img metadata.json"
    assert made[1].path.read_text() == "Vagrantfile box-disk1.vmdk box.ovf metadata.json"
    assert len(programs.named("mmdebstrap")) == 1
    assert [text.split(" (")[0] for text in said] == [
        "Making the system of Debian 12",
        f"Making its disk of {DISK_MB} MB",
        "Packing the box for libvirt",
        "Packing the box for virtualbox",
    ]
    programs.calls.clear()
    assert own_box.make(DEBIAN12, [LIBVIRT, VIRTUALBOX], silent) == made
    assert programs.calls == []


def test_one_format_that_is_missing(programs: Programs, tmp_path: Path) -> None:
    own_box.make(DEBIAN12, [LIBVIRT], silent)
    own_box.make(DEBIAN12, [LIBVIRT, VIRTUALBOX], silent)
    assert len(programs.named("tar")) == 2, "the box for libvirt is not made again"
    assert len(left(tmp_path)) == 2


@pytest.mark.parametrize("program", ["mmdebstrap", "qemu-img", "tar"])
def test_it_is_made_completely_or_not_at_all(programs: Programs, tmp_path: Path, program: str) -> None:
    programs.fails = program
    with pytest.raises(MachineError, match="no space left on device"):
        own_box.make(DEBIAN12, [LIBVIRT], silent)
    assert left(tmp_path) == []
    assert not target(DEBIAN12, LIBVIRT).made


def test_the_boot_loader_is_in_the_first_sectors(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(own_box, "_pack", lambda *of: seen.append((of[2] / "disk.raw").read_bytes()))
    own_box.make(DEBIAN12, [LIBVIRT], silent)
    [disk] = seen
    assert disk[:440] == b"B" * 440
    assert disk[510:512] == b"\x55\xaa"
    assert disk[512 : 512 + len(CORE)] == CORE


def test_a_boot_loader_that_is_too_long(programs: Programs) -> None:
    """It would overwrite the file system."""
    programs.core = bytes(2**20)
    with pytest.raises(MachineError, match="does not fit before the partition"):
        own_box.make(DEBIAN12, [LIBVIRT], silent)


def drivers(platform: Platform) -> Platform:
    assert platform.own_box
    return replace(platform, own_box=replace(platform.own_box, drivers=("nvme",)))


def suite(platform: Platform) -> Platform:
    assert platform.own_box
    return replace(platform, own_box=replace(platform.own_box, suite="trixie"))


@pytest.mark.parametrize("change", [drivers, suite])
def test_the_name_changes_with_the_recipe(change: Callable[[Platform], Platform]) -> None:
    before = target(DEBIAN12, LIBVIRT).name
    assert target(DEBIAN12, LIBVIRT).name == before
    assert before.startswith("ha-lab/debian12-")
    assert target(change(DEBIAN12), LIBVIRT).name != before


@pytest.mark.parametrize("name", own_box.SCRIPTS)
def test_the_name_changes_with_the_scripts(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = target(DEBIAN12, LIBVIRT).name
    for script in own_box.SCRIPTS:
        shutil.copy(own_box.HERE / script, tmp_path / script)
    (tmp_path / name).write_text((tmp_path / name).read_text() + "# changed\n")
    monkeypatch.setattr(own_box, "HERE", tmp_path)
    assert target(DEBIAN12, LIBVIRT).name != before


def test_a_platform_without_a_recipe() -> None:
    with pytest.raises(
        MachineError, match="no recipe for a box of centos9; there is one for debian12"
    ) as caught:
        target(CENTOS9, LIBVIRT)
    assert "box_url" in caught.value.hint


def test_missing_programs_are_named(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name in ("qemu-img", "mke2fs") else name)
    with pytest.raises(MachineError, match="e2fsprogs qemu-utils") as caught:
        own_box.make(DEBIAN12, [LIBVIRT], silent)
    assert caught.value.hint.startswith("apt-get install e2fsprogs qemu-utils")


def test_another_processor(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(MachineError, match="for x86_64, and this host is aarch64"):
        own_box.make(DEBIAN12, [LIBVIRT], silent)


def test_not_root_keeps_the_owners(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    own_box.make(DEBIAN12, [LIBVIRT], silent)
    [disk] = [call for call in programs.calls if any(word.endswith("make_disk.sh") for word in call)]
    assert disk[:2] == ["fakeroot", "sh"]
    assert own_box.programs()["fakeroot"] == "fakeroot"


def test_the_key_is_vagrants(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Vagrant puts its key into its home when it first runs."""
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path))
    calls: list[list[str]] = []

    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(argv)
        return subprocess.CompletedProcess(argv, 0, "ssh-rsa KEY\n", "")

    monkeypatch.setattr(subprocess, "run", run)
    assert vagrant_program.insecure_key() == "ssh-rsa KEY"
    assert calls[0] == ["vagrant", "box", "list"]
    (tmp_path / "insecure_private_key").touch()
    calls.clear()
    vagrant_program.insecure_key()
    assert calls == [["ssh-keygen", "-y", "-f", str(tmp_path / "insecure_private_key")]]
