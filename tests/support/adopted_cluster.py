"""A cluster that ordinary pcs commands made on two nodes, as it answered `./lab adopt` (tests/cases/adopted)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.errors import Unreachable
from inventory.model import Command, Result
from tests.support.example_lab import CASES

HOSTS = ("a", "b")
PAGES = {"a": "<html>\n<h1>Alpha</h1>\n</html>\n", "b": "<html>\n<h1>Beta.shop.lan</h1>\n</html>\n"}


def recorded(host: str) -> str:
    """What a host said, recorded on 2026-11-27 from pacemaker 2.1.5 and pcs 0.11 on debian12."""
    return (CASES / "adopted" / f"{dict(zip(HOSTS, ('alpha', 'beta'), strict=True))[host]}.txt").read_text()


@dataclass
class AdoptedNodes:
    """The hosts in memory. `changes` replaces texts in what a host says; a host of `errors` fails with that text.
    Other commands than those of an adoption succeed and say nothing.

    `status` is the exit status of each reading. Every command is kept.
    """

    changes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=lambda: PAGES)
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    commands: list[Command] = field(default_factory=list)

    def run(self, command: Command) -> Result:
        """See inventory.remote.ssh.Remote."""
        self.commands.append(command)
        if command.node in self.errors:
            raise Unreachable(f"{command.node} does not answer over ssh: {self.errors[command.node]}")
        if command.purpose != "read-adopted-node":
            return Result(command, 0, "", "")
        if self.status:
            return Result(command, self.status, "", "sudo: a password is required\n")
        if "adopted_page.sh" in command.line:
            return Result(command, 0, self.pages[command.node], "")
        text = recorded(command.node)
        for old, new in {**self.changes.get("*", {}), **self.changes.get(command.node, {})}.items():
            assert old in text, f"{command.node} does not say {old!r}"
            text = text.replace(old, new)
        return Result(command, 0, text, "")
