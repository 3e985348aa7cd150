"""Run a Command on a node over ssh, as root, with a deadline.

There is one shared master connection for each node (about 0.1 s a command). timeout(1) holds the deadline on the
node too, so nothing goes on running there; ssh's own keep-alive notices a node that is frozen.
"""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inventory import log
from inventory.errors import CommandFailed, Unreachable
from inventory.model import Command, Result
from inventory.remote.hidden import by_stdin

SSH_FAILED = 255
"""The exit status of ssh(1) itself: the node was not reached."""
TIMED_OUT = 124
"""The exit status of timeout(1) when the time has run out."""
CONNECT_S, ALIVE_S, KILL_S = 5, 2, 5
"""How long a connection may take, the interval of ssh's keep-alive (three in vain end the connection), and the time
from timeout(1)'s first signal to SIGKILL (seconds, on a machine of usual speed)."""
KILLED = 137
"""The exit status of a command that was killed; also that of a timeout(1) whose first signal is SIGKILL."""
SUDO = ("sudo", "-n")
AS_ROOT = ("sh", "-c", 'if [ "$(id -u)" -eq 0 ]; then exec "$@"; else exec sudo -n "$@"; fi', "sh")
"""The same for a login that may be root's own, on a machine that may have no sudo."""
LONG_SCRIPT, SHOWN = 8, 4
"""A script of more lines than this is cut in an error message, after so many lines."""


class Remote(Protocol):
    """What runs commands on nodes: ssh, or a fake of the tests."""

    def run(self, command: Command) -> Result:
        """Run it and give its result, whatever the exit status. Raises Unreachable when the node does not answer."""
        ...


def check(remote: Remote, command: Command) -> Result:
    """Run it and give its result. Raises CommandFailed when its status does not mean success, and Unreachable."""
    result = remote.run(command)
    if not result.good:
        raise failure(result)
    return result


def failure(result: Result) -> CommandFailed:
    """The error for a result: node, command, exit status and the last lines of its output."""
    command = result.command
    said = (result.err.strip() or result.out.strip()).splitlines()[-8:]
    state = "ran out of time" if result.status == TIMED_OUT else f"exit {result.status}"
    why = f" ({command.why})" if command.why and not command.hidden else ""
    return CommandFailed(
        f"{command.node}{why}: {state}\n  $ {command.hidden or _shown(command.line)}\n"
        + "\n".join(f"  | {line}" for line in said),
        hint=f"Look on the node: ./lab ssh {command.node.split('.')[0]}",
    )


def _shown(line: str) -> str:
    """A command for an error message: of a long script its name and its first parameters."""
    lines = line.splitlines()
    if len(lines) <= LONG_SCRIPT:
        return line
    return "\n    ".join([*lines[:SHOWN], f"... {len(lines) - SHOWN} more lines"])


def run_all(remote: Remote, commands: Iterable[Command]) -> list[Result]:
    """Run commands at the same time and give their results in order. Raises the first Unreachable."""
    wanted = list(commands)
    if not wanted:
        return []
    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        return list(pool.map(remote.run, wanted))


@dataclass(frozen=True)
class Ssh:
    """ssh(1) with Vagrant's settings, one multiplexed connection for each node."""

    config: Path
    aliases: Mapping[str, str]
    """A node's full name -> its Host in the ssh_config."""
    control: Path
    """A directory for the control sockets; their path must have less than 104 characters."""
    patience: float = 1.0
    """The factor of all time limits (Lab.patience)."""
    kills_later: bool = True
    """The nodes' timeout(1) has -k: SIGTERM first, SIGKILL later (NodeTools.kills_later)."""
    root: tuple[str, ...] = SUDO
    """The beginning of a command that root must run."""

    def argv(self, node: str, *, tty: bool = False) -> list[str]:
        """The ssh command line up to the remote command."""
        return [
            "ssh", "-F", str(self.config),
            "-o", "ControlMaster=auto", "-o", f"ControlPath={self.control}/%C", "-o", "ControlPersist=600",
            "-o", f"ConnectTimeout={self._whole(CONNECT_S)}",
            "-o", f"ServerAliveInterval={self._whole(ALIVE_S)}", "-o", "ServerAliveCountMax=3",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
            *(["-t"] if tty else []), self.aliases.get(node, node),
        ]  # fmt: skip

    def limited(self, seconds: float, argv: Sequence[str]) -> tuple[str, ...]:
        """An argv for root on a node, with a time limit there (timeout(1)); `seconds` for a machine of usual speed."""
        return (*self.root, *self.time_limit(seconds), *argv)

    def time_limit(self, seconds: float) -> tuple[str, ...]:
        """The beginning of a command with a time limit (timeout(1))."""
        signal = ("-k", str(self._whole(KILL_S))) if self.kills_later else ("-s", "KILL")
        return ("timeout", *signal, str(self._whole(seconds)))

    def _whole(self, seconds: float) -> int:
        """A limit in whole seconds, at least 1, with the patience."""
        return max(1, round(seconds * self.patience))

    def run(self, command: Command) -> Result:
        """See Remote. A command that runs out of time has status 124; a node that does not answer gives Unreachable.

        A command's own status 255 (an ssh from node to node has it) becomes 254: 255 is ssh's own here (ssh(1)).
        Every command is logged, without its standard input.
        """
        began, status = time.monotonic(), "interrupted"
        try:
            result = self._run(command, began)
            status = str(result.status)
        except Unreachable:
            status = "unreachable"
            raise
        finally:
            seconds = time.monotonic() - began
            if command.hidden:
                log.command(log.SOME_NODE, command.hidden, status, seconds)
            else:
                for_what = command.why or command.purpose
                log.command(command.node, command.line, status, seconds, for_what)
        return result

    def _run(self, command: Command, began: float) -> Result:
        sent = by_stdin(command) if command.hidden else command
        inner = self.limited(command.deadline, sent.argv)
        try:
            done = subprocess.run(
                [*self.argv(command.node), f"{shlex.join(inner)}; s=$?; [ $s -ne 255 ] || s=254; exit $s"],
                input=sent.stdin if sent.stdin is not None else "",
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=(command.deadline + 2 * KILL_S) * self.patience,
                start_new_session=True,  # Ctrl-C ends this program only: a heal on its way to a node goes on
            )
        except subprocess.TimeoutExpired:
            # ServerAlive notices a dead node much sooner: this node answers, but the command hangs.
            return Result(command, TIMED_OUT, "", "no answer within the deadline", time.monotonic() - began)
        except OSError as error:
            raise Unreachable(f"ssh cannot be run: {error}", hint="Install the OpenSSH client.") from error
        took = time.monotonic() - began
        if done.returncode == SSH_FAILED:
            said = done.stderr.strip().splitlines() or ["the connection broke"]
            raise Unreachable(
                f"{command.node} does not answer over ssh: {said[-1]}",
                hint="Is the node up? ./lab status; ./lab up starts what is down.",
            )
        over = took >= self._whole(command.deadline)
        ended_by_limit = done.returncode == KILLED and over and not self.kills_later
        status = TIMED_OUT if ended_by_limit else done.returncode
        return Result(command, status, done.stdout, done.stderr, took)
