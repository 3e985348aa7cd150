"""crm_simulate of this machine, or of a system in a folder (chroot), as the simulator of the what-ifs."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from classroom.school import local_simulator as here
from classroom.what_ifs import Answer, Question, Simulate


def local_simulator(root: Path | None = None) -> Simulate:
    """A simulator that runs here; `root` is the folder of a system with pacemaker-cli-utils."""

    def simulate(questions: Sequence[Question]) -> list[Answer]:
        return [_answer(one, root) for one in questions]

    return simulate


def version(root: Path | None) -> str:
    """The version of pacemaker, such as 2.1.5."""
    said = subprocess.run(
        [*_entering(root), "crm_mon", "--version"], capture_output=True, text=True, check=True
    )
    return said.stdout.split()[1].partition("-")[0]


def _entering(root: Path | None) -> list[str]:
    return ["chroot", str(root)] if root else []


def _answer(question: Question, root: Path | None) -> Answer:
    with tempfile.TemporaryDirectory(dir=root / "tmp" if root else None) as name:
        folder = Path(name)
        (folder / here.START).write_text(question.cib)
        inside = Path("/tmp") / folder.name if root else folder
        argv = [*_entering(root), *here.argv(inside, question)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{question.what_if.label}: {done.stdout} {done.stderr}"
        return Answer(done.stdout, (folder / here.GRAPH).read_text(), (folder / here.END).read_text())
