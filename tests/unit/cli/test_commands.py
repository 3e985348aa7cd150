"""The table of commands is that of the modules, and a command imports no module of another one."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import main
from cli.commands import TOPICS
from cli.help_texts import TranslatedGroup


@pytest.mark.parametrize("topic", TOPICS)
def test_a_module_has_the_commands_of_the_table(topic: str) -> None:
    app = typer.Typer()
    import_module(f"cli.{topic}").register(app)
    assert tuple(typer.main.get_group(app).commands) == TOPICS[topic]


def test_the_help_page_has_all_commands() -> None:
    said = CliRunner().invoke(main.app, ["--help"]).output
    group: Any = typer.main.get_command(main.app)
    shown = [name for names in TOPICS.values() for name in names if not group.commands[name].hidden]
    assert [name for name in shown if f"│ {name} " not in said] == []


def test_a_command_imports_no_module_of_another_one() -> None:
    asked = (
        "import sys; from cli import main; sys.argv = ['lab', 'halt', '--help']\n"
        "try: main.main()\n"
        "except SystemExit: pass\n"
        "slow = ('drill.report', 'jinja2', 'benchmarks', 'textual')\n"
        "print('imported:', [one for one in slow if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported: []"


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("statos", "No such command 'statos'. Did you mean 'status'"),
        ("xyzzy", "No such command 'xyzzy'."),
        ("bench statos", "No such command 'statos'. Did you mean 'status'"),
        ("task xyzzy", "No such command 'xyzzy'."),
    ],
)
def test_an_unknown_command_gets_the_names_that_are_like_it(word: str, answer: str) -> None:
    done = CliRunner().invoke(main.app, word.split())
    assert done.exit_code == 2
    assert answer in " ".join(done.output.split())


def test_each_group_of_commands_answers_in_the_chosen_language() -> None:
    group: Any = typer.main.get_command(main.app)
    own = [name for name in group.commands if hasattr(group.commands[name], "commands")]
    assert {"bench", "class", "kit", "task"} <= set(own)
    assert [name for name in own if not isinstance(group.commands[name], TranslatedGroup)] == []
