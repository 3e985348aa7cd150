"""Runs programs on this machine. Only ssh (inventory.remote, drill.observe) and Vagrant are run elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inventory import log
from inventory.errors import MachineError

DEADLINE = 120.0
TIMED_OUT = 124
NOT_FOUND = 127
_started: list[subprocess.Popen[bytes]] = []
"""The programs of `launch`. They are kept because Python warns when the object of a running program is deleted."""


@dataclass(frozen=True)
class Output:
    """The result of a program: exit status and both streams. Status 124: it ran out of time; 127: it did not start."""

    argv: tuple[str, ...]
    status: int
    out: str
    err: str

    @property
    def good(self) -> bool:
        """The exit status is 0."""
        return self.status == 0

    def last(self, lines: int = 8) -> str:
        """The last lines of stderr, or of stdout when stderr is empty."""
        said = (self.err.strip() or self.out.strip()).splitlines()[-lines:]
        return "\n".join(f"  | {line}" for line in said)


def run(
    argv: Sequence[str],
    *,
    deadline: float = DEADLINE,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: str = "",
    own_session: bool = True,
    quiet: bool = False,
) -> Output:
    """Run a program to its end and give its result, whatever the exit status. Never raises.

    `deadline` is in seconds. `env` is added to this process's environment. With `own_session` the program does not get
    Ctrl-C, so that a heal is not interrupted; without it the program gets Ctrl-C too, and can ask on the terminal
    (sudo). `quiet`: a success is not logged, because the program is run many times in each second.
    """
    began = time.monotonic()
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=deadline,
            env={**os.environ, **(env or {})},
            cwd=folder,
            start_new_session=own_session,
        )
        found = Output(tuple(argv), done.returncode, done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        found = Output(tuple(argv), TIMED_OUT, "", f"no answer within {deadline:g} s")
    except OSError as error:
        found = Output(tuple(argv), NOT_FOUND, "", str(error))
    if not quiet or not found.good:
        _log(argv, found.status, began)
    return found


def check(
    argv: Sequence[str],
    *,
    hint: str = "./lab doctor checks this machine.",
    deadline: float = DEADLINE,
    what: str = "",
    stdin: str = "",
    own_session: bool = True,
) -> str:
    """Run a program and give its standard output. Raises MachineError when its status is not 0.

    `what` describes the failure in the message; default: the beginning of the command. For the rest see `run`.
    """
    found = run(argv, deadline=deadline, stdin=stdin, own_session=own_session)
    if not found.good:
        name = what or f"`{' '.join(argv[:4])}{' ...' if len(argv) > 4 else ''}` failed"
        raise MachineError(f"{name} (exit {found.status}):\n{found.last(12)}", hint=hint)
    return found.out


def answer(argv: Sequence[str], default: str = "", *, deadline: float = DEADLINE) -> str:
    """Run a program; its standard output, or `default` when its status is not 0."""
    found = run(argv, deadline=deadline)
    return found.out if found.good else default


def run_all(
    questions: Mapping[str, Sequence[str]], *, deadline: float, env: Mapping[str, str] | None = None
) -> dict[str, Output]:
    """Run several programs at the same time and give their results by name. Never raises."""
    with ThreadPoolExecutor(max(1, len(questions))) as pool:
        outputs = pool.map(lambda argv: run(argv, deadline=deadline, env=env), questions.values())
        return dict(zip(questions, outputs, strict=True))


def as_root(argv: Sequence[str], by_hand: str, *, deadline: float = DEADLINE) -> str:
    """Run a program as root, with sudo when this process is not root; its standard output.

    Raises MachineError with the command to type.
    """
    words = list(argv)
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise MachineError("This needs root, and sudo is not installed.", hint=f"As root: {by_hand}")
        words = ["sudo", *words]
    return check(words, hint=f"As root: {by_hand}", deadline=deadline, own_session=False)


@dataclass(frozen=True)
class Started:
    """A program that `launch` started: the id of its process, and its exit status (None while it runs)."""

    pid: int
    status: Callable[[], int | None]


def launch(argv: Sequence[str], output: Path, folder: Path = Path("/")) -> Started:
    """Start a program that outlives this process, in a folder; both streams are appended to a file.

    Raises MachineError.
    """
    began = time.monotonic()
    try:
        with output.open("ab") as stream:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                cwd=folder,
            )
        _started.append(process)
    except OSError as error:
        _log(argv, NOT_FOUND, began)
        raise MachineError(
            f"{argv[0]} cannot be started: {error}", hint=f"By hand, as root: {' '.join(argv)}"
        ) from error
    _log(argv, "started", began)
    return Started(process.pid, process.poll)


def start(argv: Sequence[str], output: Path, folder: Path = Path("/")) -> int:
    """Start a program as `launch` does; the id of its process. Raises MachineError."""
    return launch(argv, output, folder).pid


def attached(
    argv: Sequence[str], folder: Path, *, to_stderr: bool = False, env: Mapping[str, str] | None = None
) -> int:
    """Run a program on this process's terminal and streams, and give its exit status. No deadline; both get Ctrl-C.

    `to_stderr`: the program's output goes to stderr, so that stdout has only this process's own output.
    `env` is added to this process's environment.
    """
    began = time.monotonic()
    try:
        status = subprocess.run(
            list(argv),
            cwd=folder,
            stdout=sys.stderr if to_stderr else None,
            env={**os.environ, **(env or {})},
            check=False,
        ).returncode
    except OSError as error:
        raise MachineError(f"{argv[0]} cannot be started: {error}") from error
    _log(argv, status, began)
    return status


def filtered(
    argv: Sequence[str], shown: Callable[[bytes], bytes], rest: Callable[[], bytes], logged_as: str
) -> int:
    """Run a program on this process's terminal and give its exit status; `shown` decides what of its output appears.

    The program's input is this terminal, and so are its settings and its size. `rest` gives what is still to be shown
    after the program's end. The log has `logged_as` in place of the command. Raises MachineError.
    """
    began = time.monotonic()
    try:
        with subprocess.Popen(list(argv), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            while chunk := os.read(process.stdout.fileno(), 65536):
                _show(shown(chunk))
            _show(rest())
    except OSError as error:
        raise MachineError(f"{argv[0]} cannot be started: {error}") from error
    log.command(log.HERE, logged_as, process.returncode, time.monotonic() - began)
    return process.returncode


def _show(output: bytes) -> None:
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()


def _log(argv: Sequence[str], status: int | str, began: float) -> None:
    log.command(log.HERE, " ".join(argv), status, time.monotonic() - began)
