"""Run a Command on a node over ssh, as root, with a deadline.

Every node keeps one shared master connection (about 0.1 s a command). The deadline is held on the node too
(timeout(1)), so nothing is left running there; ssh's own keep-alive notices a node that is frozen.
"""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inventory import log
from inventory.errors import CommandFailed, Unreachable
from inventory.model import Command, Result

SSH_FAILED = 255
TIMED_OUT = 124


class Remote(Protocol):
    """Whatever runs commands on nodes: ssh, or a script of answers."""

    def run(self, command: Command) -> Result:
        """Run it; the result whatever its status. Raises Unreachable when the node does not answer."""
        ...


def check(remote: Remote, command: Command) -> Result:
    """Run it and raise CommandFailed unless its status is one that it calls success."""
    result = remote.run(command)
    if not result.good:
        raise failed(result)
    return result


def failed(result: Result) -> CommandFailed:
    """The error for a result: node, command, status and the last lines of what it said."""
    command = result.command
    said = (result.err.strip() or result.out.strip()).splitlines()[-8:]
    state = "ran out of its time" if result.status == TIMED_OUT else f"exit {result.status}"
    why = f" ({command.why})" if command.why else ""
    return CommandFailed(
        f"{command.node}{why}: {state}\n  $ {command.line}\n" + "\n".join(f"  | {line}" for line in said),
        hint=f"Look on the node: ./lab ssh {command.node.split('.')[0]}",
    )


def everywhere(remote: Remote, commands: Iterable[Command]) -> list[Result]:
    """Run commands at the same time; results in their order. The first Unreachable is raised."""
    wanted = list(commands)
    if not wanted:
        return []
    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        return list(pool.map(remote.run, wanted))


@dataclass(frozen=True)
class Ssh:
    """ssh(1) with the settings that vagrant gave, one multiplexed connection a node."""

    config: Path
    aliases: Mapping[str, str]
    """Full name -> the Host of the ssh_config."""
    control: Path
    """A short-lived directory for the control sockets (their path must stay under 104 characters)."""

    def argv(self, node: str, *, tty: bool = False) -> list[str]:
        """The ssh command line up to the remote command."""
        return [
            "ssh", "-F", str(self.config),
            "-o", "ControlMaster=auto", "-o", f"ControlPath={self.control}/%C", "-o", "ControlPersist=600",
            "-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
            *(["-t"] if tty else []), self.aliases.get(node, node),
        ]  # fmt: skip

    def run(self, command: Command) -> Result:
        """See Remote. A deadline that passes gives status 124; a node that is gone gives Unreachable.

        A command's own 255, as of an ssh from node to node, is told as 254: ssh's 255 means the way there (ssh(1)).
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
            for_what = command.why or command.purpose
            log.command(command.node, command.line, status, time.monotonic() - began, for_what)
        return result

    def _run(self, command: Command, began: float) -> Result:
        seconds = max(1, round(command.deadline))
        inner = ["sudo", "-n", "timeout", "-k", "5", str(seconds), *command.argv]
        try:
            done = subprocess.run(
                [*self.argv(command.node), f"{shlex.join(inner)}; s=$?; [ $s -ne 255 ] || s=254; exit $s"],
                input=command.stdin if command.stdin is not None else "",
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=command.deadline + 10,
                start_new_session=True,  # Ctrl-C is for this program: a heal on its way to a node is not cut off
            )
        except subprocess.TimeoutExpired:
            # ServerAlive gives up on a dead node much sooner; this is a node that answers but hangs.
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
        return Result(command, done.returncode, done.stdout, done.stderr, took)
