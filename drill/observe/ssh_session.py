"""A shell loop on a node that answers line by line, kept open over one ssh connection. Source: ssh(1)."""

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

END = "@@end "
"""The beginning of the last line of each answer."""
PURPOSE = "observation session"
"""The purpose of its lines in the log."""


class LoopSession(Protocol):
    """A connection to the loop on one node. ask and answer raise EOFError once the session has ended."""

    def ask(self, line: str) -> None:
        """Ask for a block: the line comes back at its end."""

    def answer(self, limit: float) -> str | None:
        """The requested block, without its last line; None when it does not come within `limit` seconds."""
        ...

    def close(self) -> None:
        """End the session. It may be called at any time."""


@dataclass
class SshSession:
    """The loop on a node, over its own ssh(1) connection, so that no other command can delay it."""

    process: subprocess.Popen[bytes]
    node: str = ""
    began: float = field(default_factory=time.monotonic)
    _read: bytes = b""
    _closed: bool = False

    @classmethod
    def begin(cls, ssh: Ssh, node: Node, text: str, *, longest: int) -> SshSession:
        """Start the loop for at most `longest` seconds, without waiting for the connection."""
        argv = ssh.argv(node.name)
        words = ssh.limited(longest, ("sh", "-c", text))
        process = subprocess.Popen(
            [argv[0], "-S", "none", *argv[1:], shlex.join(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        log.command(node.name, text, "started", 0.0, PURPOSE)
        return cls(process, node.name)

    def ask(self, line: str) -> None:
        """See LoopSession."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except OSError as error:
            raise EOFError(str(error)) from error

    def answer(self, limit: float) -> str | None:
        """See LoopSession."""
        assert self.process.stdout is not None
        until = time.monotonic() + limit
        while True:
            block, end, rest = self._read.partition(f"\n{END}".encode())
            if end and b"\n" in rest:
                self._read = rest.partition(b"\n")[2]
                return block.decode("utf-8", errors="replace")
            if not select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise EOFError("the session ended")
            self._read += more

    def close(self) -> None:
        """See LoopSession. The log shows the exit status, or "closed" when the session was still running."""
        if not self._closed:
            self._closed = True
            status = self.process.poll()
            seconds = time.monotonic() - self.began
            log.command(self.node, "", "closed" if status is None else status, seconds, PURPOSE)
        self.process.terminate()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
