from __future__ import annotations

import os
from pathlib import Path

import pytest

from inventory import files
from inventory.errors import LabError


def test_a_file_is_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "made" / "it"
    files.write(path, "old")
    files.write(path, "new \udcff")
    assert path.read_text() == "new \\udcff"
    assert [one.name for one in path.parent.iterdir()] == ["it"], "nothing is left beside it"


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "no" / "folder"
    files.write(one, "old")
    (tmp_path / "no").write_text("a file, where a folder is needed")
    with pytest.raises(OSError, match=r"exists|directory"):
        files.write_together({one: "new", other: "new"})
    assert one.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["no", "one"]


def test_a_lock_that_is_held_says_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        files.lock_now(path, "held by {pid}", "wait"),
        pytest.raises(LabError) as caught,
        files.lock_now(path, "held by {pid}", "wait"),
    ):
        pass
    assert caught.value.message == f"held by {os.getpid()}"
    with files.lock(path), pytest.raises(LabError), files.lock_now(path, "held by {pid}", ""):
        pass
