"""Which simulator judges bundles: that of the machine, else that of a node image, else none."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from classroom.school import local_simulator
from classroom.what_ifs import Question, WhatIf
from cluster.xml import OutputError
from inventory.errors import MachineError
from inventory.host import command
from inventory.host.command import Output
from inventory.platforms.registry import PLATFORMS
from inventory.providers import node_image

TAG = node_image.recipe(PLATFORMS["debian12"]).tag
QUESTIONS = tuple(Question(WhatIf("lost", node), f"<cib {node}/>", ("--node-down", node)) for node in "ab")
FAKE = """#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in -x) input=$2 ;; -O) end=$2 ;; -D) graph=$2 ;; --node-down) down=$2 ;; esac
    shift
done
echo "lost $down"; cp "$input" "$end"; echo digraph > "$graph"
"""


def here(monkeypatch: pytest.MonkeyPatch, programs: set[str], images: set[str]) -> object:
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    monkeypatch.setattr(node_image, "present", images.__contains__)
    monkeypatch.setattr(local_simulator, "in_image", lambda tag: f"in {tag}")
    return local_simulator.here()


def test_the_program_of_this_machine_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert here(monkeypatch, {"crm_simulate", "docker"}, {TAG}) is local_simulator.simulate
    assert here(monkeypatch, {"docker"}, {TAG}) == f"in {TAG}"
    assert here(monkeypatch, {"docker"}, set()) is None
    assert here(monkeypatch, set(), {TAG}) is None


def test_a_node_image_answers_all_questions_in_one_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The shell text runs here, with a program that stands in for crm_simulate."""
    program = tmp_path / "crm_simulate"
    program.write_text(FAKE)
    program.chmod(0o755)
    started: list[list[str]] = []

    def run(argv: Sequence[str], *, stdin: str = "", **more: object) -> Output:
        started.append(list(argv))
        text = f"PATH={shlex.quote(str(tmp_path))}:$PATH; {argv[-1]}"
        done = subprocess.run(
            ["/bin/sh", "-c", text], input=stdin, capture_output=True, text=True, check=False
        )
        return Output(tuple(argv), done.returncode, done.stdout, done.stderr)

    monkeypatch.setattr(command, "run", run)
    answers = local_simulator.in_image(TAG)(QUESTIONS)
    assert [one.out.strip() for one in answers] == ["lost a", "lost b"]
    assert [one.cib.strip() for one in answers] == ["<cib a/>", "<cib b/>"]
    [argv] = started
    assert argv[:2] == ["docker", "run"]
    assert argv[argv.index("--network") + 1] == "none"
    assert TAG in argv
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(OutputError, match="crm_simulate did not answer"):
        local_simulator.in_image(TAG)(QUESTIONS)


def test_an_engine_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", lambda argv, **more: Output(tuple(argv), 125, "", "no daemon"))
    with pytest.raises(MachineError, match="no daemon"):
        local_simulator.in_image(TAG)(QUESTIONS)
