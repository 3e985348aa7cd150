"""The option --lang, which counts before the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from inventory.errors import ConfigError
from language import choice, speech

OPTION = "--lang"
Lang = Annotated[
    str,
    typer.Option(
        OPTION,
        metavar="CODE",
        help="The language: en or zh. Without it, LANGUAGE, LC_ALL, LC_MESSAGES or LANG decides.",
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
    asked = next((choice.known(one) for one in _asked(words)), None)
    code = asked or choice.of_environment(os.environ)
    if code != speech.code():
        speech.use(code)


def _asked(words: Sequence[str]) -> list[str]:
    """The values of --lang among the options that stand before the command."""
    found = []
    for at, word in enumerate(words):
        if word == OPTION and at + 1 < len(words):
            found.append(words[at + 1])
        elif word.startswith(f"{OPTION}="):
            found.append(word.partition("=")[2])
    return found
