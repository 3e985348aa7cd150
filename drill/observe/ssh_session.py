"""A shell program on a node that prints lines, kept running over one ssh connection. Source: ssh(1)."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from typing import Protocol

from inventory import log
from inventory.model import Node
from inventory.remote.ssh import Ssh

PURPOSE = "observation session"
"""The purpose of its lines in the log."""
LONGEST_LINE = 65536
"""A longer line is cut (bytes): a node that prints without an end must not fill this machine's memory."""


class StreamSession(Protocol):
    """A connection to the program on one node. ask and lines raise EOFError once the session has ended."""

    def ask(self, line: str) -> None:
        """Send a line to the program."""

    def lines(self, limit: float) -> list[tuple[bool, str]]:
        """Wait for lines, for at most `limit` seconds: each with whether it came from standard error."""
        ...

    def close(self) -> None:
        """End the session. It may be called at any time."""


@dataclass
class SshSession:
    """The program on a node, over its own ssh(1) connection, so that no other command can delay it."""

    process: subprocess.Popen[bytes]
    node: str = ""
    began: float = field(default_factory=time.monotonic)
    _rests: dict[bool, bytes] = field(default_factory=lambda: {False: b"", True: b""})
    _closed: bool = False

    @classmethod
    def begin(cls, ssh: Ssh, node: Node, text: str, *, longest: int) -> SshSession:
        """Start the program for at most `longest` seconds, without waiting for the connection."""
        argv = ssh.argv(node.name)
        words = ssh.limited(longest, ("bash", "-c", text))
        process = subprocess.Popen(
            [argv[0], "-S", "none", *argv[1:], shlex.join(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        log.command(node.name, text, "started", 0.0, PURPOSE)
        return cls(process, node.name)

    def ask(self, line: str) -> None:
        """See StreamSession."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except OSError as error:
            raise EOFError(str(error)) from error

    def lines(self, limit: float) -> list[tuple[bool, str]]:
        """See StreamSession."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        out, err = self.process.stdout.fileno(), self.process.stderr.fileno()
        found: list[tuple[bool, str]] = []
        ended = False
        for stream in select.select([out, err], [], [], max(0.0, limit))[0]:
            more = os.read(stream, 65536)
            ended = ended or not more
            is_error = stream == err
            *whole, rest = (self._rests[is_error] + more).split(b"\n")
            self._rests[is_error] = rest[:LONGEST_LINE]
            found += [(is_error, line.decode("utf-8", errors="replace")) for line in whole]
        if ended and not found:
            raise EOFError("the session ended")
        return found

    def close(self) -> None:
        """See StreamSession. The log shows the exit status, or "closed" when the session was still running."""
        if not self._closed:
            self._closed = True
            status = self.process.poll()
            seconds = time.monotonic() - self.began
            log.command(self.node, "", "closed" if status is None else status, seconds, PURPOSE)
        self.process.terminate()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
