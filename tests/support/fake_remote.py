"""A Remote that answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from inventory.errors import Unreachable
from inventory.model import Command, Result
from tests.support.shell_syntax import syntax_error


@dataclass
class FakeRemote:
    """Answers from a script: a function of the command, or rows of (node, text in the line) -> Result parts.

    `ran` holds every command in order; an answer of None is Unreachable. An unexpected command is an AssertionError.
    """

    answer: Callable[[Command], tuple[int, str, str] | None]
    ran: list[Command] = field(default_factory=list)

    @classmethod
    def scripted(cls, rows: Sequence[tuple[str, str, tuple[int, str, str] | None]]) -> FakeRemote:
        """From rows of (node or "*", a part of the command line, answer); the first that fits answers."""

        def answer(command: Command) -> tuple[int, str, str] | None:
            for node, part, reply in rows:
                if node in ("*", command.node) and part in command.line:
                    return reply
            raise AssertionError(f"no answer was scripted for {command.node}: {command.line}")

        return cls(answer)

    def run(self, command: Command) -> Result:
        """See Remote."""
        self.ran.append(command)
        assert syntax_error(command.line) == "", f"no shell can run this text:\n{command.line}"
        reply = self.answer(command)
        if reply is None:
            raise Unreachable(f"{command.node} does not answer over ssh", hint="Is the node up?")
        return Result(command, *reply)
