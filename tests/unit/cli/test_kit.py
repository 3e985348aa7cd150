"""`./lab kit`, typed as a person types it: what is packed, what is said, and what is left after an error."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from inventory.host import install
from inventory.kit import archive, checkout, packing, setting_up, wheels
from inventory.kit.contents import Image
from inventory.kit.wheels import Target
from inventory.platforms.debian import DEBIAN12
from inventory.providers import image_choice, node_image
from tests.support.fake_host import FakeHost
from tests.support.lab_command import lab
from tests.support.small_kit import small_kit


@pytest.fixture
def packed(folder: Path, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is downloaded and no image is made; what was asked for."""
    asked: list[str] = []

    def add_wheels(place: Path, target: Target) -> None:
        asked.append(f"wheels {target.python}")
        (place / "wheels").mkdir(exist_ok=True)
        (place / "wheels" / f"{target.python}.whl").touch()

    def add_packages(place: Path, names: tuple[str, ...]) -> str:
        asked.append(" ".join(names))
        return "debian 12 amd64"

    def save(tag: str, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(tag)

    def obtain(wanted: str, *_: object) -> tuple[object, str, str]:
        asked.append(f"image {wanted}")
        return DEBIAN12, "as asked", "ha-lab-node:debian12-abc"

    monkeypatch.setattr(packing, "require_space", lambda place: None)
    monkeypatch.setattr(packing, "add_wheels", add_wheels)
    monkeypatch.setattr(packing, "add_packages", add_packages)
    monkeypatch.setattr(install, "ensure", lambda *_: None)
    monkeypatch.setattr(image_choice, "obtain", obtain)
    monkeypatch.setattr(node_image, "save", save)
    monkeypatch.setattr(checkout, "tracked", lambda *_: ["lab"])
    return asked


def test_a_kit_is_packed_and_checked(
    packed: list[str],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    words = ("--to", str(usb), "--python", "3.11", "--python", "3.12", "--platform", "debian12")
    assert lab(folder, monkeypatch, "kit", *words) == 0
    said = capsys.readouterr().out
    assert packed == [
        "wheels 3.11",
        "wheels 3.12",
        "docker.io iproute2 iptables mmdebstrap openssh-client python3 python3-venv vagrant",
        "image debian12",
    ]
    [kit] = usb.iterdir()
    assert kit.name == f"ha-lab-kit-0.1.0-{platform.machine()}.tar"
    assert "Not in the kit:" in said
    assert "  VirtualBox: https://www.virtualbox.org/" in said
    found = archive.check(kit)
    assert [one.tag for one in found.images] == ["ha-lab-node:debian12-abc"]
    assert lab(folder, monkeypatch, "kit", "check", str(kit)) == 0
    assert "Every file is as it was packed." in capsys.readouterr().out


def test_the_default_is_the_platform_of_the_lab_and_every_python(
    packed: list[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lab(folder, monkeypatch, "kit", "--to", str(tmp_path / "my.tar"), "--browser") == 0
    assert packed[:4] == [f"wheels {one}" for one in wheels.PYTHONS]
    assert packed[4].startswith("chromium chromium-driver docker.io")
    assert packed[5:] == ["image auto"]


@pytest.mark.parametrize(
    "case",
    [
        (("--python", "2.7"), "--python: found '2.7'"),
        (("--to", "/nowhere/kit.tar"), "there is no folder /nowhere"),
        (("--platform", "debian99"), "there is no platform 'debian99'"),
        (("--platform", "centos6"), "centos6 has no container image"),
        (("check", "none.tar"), "none.tar does not exist"),
    ],
)
def test_a_mistake_is_one_message(
    packed: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[tuple[str, ...], str],
) -> None:
    words, says = case
    assert lab(folder, monkeypatch, "kit", *words) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said
    assert packed == []


def test_the_image_of_another_lab_is_refused(
    host: FakeHost,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kit = small_kit(tmp_path)
    monkeypatch.setenv(setting_up.BY_SHELL, str(kit.folder))
    assert lab(folder, monkeypatch, "kit", "install", str(kit.file)) == 3
    said = capsys.readouterr().err
    assert (
        "The kit's node image of debian12 is ha-lab-node:debian12-abc, and this lab needs ha-lab-node:"
        in said
    )
    assert host.called("docker", "load") == []
    assert not kit.folder.exists()


def test_install_loads_the_image_and_keeps_the_wheels(
    host: FakeHost,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tag = node_image.recipe(DEBIAN12).tag
    kit = small_kit(tmp_path, images=(Image("debian12", tag, "images/debian12.tar.gz"),))
    loaded: list[str] = []
    sources: list[object] = []
    monkeypatch.setenv(setting_up.BY_SHELL, str(kit.folder))
    monkeypatch.setattr(checkout, "ROOT", kit.lab)
    monkeypatch.setattr(node_image, "load", lambda tag, path: loaded.append(tag))
    monkeypatch.setattr(install, "ensure", lambda provider, say, clock, source: sources.append(source))
    assert lab(folder, monkeypatch, "kit", "install", str(kit.file)) == 0
    assert loaded == [tag]
    assert sources[0] is not None, "packages come from the kit"
    assert (kit.lab / ".kit" / "wheels").is_dir()
    assert "This machine is set up. Next: ./lab up" in capsys.readouterr().out
