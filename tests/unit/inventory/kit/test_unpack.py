"""unpack.sh: a kit that is damaged, or for another machine or version, is refused before anything is changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.errors import MachineError
from inventory.kit import archive, checkout, setting_up
from tests.support.small_kit import SmallKit, small_kit

SCRIPT = Path(setting_up.__file__).with_name("unpack.sh")


def unpack(kit: Path, lab: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{path}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    return subprocess.run(
        ["sh", str(SCRIPT), str(kit), str(lab / ".kit.new"), str(lab)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture
def kit(tmp_path: Path) -> SmallKit:
    return small_kit(tmp_path)


@pytest.mark.parametrize("form", ["file", "folder"])
def test_a_whole_kit_is_unpacked(kit: SmallKit, form: str) -> None:
    (kit.lab / ".kit.new").mkdir()
    (kit.lab / ".kit.new" / "old").touch()
    said = unpack(getattr(kit, form), kit.lab)
    assert (said.returncode, said.stderr) == (0, "")
    assert (kit.lab / ".kit.new" / "wheels" / "a-1-py3-none-any.whl").read_text() == "a wheel"
    assert not (kit.lab / ".kit.new" / "old").exists()


def cut(kit: SmallKit) -> None:
    data = kit.file.read_bytes()
    kit.file.write_bytes(data[: data.index(b"an image") + 3])


def change(kit: SmallKit) -> None:
    kit.file.write_bytes(kit.file.read_bytes().replace(b"an image", b"an imagf"))


def more(kit: SmallKit) -> None:
    (kit.folder / "wheels" / "b.whl").touch()
    archive.write(kit.folder, kit.file)


DAMAGES: list[tuple[Callable[[SmallKit], object], str]] = [
    (cut, "is no kit, or a part of it is missing"),
    (change, "is damaged: images/debian12.tar.gz: FAILED"),
    (more, "has 7 files, and its SHA256SUMS lists 6"),
    (lambda kit: kit.file.write_bytes(b"text"), "is no kit"),
    (lambda kit: kit.file.unlink(), "does not exist"),
    (lambda kit: (kit.lab / "pyproject.toml").write_text("[other]\n"), "another version of the lab"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES, ids=[says for _, says in DAMAGES])
def test_another_kit_is_refused(kit: SmallKit, damage: Callable[[SmallKit], object], says: str) -> None:
    damage(kit)
    said = unpack(kit.file, kit.lab)
    assert said.returncode == 3
    assert says in said.stderr
    assert len(said.stderr.splitlines()) == 2, "one message and one remedy"
    assert not (kit.lab / ".kit.new").exists()


def test_a_kit_for_another_processor(tmp_path: Path) -> None:
    kit = small_kit(tmp_path, machine="riscv64")
    said = unpack(kit.file, kit.lab)
    assert (said.returncode, "the kit is for riscv64" in said.stderr) == (3, True)


def test_a_full_disk(kit: SmallKit, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "df"
    fake.write_text("#!/bin/sh\necho Filesystem\necho /dev/sda 100 10 102400 10% /\n")
    fake.chmod(0o755)
    said = unpack(kit.file, kit.lab, str(tmp_path / "bin"))
    assert (said.returncode, "100 MB are free, and the kit needs 390 MB" in said.stderr) == (3, True)


def test_without_the_shell_the_message_is_the_same(kit: SmallKit, monkeypatch: pytest.MonkeyPatch) -> None:
    change(kit)
    monkeypatch.setattr(checkout, "ROOT", kit.lab)
    monkeypatch.delenv(setting_up.BY_SHELL, raising=False)
    with (
        pytest.raises(MachineError, match=r"is damaged: images/debian12\.tar\.gz: FAILED\n") as caught,
        setting_up.unpacked(kit.file),
    ):
        pass
    assert caught.value.hint == "copy the kit again, or pack it again with ./lab kit"


def test_an_unpacked_kit_that_was_not_kept_is_removed(kit: SmallKit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "ROOT", kit.lab)
    monkeypatch.delenv(setting_up.BY_SHELL, raising=False)
    with setting_up.unpacked(kit.file) as folder:
        assert setting_up.describe(folder).pythons == ("3.11",)
    assert not folder.exists()
    (kit.lab / ".kit").mkdir()
    (kit.lab / ".kit" / "old").touch()
    with setting_up.unpacked(kit.file) as folder:
        setting_up.keep(folder)
    assert {one.name for one in (kit.lab / ".kit").iterdir()} == {
        "SHA256SUMS",
        "kit.json",
        "README.txt",
        "wheels",
    }
    assert not folder.exists()
