"""Every command of ./lab in the pages for teachers and students exists, with the options that they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli import main
from drill.scenarios import catalog

ROOT = Path(__file__).parents[2]
PAGES = (
    "docs/teacher.md",
    "docs/student.md",
    "docs/exercises.md",
    "docs/walk.md",
    "docs/offline.md",
    "README.md",
)
_COMMAND = re.compile(r"\./lab ((?:[^`#\n|]|\\\|)*)")


def lines(page: str) -> Iterator[str]:
    """Each command of a page: in a block of a console, or between backticks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    for block in blocks:
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ ./lab"))
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    yield from (span for span in re.findall(r"`([^`\n]+)`", outside) if "./lab " in span)


COMMANDS = sorted(
    {(page, found[1].strip()) for page in PAGES for line in lines(page) for found in _COMMAND.finditer(line)}
)
APP = typer.main.get_command(main.app)


def unknown(words: list[str]) -> str:
    """What of a command line does not exist; "" when all of it does. Words in capitals stand for a value."""
    at: Any = APP
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            name = word.partition("=")[0]
            option = next((one for one in at.params if name in (*one.opts, *one.secondary_opts)), None)
            if option is None:
                return f"{at.name} has no option {name}"
            if getattr(option, "is_flag", True) is False and "=" not in word and words:
                words.pop(0)
        elif hasattr(at, "commands"):
            if word.isupper():
                return ""
            if word not in at.commands:
                return f"there is no command {word}"
            at = at.commands[word]
            if at.name in ("ssh", "test"):  # the rest belongs to the node, or to tox
                return ""
        elif at.name == "drill" and word.islower() and word not in catalog.SCENARIOS:
            return f"there is no scenario {word}"
    return ""


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 40, "a test that reads nothing proves nothing"


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda text: text[:50])
def test_a_documented_command_exists(page: str, line: str) -> None:
    plain = line.replace("\\|", "|").split(" && ")[0].split(";")[0].split(" > ")[0].rstrip(".,:)")
    words = shlex.split(plain) if "'" not in plain else plain.split()
    assert unknown([word for word in words if word not in ("...", "…")]) == "", f"{page}: ./lab {line}"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "there is no command nonsense"),
        ("up --nonsense", "up has no option --nonsense"),
        ("class nonsense", "there is no command nonsense"),
        ("drill nonsense", "there is no scenario nonsense"),
        ("--lab 2 up --platform debian12", ""),
        ("ssh node1 df -h", ""),
    ],
)
def test_a_wrong_command_is_seen(line: str, why: str) -> None:
    assert unknown(shlex.split(line)) == why
