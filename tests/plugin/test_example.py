"""The plugin as somebody else uses it: a wheel in a fresh environment, the example in another folder, real nodes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import programs
from tests.support.rooms import ROOMS
from tests.support.scratch_lab import ROOT, copy, lab_of

EXAMPLE = ROOT / "examples" / "plugin"
INSTALL, UP, RUN, QUICK = 900.0, 1800.0, 900.0, 120.0
"""Deadlines (seconds): install the packages; make the image and build the lab; run the example; any other command."""


def run(*words: str | Path, cwd: Path, deadline: float, expected: int = 0) -> str:
    """Run a program without anything of this checkout on its path; its output, stdout and stderr together."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "LAB"))
    }
    return programs.output([*map(str, words)], cwd=cwd, env=own, deadline=deadline, expected=expected)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment, with its own pip (an environment that uv made has none)."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=ROOT, deadline=INSTALL)
    return folder / "bin"


@pytest.fixture(scope="module")
def wheel(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    copy(source)
    run(environment / "pip", "wheel", "--no-deps", "-w", made, source, cwd=made, deadline=INSTALL)
    [found] = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(environment: Path, wheel: Path) -> Path:
    """The Python of the fresh environment, with the wheel."""
    run(environment / "pip", "install", "-q", wheel, cwd=environment, deadline=INSTALL)
    return environment / "python"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example's folder, outside of this checkout, with its two nodes."""
    folder = tmp_path_factory.mktemp("shop") / "shop"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".lab", "runs", ".vagrant", "__pycache__"))
    lab = lab_of(folder)
    try:
        lab.lab("up", deadline=UP)
        yield folder
    finally:
        lab.lab("down", deadline=QUICK * 5)


def test_the_wheel_has_every_file_of_the_rooms(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    listed = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(listed) > 300
    assert set(listed) <= names
    assert not any(name.startswith("tests/") for name in names)


def test_the_installed_lab_speaks_chinese(python: Path, tmp_path: Path) -> None:
    program = python.parent / "ha-lab"
    assert "语言：en 或 zh" in run(program, "--lang", "zh", "--help", cwd=tmp_path, deadline=QUICK)
    texts = "from language import speech; speech.use('zh'); print(speech.show('The lab is healthy.'))"
    assert "实验环境是健康的" in run(python, "-c", texts, cwd=tmp_path, deadline=QUICK)


def test_a_run_that_does_not_use_the_plugin(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_nothing_is_loaded():\n"
        "    assert {'cli', 'drill', 'inventory'}.isdisjoint(sys.modules)\n"
        "    assert 'pytest_ha_lab.plugin' in sys.modules\n"
    )
    said = run(python, "-m", "pytest", cwd=tmp_path, deadline=QUICK)
    assert "1 passed" in said
    assert {one.name for one in tmp_path.iterdir()} <= {"test_other.py", "__pycache__", ".pytest_cache"}


def test_without_a_lab(python: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "test_shop.py", tmp_path)
    said = run(python, "-m", "pytest", cwd=tmp_path, deadline=QUICK, expected=1)
    assert "2 errors" in said
    assert f"ha-lab: There is no lab.yaml in {tmp_path}" in said
    assert "Traceback" not in said


def test_the_example_breaks_real_nodes(python: Path, shop: Path) -> None:
    said = run(python, "-m", "pytest", "--junit-xml=tests.xml", cwd=shop, deadline=RUN)
    assert "2 passed" in said, said
    [report] = (shop / "runs").glob("*/report.html")
    assert f"ha-lab: report: {report}" in said
    status = run(python.parent / "ha-lab", "--in", shop, "status", cwd=shop, deadline=QUICK)
    assert "alpha.shop.lan" in status
    assert not (shop / ".lab" / "journal.jsonl").exists(), "nothing is left to heal"


def test_a_promise_that_the_cluster_does_not_keep_is_a_failed_test(python: Path, shop: Path) -> None:
    (shop / "test_promise.py").write_text(
        "from pytest_ha_lab.building_blocks import Inject, Observe\n\n"
        "def test_nobody_notices(drill):\n"
        '    drill(Inject("corosync-kill"), Observe("loss", 2), checks=["no_outage"])\n'
    )
    said = run(python, "-m", "pytest", "test_promise.py", cwd=shop, deadline=RUN, expected=1)
    assert "1 failed" in said, said
    assert "FAIL no_outage: expected" in said
    assert "concept:" in said
    run(python.parent / "ha-lab", "--in", shop, "status", cwd=shop, deadline=QUICK)
