"""Which wheels another Python needs: markers are judged by that Python, extras bring further requirements."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from inventory.errors import MachineError
from inventory.kit import wheels
from inventory.kit.wheels import Target

ROOT = Path(__file__).parents[4]
OLD, NEW = Target("3.10", "x86_64"), Target("3.13", "x86_64")


def of(*lines: str) -> list[Requirement]:
    return [Requirement(line) for line in lines]


def test_the_requirements_are_those_that_lab_installs() -> None:
    names = {one.name for one in wheels.requirements((ROOT / "pyproject.toml").read_text())}
    assert {"typer", "tox", "tox-uv", "uv", "setuptools"} <= names
    assert f"[{','.join(wheels.EXTRAS)}]" in (ROOT / "lab").read_text()


@pytest.mark.parametrize(("target", "names"), [(OLD, ["a", "tomli"]), (NEW, ["a"])])
def test_markers_are_those_of_the_target(target: Target, names: list[str]) -> None:
    found = wheels.wanted(of("a>=1", "tomli; python_version < '3.11'", "w; sys_platform == 'win32'"), target)
    assert [one.name for one in found] == names
    assert all(one.marker is None for one in found)


def test_what_is_missing_through_other_wheels() -> None:
    have = {
        "a": of("b>=2", "c; extra == 'more'"),
        "b": of("tomli; python_version < '3.11'", "a"),
    }
    assert wheels.missing(of("a"), have, NEW) == []
    assert [str(one) for one in wheels.missing(of("a"), have, OLD)] == ["tomli"]
    assert [str(one) for one in wheels.missing(of("A[more]"), have, NEW)] == ["c"]


def wheel(folder: Path, name: str, *requires: str) -> None:
    lines = "".join(f"Requires-Dist: {one}\n" for one in requires)
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as made:
        made.writestr(
            f"{name}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{lines}"
        )


PYPROJECT = """\
[build-system]
requires = ["builder"]
[project]
dependencies = ["a"]
[project.optional-dependencies]
dev = []
uv = []
"""


def test_pip_is_asked_again_for_what_it_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        """pip of a newer Python, which does not see that 3.10 needs tomli."""
        folder, words = Path(argv[argv.index("-d") + 1]), argv[argv.index("manylinux1_x86_64") + 1 :]
        asked.append(words)
        wheel(folder, "builder")
        wheel(folder, "a", "tomli>=2; python_version < '3.11'")
        if "tomli>=2" in words:
            wheel(folder, "tomli")
        return subprocess.CompletedProcess(argv, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    wheels.download(PYPROJECT, OLD, tmp_path / "old")
    assert asked == [["a", "builder"], ["a", "builder", "tomli>=2"]]
    wheels.download(PYPROJECT, NEW, tmp_path / "new")
    assert asked[2:] == [["a", "builder"]]


def test_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(argv, 1, "", "ERROR: No matching distribution found for a\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(MachineError, match=r"wheels for Python 3\.10 could not be downloaded") as caught:
        wheels.download(PYPROJECT, OLD, tmp_path / "old")
    assert "PyPI is reachable" in caught.value.hint
