"""Whole files or none: the shell text of provision.steps.base.write_file, run for real in a folder of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from provision.steps.base import write_file
from tests.support.example_lab import example_lab

NODE = example_lab().node1


def run(path: Path, text: str, arrives: str | None = None, umask: str = "022") -> int:
    command = write_file(NODE, str(path), text, "a test", umask)
    assert command.stdin == text
    given = text if arrives is None else arrives
    return subprocess.run(command.argv, input=given.encode(), check=False).returncode


@pytest.mark.parametrize("text", ["one\ntwo\n", "", "no end of line", "ümläut\n"])
def test_the_text_arrives(tmp_path: Path, text: str) -> None:
    path = tmp_path / "folder" / "file"
    assert run(path, text) == 0
    assert path.read_text() == text
    assert [one.name for one in path.parent.iterdir()] == ["file"], "nothing is left beside it"


@pytest.mark.parametrize(("umask", "mode"), [("022", 0o644), ("077", 0o600)])
def test_its_mode(tmp_path: Path, umask: str, mode: int) -> None:
    assert run(tmp_path / "file", "text\n", umask=umask) == 0
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("arrives", ["", "one\n", "one\ntw"])
def test_half_a_text_leaves_the_old_file(tmp_path: Path, arrives: str) -> None:
    path = tmp_path / "file"
    path.write_text("old\n")
    assert run(path, "one\ntwo\n", arrives) != 0
    assert path.read_text() == "old\n"
    assert run(path, "one\ntwo\n") == 0
    assert path.read_text() == "one\ntwo\n"
