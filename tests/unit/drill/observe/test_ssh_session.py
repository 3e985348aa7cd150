"""A session to a shell of this machine: answers whole, in time or not at all, and the end told as such."""

from __future__ import annotations

import subprocess

import pytest

from drill.observe.ssh_session import SshSession

LONG = 20.0
ECHO = 'while read -r line; do echo "one $line"; echo two; echo; echo "@@end $line"; done'
DUMB = "cat >/dev/null"
GONE = "exit 0"


def session(text: str) -> SshSession:
    return SshSession(
        subprocess.Popen(
            ["sh", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    )


def test_answers_come_one_by_one() -> None:
    one = session(ECHO)
    try:
        one.ask("7")
        one.ask("8")
        assert one.answer(LONG) == "one 7\ntwo\n"
        assert one.answer(LONG) == "one 8\ntwo\n"
        assert one.answer(0.0) is None, "nothing more was asked"
    finally:
        one.close()
    assert one.process.returncode is not None, "no process is left"


def test_silence_is_no_answer() -> None:
    one = session(DUMB)
    try:
        one.ask("1")
        assert one.answer(0.0) is None
    finally:
        one.close()


def test_the_end_is_told() -> None:
    one = session(GONE)
    try:
        with pytest.raises(EOFError):
            one.answer(LONG)
        one.process.wait()
        with pytest.raises(EOFError):
            one.ask("1")
    finally:
        one.close()
        one.close()
