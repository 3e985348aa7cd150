"""`./lab ssh`: a root shell on a node, or a command there. During an exercise both are recorded in its attempt."""

from __future__ import annotations

import os
import shlex
import sys

import typer

from classroom import attempts, command_log
from classroom.attempt import Attempt, Typed, now
from classroom.command_log import Recorder
from cli.console import messages
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from inventory.host import command
from inventory.model import Node


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    # Everything after the node belongs to the command that runs there: `./lab ssh node1 df -h`.
    app.command(context_settings={"allow_extra_args": True, "allow_interspersed_args": False})(ssh)


def ssh(ctx: typer.Context, node: str) -> None:
    """Open a root shell on a node, or run a command there: ./lab ssh node1 crm_mon -1."""
    context = context_of(ctx)
    context.use_built(ConsoleProgress().say)
    words, machine, current = ctx.args, context.machine(node), command_log.recorded(context.home)
    if current is None:
        argv = _argv(context, machine, words)
        os.execvp(argv[0], argv)  # noqa: S606 -- the shell takes this program's place
        return
    messages().print(command_log.NOTICE, markup=False)
    if not words and sys.stdin.isatty():
        status = _recorded_shell(context, machine, current)
    else:
        status = command.attached(_argv(context, machine, words), context.root)
        line = " ".join(words) or "(a shell whose input was not a terminal)"
        attempts.add_typed(context.home, current.id, Typed(now(), machine.alias, line, status))
    raise typer.Exit(status if status >= 0 else 128 - status)


def _argv(context: Context, machine: Node, words: list[str]) -> list[str]:
    """The ssh command line. Without a command it opens a login shell."""
    tty = not words or sys.stdin.isatty()
    # A command goes to sh: a login shell would expand its $ before that.
    inner = ["-H", "sh", "-c", f"cd; {' '.join(words)}"] if words else ["-i"]
    return _ssh(context, machine, inner, tty=tty)


def _ssh(context: Context, machine: Node, inner: list[str], *, tty: bool) -> list[str]:
    root = as_root(inner, sudo=not context.lab.adopted)
    return [*context.remote.argv(machine.name, tty=tty), shlex.join(root)]


def _recorded_shell(context: Context, machine: Node, current: Attempt) -> int:
    """A shell on this terminal; each command that is typed in it becomes a row of the attempt. Its exit status."""
    recorder = Recorder(
        command_log.new_word(), machine.alias, lambda row: attempts.add_typed(context.home, current.id, row)
    )
    argv = _ssh(context, machine, ["-H", "sh", "-c", command_log.shell(recorder.word)], tty=True)
    return command.filtered(argv, recorder.shown, recorder.end, f"a recorded shell on {machine.alias}")


def as_root(words: list[str], *, sudo: bool) -> list[str]:
    """A command line for root by sudo(8); without `sudo` also on a machine that has none, for root's own login."""
    if sudo:
        return ["sudo", "-n", *words]
    plain = shlex.join(words[1:]) if words[0] == "-H" else '"$SHELL" -l'
    return [
        "sh",
        "-c",
        f'if [ "$(id -u)" -eq 0 ]; then exec {plain}; else exec {shlex.join(["sudo", "-n", *words])}; fi',
    ]
