"""Runs a program for a test on real machines, and tells all that it printed when its exit status is another one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def output(
    argv: Sequence[str],
    *,
    deadline: float,
    expected: int | tuple[int, ...] = 0,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    name: str = "",
) -> str:
    """Its output, stdout and stderr together. `name` stands for the command in the message. Raises AssertionError."""
    done = subprocess.run(
        argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=deadline,
    )  # fmt: skip
    allowed = (expected,) if isinstance(expected, int) else expected
    said = f"{name or ' '.join(argv)}: exit {done.returncode}, expected {expected}"
    assert done.returncode in allowed, f"{said}\n{done.stdout}"
    return done.stdout
