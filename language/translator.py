"""Shows an English text in another language.

The lab makes its texts in English, and keeps them so in records, logs and JSON. Only what is shown to a person is
translated, at the moment when it is shown. A text is recognized by the message that it was made from, whose
placeholders give the values. So a record that was written in English years ago is shown in Chinese too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from language.template import Template
from language.words import WORDS

_VERBATIM = re.compile(r"\s*(?:\||\$ |#|\[root@|<)")
"""The beginning of a line that a program wrote, or that is a command."""
_FRAME = re.compile(r"(?s)(\s*(?:\[[a-z ]+\][A-Z✓>-]*\s*\[/[a-z]*\] ?|-> )?)(.*?)(\s*)\Z")
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z`./{])")
_SEPARATORS = {"; ": "；", ", ": "，", ": ": "："}
"""What stands between two statements, in English and in Chinese."""
_REMARK = re.compile(r"(?s)(.*\S) \(((?:[^()]|\([^()]*\))*)\)")
"""A text with a remark in parentheses behind it."""
_SEPARATOR = re.compile("|".join(_SEPARATORS))
_MOST_PLACES = 4
"""How many separators of a text are tried, the first ones: it is divided where the fewest unknown words are left."""
_SIGNS = {**_SEPARATORS, " (": "（"}
_WORD = re.compile(r"(?<![-\w./=:])[a-z]{2,}(?![-\w/=])")
"""A word of a text, which is no part of a name, a path or an option."""
_MOST_WORDS = 8
_LONG = 300
"""For a text with more characters, the first translation that is found is taken."""
_TOO_LONG = 6000
"""Longer texts are not compared with messages: no text of the lab is so long."""


class _Made(NamedTuple):
    """A translation, and how many words in it come from no known message."""

    left: int
    text: str


class Translator:
    """The texts of one language."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        made = [Template(_joined(message), text.strip()) for message, text in translations.items()]
        self._fixed = {one.message: one.translation for one in made}
        self._templates = sorted(
            (one for one in made if not one.fixed and one.weight), key=lambda one: -one.weight
        )
        self._shown: dict[str, str] = {}

    def message(self, message: str) -> str:
        """The translation of a message itself, with its placeholders; the message when there is none."""
        return self._fixed.get(_joined(message), message)

    def show(self, text: str) -> str:
        """A text in this language. What no message is known for (names, commands, outputs) stays as it is."""
        if text not in self._shown:
            self._shown[text] = text if len(text) > _TOO_LONG else self._found(text)
        return self._shown[text]

    def _found(self, text: str) -> str:
        if _VERBATIM.match(text):
            return text
        frame = _FRAME.match(text)
        assert frame is not None
        before, inner, after = frame.groups()
        if not inner:
            return text
        found = self._made(inner)
        if found is None or (found.left and len(inner) <= _LONG):
            parts = self._parts(inner)
            if found is None or len(_WORD.findall(parts)) < found.left:
                return before + parts + after
        return before + found.text + after

    def _whole(self, text: str, ending: str = "") -> str | None:
        """The translation when the whole text was made from one message (with this ending)."""
        found = self._made(text, ending)
        return found.text if found else None

    def _made(self, text: str, ending: str = "") -> _Made | None:
        """The translation when the whole text was made from one message.

        Of several messages that fit, it is the one whose values have the fewest words from no known message; of those,
        the one with the most fixed letters.
        """
        if (fixed := self._fixed.get(_joined(text))) is not None:
            return _Made(0, fixed)
        best: _Made | None = None
        for one in self._templates:
            if one.longest not in text or not one.may_fit(text) or not one.message.endswith(ending):
                continue
            if (values := one.values(text)) is None:
                continue
            shown = {name: self._value(value) for name, value in values.items()}
            if one.very_weak and any(" " in values[name] and _WORD.search(shown[name]) for name in one.bound):
                continue
            left = sum(len(_WORD.findall(value)) for value in shown.values())
            if best is None or left < best.left:
                best = _Made(left, one.filled(shown))
            if not left:
                break
        return best

    def _parts(self, text: str) -> str:
        """A text that was made of several messages: its lines, its sentences, or what separators divide."""
        if "\n" in text:
            return "\n".join(self.show(line) for line in text.split("\n"))
        sentences = _SENTENCE.split(text)
        if len(sentences) > 1:
            shown = [self.show(one) for one in sentences]
            return "".join(shown) if shown != sentences else text
        best: _Made | None = None
        for one in [*_SEPARATOR.finditer(text)][:_MOST_PLACES]:
            found = self._divided(text[: one.start()], one[0], text[one.end() :])
            left = 0 if found is None else len(_WORD.findall(found))
            if found is not None and (best is None or left < best.left):
                best = _Made(left, found)
            if best is not None and (not best.left or len(text) > _LONG):
                break
        if (
            (best is None or best.left)
            and (remark := _REMARK.fullmatch(text))
            and (found := self._divided(remark[1], " (", remark[2])) is not None
            and (best is None or len(_WORD.findall(found)) < best.left)
        ):
            return f"{found}）"
        return self._with_name(text) if best is None else best.text

    def _value(self, value: str) -> str:
        """A value of a message. A single word is a name, which stays as it is, unless it is in WORDS."""
        return self.show(value) if value in WORDS or " " in value.strip() else value

    def _divided(self, first: str, separator: str, rest: str) -> str | None:
        """Two parts and what stands between them; None when no message is known for either.

        The separator and the second part may together be a known message. It is used when its translation leaves at
        most as many unknown words as that of the second part alone.
        """
        if separator == ": " and (label := self._whole(first + ":", ":")) is not None:
            return label + self.show(rest)  # a message that ends with its colon, such as "line {line}: "
        tail = self._tail(separator, rest) if separator != ": " else None
        if tail is not None and not _WORD.search(tail):
            return self.show(first) + tail
        shown_first, shown_rest = self.show(first), self.show(rest)
        if tail is not None and len(_WORD.findall(tail)) <= len(_WORD.findall(shown_rest)):
            return shown_first + tail
        if (shown_first, shown_rest) == (first, rest):
            return None
        return shown_first + _SIGNS[separator] + shown_rest

    def _tail(self, separator: str, rest: str) -> str | None:
        """A message that begins with its separator, such as ", predicted {summary}", and what comes behind it."""
        ends = [(len(rest), ""), *((rest.find(one), one) for one in _SEPARATORS if one in rest)]
        for end, following in sorted(ends, reverse=True):
            if (whole := self._whole(separator + rest[:end])) is not None:
                behind = self.show(rest[end + len(following) :]) if following else ""
                return whole + _SEPARATORS.get(following, "") + behind
        return None

    def _with_name(self, text: str) -> str:
        """A known message with a name or a number behind it, or a word of WORDS behind its number."""
        words = text.split(" ")
        if len(words) == 2 and words[0].isdigit() and words[1] in WORDS:
            return f"{words[0]} {self.show(words[1])}"
        for end in range(min(len(words), _MOST_WORDS) - 1, 0, -1):
            known = self._fixed.get(" ".join(words[:end])) if end > 1 or words[0] in WORDS else None
            rest = self._value(" ".join(words[end:]))
            if known is not None and (end == len(words) - 1 or not _WORD.search(rest)):
                return f"{known} {rest}"
        return text


def _joined(text: str) -> str:
    """A text in one line, without the line breaks and the double spaces of its source."""
    return " ".join(text.split())
