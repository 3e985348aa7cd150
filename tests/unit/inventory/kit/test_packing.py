"""Packing: options, space, files of the checkout; and what a kit does not have."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

from inventory.errors import ConfigError, MachineError
from inventory.host import command, install
from inventory.host.command import Output
from inventory.kit import archive, checkout, debian_packages, packing
from inventory.kit.not_held import not_held
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry
from tests.support.small_kit import description

ROOT = Path(__file__).parents[4]
Usage = namedtuple("Usage", "total used free")


def test_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "ha-lab-kit-0.1.0-x86_64.tar"
    assert packing.target(None, "0.1.0", "x86_64") == tmp_path / name
    assert packing.target(tmp_path, "0.1.0", "x86_64") == tmp_path / name
    assert packing.target(Path("my.tar"), "0.1.0", "x86_64") == tmp_path / "my.tar"
    with pytest.raises(ConfigError, match=r"there is no folder .*/usb"):
        packing.target(tmp_path / "usb" / "my.tar", "0.1.0", "x86_64")


def test_the_pythons() -> None:
    assert packing.pythons([]) == ("3.10", "3.11", "3.12", "3.13")
    assert packing.pythons(["3.12", "3.11"]) == ("3.11", "3.12")
    with pytest.raises(ConfigError, match=r"found '3\.9'; allowed: 3\.10"):
        packing.pythons(["3.9"])


def test_too_little_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 100 << 20))
    with pytest.raises(MachineError, match="100 MB are free"), packing.staging(tmp_path / "kit.tar"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with three tracked files, one of them removed, and one that is not tracked."""
    folder = tmp_path / "clone"
    (folder / "docs").mkdir(parents=True)
    for name in ("lab", "docs/one.md", "gone"):
        (folder / name).write_text(name)
    (folder / "lab").chmod(0o755)
    (folder / "gone").unlink()
    (folder / "secret").touch()
    listed = Output((), 0, "lab\0docs/one.md\0gone\0", "")
    monkeypatch.setattr(command, "run", lambda argv: listed)
    monkeypatch.setattr(checkout, "ROOT", folder)
    return folder


def test_the_files_of_a_kit(clone: Path, tmp_path: Path) -> None:
    folder, kit = tmp_path / "parts", tmp_path / "kit.tar"
    folder.mkdir()
    checkout.copy(folder / "ha-lab", clone)
    found = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    assert found == ["ha-lab/docs/one.md", "ha-lab/lab"]
    assert (folder / "ha-lab" / "lab").stat().st_mode & 0o111
    assert not kit.exists()


def test_a_finished_kit_is_whole(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "tracked", lambda *_: ["lab"])
    monkeypatch.setattr(packing, "require_space", lambda folder: None)
    kit = tmp_path / "kit.tar"
    with packing.staging(kit) as folder:
        packing.finish(folder, description(), kit)
    assert archive.check(kit) == description()
    assert {one.name for one in tmp_path.iterdir()} == {"clone", "kit.tar"}


def test_a_folder_that_is_no_clone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no clone"):
        checkout.tracked(tmp_path)


def test_lab_installs_the_same_python() -> None:
    [line] = re.findall(r"no-install-recommends install (.*) >", (ROOT / "lab").read_text())
    assert tuple(line.split()) == install.PYTHON


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt")
def test_packages_for_another_system_are_refused(tmp_path: Path) -> None:
    (tmp_path / "SYSTEM").write_text("debian 7 m68k\n")
    script = debian_packages.HERE / "install_packages.sh"
    said = subprocess.run(
        ["sh", str(script), str(tmp_path), "vagrant"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 3
    assert said.stderr.startswith("The kit's packages are for debian 7 m68k, and this machine is ")


def test_a_kit_without_packages(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"Missing here: vagrant .* the kit has no Debian packages"):
        debian_packages.install(tmp_path, ["vagrant"])


def test_what_a_kit_does_not_have() -> None:
    def lines(system: str = "debian 12 amd64", *, browser: bool = False) -> dict[str, str]:
        found = not_held(
            registry.providers().values(), PLATFORMS.values(), {"debian12"}, system=system, browser=browser
        )
        return {one.what: one.where for one in found}

    found = lines()
    assert found["VirtualBox"].startswith("https://www.virtualbox.org/")
    assert found["the box of centos9 for libvirt"].startswith("https://")
    assert found["the box of debian12 for VirtualBox"] == "./lab box debian12"
    assert found["the node image of debian13"] == "./lab kit --platform debian13"
    assert "the node image of debian12" not in found
    assert "the browser for ./lab test -e browser" in found
    assert "the browser for ./lab test -e browser" not in lines(browser=True)
    assert "Debian packages" not in found
    assert "Debian packages" in lines("")
