"""Asks the person at the terminal for one line."""

from __future__ import annotations

import select
import signal
import socket
import sys

from cli.console import Output

_out = Output(markup=False)


def line(prompt: str) -> str:
    """Print a prompt in the chosen language; the line that is typed after it, without its end.

    Ctrl-C counts at any time. (The built-in `input` can miss it between its prompt and its read, and then waits for a
    line. Here the signal also writes to a socket, and the wait ends when that can be read; signal.set_wakeup_fd.)
    Only for a terminal, in the main thread. Raises EOFError (Ctrl-D), KeyboardInterrupt.
    """
    signalled, written = socket.socketpair()
    with signalled, written:
        written.setblocking(False)
        before = signal.set_wakeup_fd(written.fileno())
        try:
            _out.print(prompt, end="")
            while sys.stdin not in select.select([sys.stdin, signalled], [], [])[0]:
                signalled.recv(64)
        finally:
            signal.set_wakeup_fd(before)
    return input()
