"""Run a program on this machine. The only place that does, but for ssh (inventory.remote) and vagrant."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory import log
from inventory.errors import MachineError

DEADLINE = 120.0
TIMED_OUT = 124
NOT_FOUND = 127


@dataclass(frozen=True)
class Output:
    """What a program said: its exit status and both streams. 124: out of time; 127: it could not be started."""

    argv: tuple[str, ...]
    status: int
    out: str
    err: str

    @property
    def good(self) -> bool:
        """The exit status is 0."""
        return self.status == 0

    def last(self, lines: int = 8) -> str:
        """The last lines that it said, stderr first."""
        said = (self.err.strip() or self.out.strip()).splitlines()[-lines:]
        return "\n".join(f"  | {line}" for line in said)


def run(
    argv: Sequence[str],
    *,
    deadline: float = DEADLINE,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Output:
    """Run a program to its end; what it said, whatever its status. Never raises.

    `deadline` is in seconds. `env` is added to this process's environment. The program gets no standard
    input, and a session of its own: Ctrl-C is for this process, so a heal under way is not cut off.
    """
    began = time.monotonic()
    try:
        done = subprocess.run(
            list(argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=deadline,
            env={**os.environ, **(env or {})},
            cwd=folder,
            start_new_session=True,
        )
        found = Output(tuple(argv), done.returncode, done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        found = Output(tuple(argv), TIMED_OUT, "", f"no answer within {deadline:g} s")
    except OSError as error:
        found = Output(tuple(argv), NOT_FOUND, "", str(error))
    log.command(log.HERE, " ".join(argv), found.status, time.monotonic() - began)
    return found


def check(
    argv: Sequence[str],
    *,
    hint: str = "./lab doctor looks for the reason.",
    deadline: float = DEADLINE,
    what: str = "",
) -> str:
    """Run a program; its standard output. Raises MachineError when its status is not 0.

    `what` names the work in the message; without it the program's first words do.
    """
    found = run(argv, deadline=deadline)
    if not found.good:
        name = what or f"`{' '.join(argv[:4])}{' ...' if len(argv) > 4 else ''}` failed"
        raise MachineError(f"{name} (exit {found.status}):\n{found.last(12)}", hint=hint)
    return found.out


def answer(argv: Sequence[str], otherwise: str = "", *, deadline: float = DEADLINE) -> str:
    """Run a program; its standard output, or `otherwise` when its status is not 0."""
    found = run(argv, deadline=deadline)
    return found.out if found.good else otherwise


def as_root(argv: Sequence[str], by_hand: str, *, deadline: float = DEADLINE) -> None:
    """Run a program as root, with sudo where this process is not. Raises MachineError with the words to type."""
    words = list(argv)
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise MachineError("Only root can do this, and there is no sudo.", hint=f"As root: {by_hand}")
        words = ["sudo", *words]
    check(words, hint=f"As root: {by_hand}", deadline=deadline)
