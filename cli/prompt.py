"""Asks the person at the terminal for one line."""

from __future__ import annotations

import select
import signal
import socket
import sys

from cli.console import Output

_out = Output(markup=False)


def ask(prompt: str) -> str:
    """Print a prompt in the chosen language, and return the line that is typed, without its newline.

    Ctrl-C ends the wait for the line. (The built-in `input` can miss a Ctrl-C between its prompt and its read, and then
    goes on waiting. Here the signal also writes to a socket: this wakes select, and Python raises KeyboardInterrupt;
    signal.set_wakeup_fd.)
    Only for a terminal, in the main thread. Raises EOFError (Ctrl-D), KeyboardInterrupt.
    """
    wakeup, written_by_signal = socket.socketpair()
    before = -1
    with wakeup, written_by_signal:
        written_by_signal.setblocking(False)
        try:
            before = signal.set_wakeup_fd(written_by_signal.fileno())
            _out.print(prompt, end="")
            while sys.stdin not in select.select([sys.stdin, wakeup], [], [])[0]:
                wakeup.recv(64)
        finally:
            signal.set_wakeup_fd(before)
    return input()
