"""Which language a command speaks.

The first one that is given counts: the option --lang, LAB_LANG, the class of the student whose lab the folder is,
then the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from classroom.school import student_language
from inventory.errors import ConfigError
from language import choice, speech

OPTION, VARIABLE = "--lang", "LAB_LANG"
FOLDERS = ("--in", "--root")
"""The options that name the folder of the lab; the first one that is given counts."""
Lang = Annotated[
    str,
    typer.Option(
        OPTION,
        metavar="CODE",
        help="The language: en or zh. Without it, LAB_LANG decides, then the class of student.yaml, then LANG.",
    ),
]


def use(wanted: str) -> None:
    """Speak the language that was asked for; "" changes nothing. Raises ConfigError."""
    if not wanted:
        return
    code = choice.known(wanted)
    if code is None:
        there = ", ".join(f"{one} ({name})" for one, name in choice.LANGUAGES.items())
        raise ConfigError(f"{OPTION} {wanted}: there is no such language.", hint=f"One of: {there}")
    if code != speech.code():
        speech.use(code)


def begin(words: Sequence[str]) -> None:
    """Choose the language before the command line is read, because its help and its mistakes are shown in it."""
    asked = (*_values(words, OPTION), os.environ.get(VARIABLE, ""))
    folder = next((one for option in FOLDERS for one in _values(words, option)), ".")
    code = (
        next(filter(None, map(choice.known, asked)), None)
        or student_language.language(Path(folder))
        or choice.of_environment(os.environ)
    )
    if code != speech.code():
        speech.use(code)


def _values(words: Sequence[str], option: str) -> list[str]:
    """The values of an option that stands before the command."""
    found = []
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            found.append(words[at + 1])
        elif word.startswith(f"{option}="):
            found.append(word.partition("=")[2])
    return found
