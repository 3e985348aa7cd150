"""One line that is typed at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from language import catalogue
from tests.support.rendered_lab import ROOT
from tests.support.terminal import CTRL_C, CTRL_D, Terminal

QUESTION = "Continue at step 6.2 (quorum-lost)? [Y/n] "
PROGRAM = f"""
import signal, sys, threading
from cli import prompt
from language import speech
language, thread_of_signals, questions = sys.argv[1:]
speech.use(language)
if thread_of_signals == "other":
    # The other thread gets the signal, so it does not interrupt this thread's read: like a Ctrl-C just before the read.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
for _ in range(int(questions)):
    try:
        print("typed:", prompt.ask({QUESTION!r}))
    except (EOFError, KeyboardInterrupt) as error:
        print("ended by", type(error).__name__)
print("wakeup fd:", signal.set_wakeup_fd(-1))
"""
LIMIT_S = 60.0
"""The longest wait for what the program prints (seconds)."""


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """The program, with a language, the thread that gets its signals, and the number of its questions."""
    language, thread, questions = getattr(request, "param", ("en", "main", "2"))
    made = Terminal([sys.executable, "-c", PROGRAM, language, thread, questions], ROOT, columns=30)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("n\n", "typed: n"),
        ("\n", "typed: \r\n"),
        (CTRL_D, "ended by EOFError"),
        (CTRL_C, "ended by KeyboardInterrupt"),
    ],
    ids=["line", "enter", "ctrl-d", "ctrl-c"],
)
def test_what_is_typed_after_the_prompt(terminal: Terminal, typed: str, answer: str) -> None:
    for _ in range(2):
        terminal.until(QUESTION, LIMIT_S)
        terminal.types(typed)
        terminal.until(answer, LIMIT_S)
    terminal.until("wakeup fd: -1", LIMIT_S)
    assert terminal.end(LIMIT_S) == 0


@pytest.mark.parametrize("terminal", [("en", "other", "1")], indirect=True)
def test_ctrl_c_counts_also_when_it_does_not_interrupt_the_read(terminal: Terminal) -> None:
    terminal.until(QUESTION, LIMIT_S)
    terminal.types(CTRL_C)
    terminal.until("ended by KeyboardInterrupt", LIMIT_S)


@pytest.mark.parametrize("terminal", [("zh", "main", "1")], indirect=True)
def test_the_prompt_is_in_the_chosen_language(terminal: Terminal) -> None:
    shown = catalogue.translator("zh").show(QUESTION)
    assert shown != QUESTION
    terminal.until(shown, LIMIT_S)
