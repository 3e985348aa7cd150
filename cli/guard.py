"""How a command ends: each error becomes one message and an exit status, never a traceback on the terminal."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator

from rich.markup import escape

from cli.console import messages
from inventory import log
from inventory.errors import LabError, MachineError, Unreachable
from language import speech

INTERRUPTED = 130
"""Typer turns a KeyboardInterrupt into this exit status."""
DEFECT = 70
"""The exit status of an error that the lab did not expect (EX_SOFTWARE of sysexits.h)."""
_REMEDIES = {
    errno.EACCES: 'If root made these files: sudo chown -R "$USER" .lab .vagrant runs. Else run it as their owner.',
    errno.EPERM: "Run it as the owner of the file.",
    errno.EROFS: "Copy this folder to a disk that can be written.",
    errno.ENOSPC: "Free some space there, then run the command again.",
    errno.EEXIST: "Move what is there out of the way, then run the command again.",
    errno.ENOTDIR: "A file is where a folder must be: move it out of the way, then run the command again.",
    errno.EISDIR: "A folder is where a file must be: move it out of the way, then run the command again.",
}
_errors = messages()
_causes_of_silence: list[Callable[[], LabError | None]] = []


def status_of(command: Callable[[], None]) -> int:
    """Run a command to its end; print its error, if there is one, and give the exit status."""
    _never_fail_on_a_character()
    try:
        status = _ended(command)
    except LabError as error:
        _print_errors(*_with_cause(error))
        status = error.exit_status
    except OSError as error:
        status = _failed_call(error)
    except Exception as error:
        status = _defect(error)
    try:
        sys.stdout.flush()
    except OSError as error:
        status = _failed_call(error)
        _discard_stdout()
    return status


def ask_when_unreachable(cause: Callable[[], LabError | None]) -> None:
    """Set the function that gives the cause when a node does not answer, from the states of the machines."""
    _causes_of_silence[:] = [cause]


def _with_cause(error: LabError) -> tuple[LabError, ...]:
    """The error of a node that does not answer, with its cause and the cause's remedy; any other error alone."""
    if isinstance(error, Unreachable):
        for ask in _causes_of_silence:
            with contextlib.suppress(LabError):
                if cause := ask():
                    return LabError(error.message), cause
    return (error,)


def _ended(command: Callable[[], None]) -> int:
    try:
        command()
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != INTERRUPTED:
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        _errors.print("interrupted")
        log.note("interrupted")
        # errors of the healing that ran before the interrupt took effect
        _print_errors(*(cause for cause in _causes(error) if isinstance(cause, LabError)))
        return INTERRUPTED
    return 0


def _never_fail_on_a_character() -> None:
    """Print a character that the terminal's encoding does not have as its escape sequence."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _failed_call(error: OSError) -> int:
    """Report a file, a disk or a stream that cannot be used. It is no error when the reader of stdout has ended."""
    if error.errno == errno.EPIPE:
        _discard_stdout()
        return 1
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "The output"
    wrong = MachineError(
        f"{place}: {error.strerror or error}.",
        hint=_REMEDIES.get(error.errno or 0, "./lab doctor checks this machine."),
    )
    _print_errors(wrong)
    return wrong.exit_status


def _defect(error: Exception) -> int:
    """Report an error that the lab did not expect; its traceback is in the log, or on stderr without a log."""
    trace = "".join(traceback.format_exception(error))
    for line in trace.splitlines():
        log.note(f"defect: {line}")
    words = f"{type(error).__name__}: {str(error)[:200]}"
    _print_errors(
        LabError(
            f"This is a defect of the lab itself: {words}", hint="Report it with the last lines of the log."
        )
    )
    return DEFECT


def _discard_stdout() -> None:
    """Send further output to /dev/null, so that Python's own flush at its end does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_errors(*found: LabError) -> None:
    """Print errors with their hints, and the path of the log. When stderr cannot be written, print nothing."""
    with contextlib.suppress(OSError):
        for error in found:
            log.note(f"error, exit status {error.exit_status}: {error.message.partition(chr(10))[0]}")
            _errors.print(f"[bold red]error:[/] {escape(error.message)}")
            if error.hint:
                _errors.print(f"  [bold]->[/] {escape(speech.show(error.hint))}")
        if found and (path := log.file()):
            _errors.print(f"  log: {escape(str(path))}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The chain of causes of an error, newest first."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
