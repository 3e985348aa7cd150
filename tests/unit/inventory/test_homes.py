"""The homes of the labs of a folder: each has its own, and the first lab keeps the folder itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory import homes
from inventory.errors import ConfigError
from inventory.providers.base import LabFolder
from inventory.providers.ssh_files import control_folder
from tests.support.example_lab import example_lab


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "1.5", "100", "9" * 5000, "٣", " 2"])
def test_a_number_that_no_lab_has(text: str) -> None:
    with pytest.raises(ConfigError, match="allowed: a whole number from 1 to 99"):
        homes.number_of(text)


def test_a_number() -> None:
    assert [homes.number_of(text) for text in ("1", "2", "99", "07")] == [1, 2, 99, 7]


@pytest.mark.parametrize("number", [1, 2, 99])
def test_the_owner_of_a_home(number: int) -> None:
    home = homes.home(Path("/some/folder"), number)
    assert homes.owner(str(home)) == ("/some/folder", number)


def test_a_folder_that_only_looks_like_a_home() -> None:
    for name in ("/a/.labs/1", "/a/.labs/100", "/a/.labs/x", "/a/labs/2", "/a/.labs"):
        assert homes.owner(name) == (name, 1)


def test_the_command_for_a_home() -> None:
    assert homes.command("/a b/.labs/3", "down") == "cd '/a b' && ./lab --lab 3 down"
    assert homes.command("/a b", "down") == "cd '/a b' && ./lab down"


def test_the_labs_that_are_kept_and_a_home_that_is_tidied(tmp_path: Path) -> None:
    for number in (1, 2, 12):
        (homes.home(tmp_path, number) / ".lab").mkdir(parents=True)
    assert list(homes.kept(tmp_path)) == [1, 2, 12]
    (tmp_path / ".labs" / "2" / ".lab").rmdir()
    homes.tidy(tmp_path, 2)
    homes.tidy(tmp_path, 12)
    homes.tidy(tmp_path, 1)
    assert list(homes.kept(tmp_path)) == [1, 12], "what is in use stays"
    assert not (tmp_path / ".labs" / "2").exists()
    (tmp_path / ".labs" / "12" / ".lab").rmdir()
    homes.tidy(tmp_path, 12)
    assert not (tmp_path / ".labs").exists()


def test_two_labs_share_no_name() -> None:
    first, second = (LabFolder(Path("/a"), example_lab(number=number)) for number in (1, 2))
    for what in ("home", "digest", "network", "bridge", "key"):
        assert getattr(first, what) != getattr(second, what), what
    assert (first.key, second.key) == (".lab/key", ".labs/2/.lab/key")
    assert control_folder(first.home) != control_folder(second.home)


def test_a_folder_with_only_a_lab_yaml_uses_this_program(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").touch()
    assert homes.of_vagrant(tmp_path) == homes.CODE
    assert homes.command(str(tmp_path), "down") == f"cd '{homes.CODE}' && ./lab --in '{tmp_path}' down"
    (tmp_path / "Vagrantfile").touch()
    assert homes.of_vagrant(tmp_path) == tmp_path
    assert homes.command(str(tmp_path), "down") == f"cd '{tmp_path}' && ./lab down"
