"""Shows an English text in another language.

The lab makes its texts in English, and keeps them so in records, logs and JSON. Only what is shown to a person is
translated, at the moment when it is shown. A text is recognized by the message that it was made from, whose
placeholders give the values. So a record that was written in English years ago is shown in Chinese too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from language.template import Template

_VERBATIM = re.compile(r"\s*(?:\||\$ |#|\[root@|<)")
"""The beginning of a line that a program wrote, or that is a command."""
_FRAME = re.compile(r"(?s)(\s*(?:\[[a-z ]+\][A-Z✓>-]*\s*\[/[a-z]*\] ?|-> )?)(.*?)(\s*)\Z")
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z`./{])")
_SEPARATORS = {"; ": "；", ", ": "，", ": ": "："}
"""What stands between two statements, in English and in Chinese."""
_MOST_WORDS = 8
_TOO_LONG = 6000
"""Longer texts are not compared with messages: no text of the lab is so long."""


class Translator:
    """The texts of one language."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        made = [Template(_joined(message), text.strip()) for message, text in translations.items()]
        self._fixed = {one.message: one.translation for one in made}
        self._templates = sorted(
            (one for one in made if not one.fixed and one.words), key=lambda one: -one.weight
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
        found = self._whole(inner)
        return before + (self._parts(inner) if found is None else found) + after

    def _whole(self, text: str) -> str | None:
        """The translation when the whole text was made from one message."""
        if (fixed := self._fixed.get(_joined(text))) is not None:
            return fixed
        for one in self._templates:
            if one.may_fit(text) and (values := one.values(text)) is not None:
                return one.filled(values, self.show)
        return None

    def _parts(self, text: str) -> str:
        """A text that was made of several messages: its lines, its sentences, or what separators divide."""
        if "\n" in text:
            return "\n".join(self.show(line) for line in text.split("\n"))
        sentences = _SENTENCE.split(text)
        if len(sentences) > 1:
            shown = [self.show(one) for one in sentences]
            return "".join(shown) if shown != sentences else text
        places = sorted((text.find(one), one) for one in _SEPARATORS if one in text)
        for place, separator in places:
            if (found := self._divided(text[:place], separator, text[place + len(separator) :])) is not None:
                return found
        return self._with_name(text)

    def _divided(self, first: str, separator: str, rest: str) -> str | None:
        """Two parts and what stands between them; None when no message is known for either."""
        if separator == ": " and (label := self._whole(first + ":")) is not None:
            return label + self.show(rest)  # a message that ends with its colon, such as "line {line}: "
        if separator != ": " and (tail := self._tail(separator, rest)) is not None:
            return self.show(first) + tail
        shown_first, shown_rest = self.show(first), self.show(rest)
        if (shown_first, shown_rest) == (first, rest):
            return None
        return shown_first + _SEPARATORS[separator] + shown_rest

    def _tail(self, separator: str, rest: str) -> str | None:
        """A message that begins with its separator, such as ", predicted {summary}", and what comes behind it."""
        ends = [(len(rest), ""), *((rest.find(one), one) for one in _SEPARATORS if one in rest)]
        for end, following in sorted(ends, reverse=True):
            if (whole := self._whole(separator + rest[:end])) is not None:
                behind = self.show(rest[end + len(following) :]) if following else ""
                return whole + _SEPARATORS.get(following, "") + behind
        return None

    def _with_name(self, text: str) -> str:
        """A known message with a name or a number behind it."""
        words = text.split(" ")
        for end in range(min(len(words), _MOST_WORDS) - 1, 0, -1):
            if (known := self._fixed.get(" ".join(words[:end]))) is not None:
                return f"{known} {self.show(' '.join(words[end:]))}"
        return text


def _joined(text: str) -> str:
    """A text in one line, without the line breaks and the double spaces of its source."""
    return " ".join(text.split())
