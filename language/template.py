"""A message with {placeholders}: recognizes a text that was made from it, and makes it in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)(?:![rs])?\}")
_NEIGHBOURS = re.compile(r"\{[A-Za-z_][A-Za-z_0-9]*\}(?:\{[A-Za-z_][A-Za-z_0-9]*\})+")

WEAK = 20
"""A message with fewer fixed letters, such as `{a} of {b}`, fits too many texts: its values must be short."""
_VERY_WEAK = 7
_ENDS = (",", ":", ";")
_SUFFIX = r"(?:[ ,;:(].*)?"
"""What a placeholder directly behind another one takes: nothing, or something that begins in this way."""
_TOGETHER = "together_"


class Template:
    """One message and its translation."""

    def __init__(self, message: str, translation: str) -> None:
        self.message, self.translation = _with_neighbours_as_one(message, translation)
        self.words = tuple(one for one in PLACEHOLDER.sub("\0", message).split("\0") if one)
        """The fixed parts of the message."""
        self.longest = max(self.words, key=len, default="")
        self.weight = sum(one.isalpha() for word in self.words for one in word)
        """How many letters are fixed: a text is made from the message with the most of them that fits."""

    @property
    def fixed(self) -> bool:
        """Whether the message has no placeholder."""
        return not PLACEHOLDER.search(self.message)

    @property
    def very_weak(self) -> bool:
        """Whether it has so few fixed letters that each of its values must be a name or a known text."""
        return self.weight <= _VERY_WEAK

    def may_fit(self, text: str) -> bool:
        """Whether a text has all fixed parts of the message. Much faster than `values`."""
        return all(one in text for one in self.words)

    def values(self, text: str) -> Mapping[str, str] | None:
        """The values of the placeholders in a text; None when the text was not made from this message."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        values = found.groupdict()
        bound = [values[name] for name in self.bound]
        if any("; " in one for one in bound):
            return None
        if not self.very_weak and bound and self.message.endswith(f"{{{self.bound[-1]}}}"):
            bound = bound[:-1]  # its last value may have parts
        if self.weight < WEAK and not all(map(self._takes, bound)):
            return None
        if self.very_weak and any(", " in one for one in bound[:-1]):
            return None  # the first words of another statement
        return values

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        seen: set[str] = set()
        pattern, end = "", 0
        for one in PLACEHOLDER.finditer(self.message):
            pattern += re.escape(self.message[end : one.start()])
            any_text = ".*?" if one.start() != end or not end else _SUFFIX
            pattern += f"(?P={one[1]})" if one[1] in seen else f"(?P<{one[1]}>{any_text})"
            seen.add(one[1])
            end = one.end()
        return re.compile(pattern + re.escape(self.message[end:]), re.DOTALL)

    @cached_property
    def bound(self) -> tuple[str, ...]:
        """The placeholders that have a word of the message before them; after a colon any text may stand."""
        found = []
        for one in PLACEHOLDER.finditer(self.message):
            before = self.message[: one.start()].rstrip(" ")
            if not before.endswith((":", "\n")) and not one[1].startswith(_TOGETHER):
                found.append(one[1])
        return tuple(found)

    def _takes(self, value: str) -> bool:
        """Whether a value can stand in a weak message: a name, a number, a list of names, or one short statement."""
        if "\n" in value or value.endswith(_ENDS) or (": " in value and "; " not in self.message):
            return False
        return not self.very_weak or ", " not in value or all(" " not in one for one in value.split(", "))

    def filled(self, values: Mapping[str, str]) -> str:
        """The translation with the values."""
        return PLACEHOLDER.sub(lambda one: values[one[1]], self.translation)


def _with_neighbours_as_one(message: str, translation: str) -> tuple[str, str]:
    """Make one placeholder of those that stand side by side: nothing tells where the value of one of them ends."""
    for number, one in enumerate(_NEIGHBOURS.findall(message)):
        if one in translation:
            whole = f"{{{_TOGETHER}{number}}}"
            message, translation = message.replace(one, whole), translation.replace(one, whole)
    return message, translation
