"""A lab of its own beside the lab of this checkout: a copy of the files, with another lab.yaml and another network.

For tests that need nodes of another system or provider than those of this folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from language import fast_yaml
from tests.support import programs

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = "172.16."
"""The first two numbers of the addresses in the repository's lab.yaml."""


@dataclass(frozen=True)
class ScratchLab:
    """A copy of the checkout with a lab.yaml of its own. `environment` is added to that of each command.

    `enter` has the words before each command, such as nsenter(1) with its options.
    """

    folder: Path
    environment: Mapping[str, str]
    enter: tuple[str, ...] = ()

    def lab(self, *words: str, deadline: float, expected: int | tuple[int, ...] = 0) -> str:
        """Run `./lab WORDS` in the copy, with the Python of this test; its output, stdout and stderr together.

        Raises AssertionError with the output when the exit status is another one, TimeoutExpired after `deadline`
        seconds.
        """
        return self.python(
            "-m", "cli.main", "--root", str(self.folder), *words, deadline=deadline, expected=expected
        )

    def pytest(self, *words: str, deadline: float, expected: int | tuple[int, ...] = 0) -> str:
        """Run the copy's own tests."""
        return self.python(
            "-m", "pytest", "-p", "no:cacheprovider", *words, deadline=deadline, expected=expected
        )

    def python(self, *words: str, deadline: float, expected: int | tuple[int, ...] = 0) -> str:
        """Run Python in the copy: its modules come before those of the checkout."""
        return self.run(sys.executable, *words, deadline=deadline, expected=expected)

    def run(self, *words: str, deadline: float, expected: int | tuple[int, ...] = 0) -> str:
        """Run a program in the copy."""
        # A command that enters a mount namespace starts in its root folder.
        inside = (*self.enter, "env", f"--chdir={self.folder}") if self.enter else ()
        env = {**os.environ, **self.environment, "PYTHONPATH": str(self.folder)}
        return programs.output(
            [*inside, *words],
            cwd=self.folder,
            env=env,
            deadline=deadline,
            expected=expected,
            name=" ".join(words),
        )


@dataclass(frozen=True)
class LabElsewhere(ScratchLab):
    """The lab of a folder that has a lab.yaml and no program: `folder` is the checkout, `place` that folder."""

    place: Path = Path()

    def lab(self, *words: str, deadline: float, expected: int | tuple[int, ...] = 0) -> str:
        """See ScratchLab."""
        return super().lab("--in", str(self.place), *words, deadline=deadline, expected=expected)


def lab_of(place: Path) -> LabElsewhere:
    """The lab of a folder, with the program of this checkout."""
    return LabElsewhere(ROOT, {}, place=place)


@contextmanager
def scratch_lab(
    folder: Path,
    changes: Mapping[str, object],
    prefix: str,
    environment: Mapping[str, str] | None = None,
    enter: tuple[str, ...] = (),
    *,
    described: str = "lab.yaml",
) -> Iterator[ScratchLab]:
    """Copy the checkout to `folder`, change lab.yaml, and take the lab down at the end.

    `changes` are keys of lab.yaml's top level with their new values; `prefix` takes the place of the first two numbers
    of all addresses, such as "10.231.". `described` is the file that becomes lab.yaml, such as one of the examples.
    """
    copy(folder)
    text = (folder / described).read_text("utf-8").replace(DOCUMENTED, prefix)
    (folder / "lab.yaml").write_text(
        yaml.safe_dump({**fast_yaml.read(text), **changes}, sort_keys=False), "utf-8"
    )
    lab = ScratchLab(folder, environment or {}, enter)
    try:
        yield lab
    finally:
        lab.lab("down", deadline=600)


def copy(folder: Path) -> None:
    """Copy the files that git tracks or would track: also what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
