"""The table of commands is that of the modules, and a command imports no module of another one."""

from __future__ import annotations

import os
import re
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
from language import choice


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


def test_a_mistake_of_the_command_line_is_told_in_the_chosen_language_only() -> None:
    mistakes = (
        "bench statos",
        "bench watch --repeat x",
        "bench token --minutes 0",
        "bench watch more",
        "task list --x",
    )
    asked = (
        "import sys\nfrom cli import main\n"
        f"for words in {mistakes}:\n"
        "    sys.argv = ['lab', *words.split()]\n"
        "    try: main.main()\n"
        "    except SystemExit as end: assert end.code == 2, words\n"
    )
    environment = {name: text for name, text in os.environ.items() if name not in choice.VARIABLES}
    environment |= {"LANG": "zh_CN.UTF-8", "LAB_LANG": "", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True, env=environment
    )
    _, *said = done.stderr.split("错误")
    assert len(said) == len(mistakes)
    for words, panel in zip(mistakes, said, strict=True):
        text = panel.partition("╯")[0]
        other = [
            one
            for one in re.findall(r"[A-Za-z]{2,}", text)
            if one not in {*re.findall("[a-z]+", words), "status"}
        ]
        assert other == [], text
