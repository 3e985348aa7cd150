"""What a student may answer to a question, and whether it is what happened. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

Kind = Literal["node", "yes or no", "resource", "seconds", "count"]
Verdict = Literal["right", "wrong", "open", "unknown"]
"""open: the student did not know. unknown: what happened could not be measured."""
VERDICTS: Mapping[Verdict, str] = {
    "right": "as predicted",
    "wrong": "not as predicted",
    "open": "now you know",
    "unknown": "cannot be judged",
}
"""The verdicts for people."""
DONT_KNOW = ""
"""The answer of Enter alone: "I don't know"."""
NOBODY, NEVER, YES, NO, BOTH = "nobody", "never", "yes", "no", "both at once"
FACTOR, MARGIN_S = 2.0, 0.5
"""A predicted length is right when it is at most this factor, and this many seconds, away from the measured one."""


class Happened(msgspec.Struct, frozen=True):
    """What happened, as the answer to a question: a choice, or a number from `least` to `most` (None: no end).

    `text` is for people. With `known` false it could not be measured, and `text` says why.
    """

    text: str
    value: str = ""
    least: float = 0.0
    most: float | None = None
    known: bool = True


class Asked(msgspec.Struct, frozen=True):
    """One question as it is asked: its id, text and kind, the choices, and the fact that answers it."""

    id: str
    text: str
    kind: Kind
    choices: tuple[str, ...] = ()
    finds: str = ""

    @property
    def allowed(self) -> str:
        """What can be answered, for people."""
        if self.choices:
            return "  ".join(f"{number} {choice}" for number, choice in enumerate(self.choices, start=1))
        return "a number of seconds, or never" if self.kind == "seconds" else "a whole number"


def read(asked: Asked, typed: str) -> str | None:
    """The answer in what a student typed: a choice, or a number as text; None when it is neither.

    A choice may be typed by its number, by its name, or by the beginning of its name when no other begins so. Enter
    alone is DONT_KNOW.
    """
    text = " ".join(typed.split()).lower()
    if not text:
        return DONT_KNOW
    if asked.choices:
        return _choice(asked.choices, text)
    if asked.kind == "seconds" and text in (NEVER, "inf", "infinity"):
        return NEVER
    pattern = r"(\d{1,6}(?:[.,]\d{1,3})?) ?(?:s|seconds?)?" if asked.kind == "seconds" else r"(\d{1,4})"
    found = re.fullmatch(pattern, text, re.ASCII)
    return f"{float(found[1].replace(',', '.')):g}" if found else None


def _choice(choices: Sequence[str], text: str) -> str | None:
    if text.isdecimal() and text.isascii():
        return choices[int(text) - 1] if 0 < int(text) <= len(choices) else None
    exact = [one for one in choices if one.lower() == text]
    begins = exact or [one for one in choices if one.lower().startswith(text)]
    return begins[0] if len(begins) == 1 else None


def judge(asked: Asked, said: str, happened: Happened) -> Verdict:
    """Whether the answer is what happened."""
    if not happened.known:
        return "unknown"
    if said == DONT_KNOW:
        return "open"
    if asked.choices:
        return "right" if said == happened.value else "wrong"
    if said == NEVER or (happened.most is None and asked.kind == "seconds"):
        return "right" if said == NEVER and happened.most is None else "wrong"
    number = float(said)
    if asked.kind == "count":
        return "right" if number == happened.least else "wrong"
    most = happened.least if happened.most is None else happened.most
    close = happened.least / FACTOR - MARGIN_S <= number <= most * FACTOR + MARGIN_S
    return "right" if close else "wrong"


def said(answer: str) -> str:
    """An answer for people."""
    return "I don't know" if answer == DONT_KNOW else answer
