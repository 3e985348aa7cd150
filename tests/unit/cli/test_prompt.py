"""One line that is typed at a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from language import catalogue
from tests.support.rendered_lab import ROOT

ASK = """
import signal, sys, threading
from cli import prompt
from language import speech
speech.use(sys.argv[1])
if sys.argv[2] == "elsewhere":
    # The signal goes to the other thread, so it does not interrupt a read of this one: like a Ctrl-C just before it.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
try:
    print("typed:", prompt.line("Continue at step 6.2 (quorum-lost)? [Y/n] "))
except (EOFError, KeyboardInterrupt) as error:
    print("ended by", type(error).__name__)
"""
QUESTION = "Continue at step 6.2 (quorum-lost)? [Y/n] "
LIMIT_S = 60.0


class Terminal:
    """A process with a terminal of its own."""

    def __init__(self, language: str, signals: str) -> None:
        self.main, side = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", sys.executable, "-c", ASK, language, signals],
            cwd=ROOT, stdin=side, stdout=side, stderr=side, env={**os.environ, "TERM": "dumb", "COLUMNS": "30"},
        )  # fmt: skip
        os.close(side)

    def reads(self, until: str) -> str:
        """What the process prints, up to some words."""
        found = b""
        while until.encode() not in found:
            assert select.select([self.main], [], [], LIMIT_S)[0], found.decode()
            found += os.read(self.main, 4096)
        return found.decode()


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    terminal = Terminal(*getattr(request, "param", ("en", "")))
    yield terminal
    terminal.process.kill()
    terminal.process.wait()
    os.close(terminal.main)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("n\n", "typed: n"), ("\n", "typed: \r\n"), ("\x04", "ended by EOFError"), ("\x03", "ended by KeyboardInterrupt")],
    ids=["line", "enter", "ctrl-d", "ctrl-c"],
)  # fmt: skip
def test_what_is_typed_after_the_prompt(asked: Terminal, typed: str, answer: str) -> None:
    asked.reads(QUESTION)
    os.write(asked.main, typed.encode())
    asked.reads(answer)


@pytest.mark.parametrize("asked", [("en", "elsewhere")], indirect=True)
def test_ctrl_c_counts_also_when_it_does_not_interrupt_the_read(asked: Terminal) -> None:
    asked.reads(QUESTION)
    os.write(asked.main, b"\x03")
    asked.reads("ended by KeyboardInterrupt")


@pytest.mark.parametrize("asked", [("zh", "")], indirect=True)
def test_the_prompt_is_in_the_chosen_language(asked: Terminal) -> None:
    wanted = catalogue.translator("zh").show(QUESTION)
    assert wanted != QUESTION
    assert wanted in asked.reads("[Y/n] ")
