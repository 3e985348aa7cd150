"""`./lab kit check`: each kind of damage is found and named."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.errors import ConfigError, LabError, MachineError
from inventory.kit import archive, contents
from tests.support.small_kit import SmallKit, description, small_kit


@pytest.fixture
def kit(tmp_path: Path) -> SmallKit:
    return small_kit(tmp_path)


def test_a_whole_kit(kit: SmallKit) -> None:
    assert archive.check(kit.file) == description()
    assert archive.check(kit.folder) == description()


def test_what_a_kit_has_comes_first_in_one_folder_of_root(kit: SmallKit) -> None:
    with tarfile.open(kit.file) as packed:
        members = packed.getmembers()
    assert [one.name for one in members[:3]] == [
        f"{contents.FOLDER}/{name}" for name in ("SHA256SUMS", "kit.json", "README.txt")
    ]
    assert all(one.name.startswith(f"{contents.FOLDER}/") for one in members)
    assert {(one.uid, one.uname) for one in members} == {(0, "root")}


def cut(kit: SmallKit) -> None:
    data = kit.file.read_bytes()
    kit.file.write_bytes(data[: len(data) // 2])


def one_bit(kit: SmallKit) -> None:
    data = kit.file.read_bytes()
    kit.file.write_bytes(data.replace(b"an image", b"an imagf"))


def repacked(change: Callable[[Path], object]) -> Callable[[SmallKit], None]:
    def damage(kit: SmallKit) -> None:
        change(kit.folder)
        archive.write(kit.folder, kit.file)

    return damage


DAMAGES: list[tuple[Callable[[SmallKit], object], str]] = [
    (cut, "missing"),
    (one_bit, "changed: images/debian12.tar.gz"),
    (lambda kit: kit.file.write_bytes(b""), "is no kit"),
    (lambda kit: kit.file.write_bytes(b"a text, and no kit"), "is no kit"),
    (repacked(lambda folder: (folder / "wheels" / "b.whl").write_text("b")), "not listed: wheels/b.whl"),
    (repacked(lambda folder: (folder / "images" / "debian12.tar.gz").unlink()), "missing: images/debian12"),
    (repacked(lambda folder: (folder / "SHA256SUMS").write_text("nonsense\n")), "checksums cannot be read"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES, ids=[says for _, says in DAMAGES])
def test_damage_is_found(kit: SmallKit, damage: Callable[[SmallKit], object], says: str) -> None:
    damage(kit)
    with pytest.raises(MachineError, match=says):
        archive.check(kit.file)


def test_a_kit_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        archive.check(tmp_path / "none.tar")


@pytest.mark.parametrize(("data", "says"), [(b"{", "cannot be read"), (b"{}", "cannot be read")])
def test_a_description_that_cannot_be_read(data: bytes, says: str) -> None:
    with pytest.raises(MachineError, match=says):
        contents.decode(data, "kit.tar")


def test_a_kit_of_another_format() -> None:
    with pytest.raises(LabError, match="format is 7"):
        contents.decode(contents.encode(description(format=7)), "kit.tar")


def test_a_failed_write_leaves_the_old_kit(kit: SmallKit, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kit.file.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)
    with pytest.raises(OSError, match="No space left"):
        archive.write(kit.folder, kit.file)
    assert kit.file.read_bytes() == before
    assert {one.name for one in kit.file.parent.iterdir()} == {"kit.tar", "parts", "the lab"}
