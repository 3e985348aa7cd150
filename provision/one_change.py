"""Several commands of pcs as one change of the CIB: quicker, and the cluster never sees a part of the configuration.

The commands are those of separate changes; pcs applies each to a copy of the CIB (pcs(8), -f).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from cluster import pcs_file
from inventory.model import Command, Result
from inventory.platforms.base import Platform
from inventory.remote.script import script

_FAILED = re.compile(r"@@failed (\d+) (\d+)\n")
DEADLINE_S = 300.0
"""For all commands together (seconds, on a machine of usual speed)."""


def suits(platform: Platform, commands: Sequence[Command]) -> bool:
    """Whether these commands can be brought into the CIB as one change: several of pcs, each of which takes a file."""
    if not platform.tools.one_change or len(commands) < 2:
        return False
    return len({one.node for one in commands}) == 1 and all(pcs_file.takes_file(one.argv) for one in commands)


def command(commands: Sequence[Command]) -> Command:
    """The one command for all of them."""
    return Command.script(
        commands[0].node,
        _script(commands, prepare=""),
        why="bring the configuration into the CIB as one change",
        deadline=DEADLINE_S,
        purpose="configure-at-once",
    )


def preparation(commands: Sequence[Command]) -> Command:
    """The command that only prints the change, for `prepared_change`; it needs no DC.

    It fails when the change would remove or move something.
    """
    return Command.script(
        commands[0].node,
        _script(commands, prepare="yes"),
        why="prepare the configuration while the cluster starts",
        deadline=DEADLINE_S,
        purpose="prepare-change",
    )


def prepared_change(node: str, change: str) -> Command:
    """The command that brings a prepared change into the CIB."""
    return Command(
        node,
        ("cibadmin", "--patch", "--xml-pipe"),
        stdin=change,
        why="bring the prepared configuration into the CIB",
        deadline=120,
        purpose="configure-at-once",
    )


def _script(commands: Sequence[Command], prepare: str) -> str:
    changes = "\n".join(shlex.join(one.argv) for one in commands)
    return script(__package__, "one_change", changes=changes, pcs_on_file=_program(), prepare=prepare)


@cache
def _program() -> str:
    return files(__package__ or "").joinpath("pcs_on_file.py").read_text(encoding="utf-8")


def failed(commands: Sequence[Command], result: Result) -> Result | None:
    """The result of the command that failed; None when every command succeeded, but the change of the CIB failed."""
    found = _FAILED.match(result.out)
    if found is None:
        return None
    return Result(commands[int(found[1]) - 1], int(found[2]), "", result.out[found.end() :])
