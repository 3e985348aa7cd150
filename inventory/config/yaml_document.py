"""A YAML document with typed reads. Each mistake is noted with its line, and reading continues."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory.errors import ConfigError

ABSENT: Any = object()
"""The value of a field that is not in the document. The field is optional, or the mistake is already noted."""


@dataclass
class YamlDocument:
    """One document: its mistakes, and the line of each key path.

    `where` is the document's name in messages. `changed` has the key paths whose values were replaced on request.
    """

    where: str
    lines: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    values: int = 0
    """The number of values that were seen."""

    def note(self, path: str, text: str) -> None:
        """Note a mistake at a key path, with the line of the path or of its nearest parent."""
        line = self.line(path)
        place = "changed on request: " if self._is_changed(path) else f"line {line}: " if line else ""
        mistake = (line, f"{place}{path or 'the document'}: {text}")
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def line(self, path: str) -> int:
        """Give the line (from 1) of a key path or of its nearest parent; 0 when none of them is in the document."""
        while path and path not in self.lines:
            path = _parent(path)
        return self.lines.get(path, 0)

    def _is_changed(self, path: str) -> bool:
        while path and path not in self.changed:
            path = _parent(path)
        return path in self.changed

    def close(self) -> None:
        """Raise ConfigError with all mistakes, in the order of the document; do nothing when there are none."""
        if not self.mistakes:
            return
        texts = [text for _, text in sorted(self.mistakes, key=lambda mistake: mistake[0])]
        count = "1 mistake" if len(texts) == 1 else f"{len(texts)} mistakes"
        listing = "\n".join(f"  {text}" for text in texts)
        raise ConfigError(
            f"{self.where}: {count}\n{listing}", hint=f"correct {self.where}; nothing was changed"
        )


@dataclass(frozen=True)
class YamlNode:
    """A value of the document with its key path. A read that fails notes the mistake and returns None."""

    value: Any
    path: str
    document: YamlDocument

    @property
    def present(self) -> bool:
        """The document has this field."""
        return self.value is not ABSENT

    def wrong(self, allowed: str) -> None:
        """Note a wrong value, with the values that are allowed."""
        self.document.note(self.path, f"found {show(self.value)}; allowed: {allowed}")

    def remark(self, text: str) -> None:
        """Note a mistake with a text of its own."""
        self.document.note(self.path, text)

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, YamlNode]:
        """Read the fields of a mapping; note unknown and missing keys. An empty optional field counts as absent."""
        known = (*required, *optional)
        table: Mapping[Any, Any] = {}
        if isinstance(self.value, Mapping):
            table = self.value
        elif self.present and (self.value is not None or required):
            self.wrong(f"a mapping with the keys {listed(known)}")
        for key in table:
            if key not in known:
                self.unknown(key, [name for name in known if name not in table] or known, known)
        result = {}
        for name in known:
            value = table.get(name, ABSENT)
            if value is None and name in optional:
                value = ABSENT
            result[name] = YamlNode(value, joined(self.path, name), self.document)
            if name in required and name not in table and isinstance(self.value, Mapping):
                self.document.note(self.path, f"the key {name} is missing")
        return result

    def child(self, name: str) -> YamlNode:
        """The value of a key, ABSENT without it; whether the key is allowed is not judged."""
        value = self.value.get(name, ABSENT) if isinstance(self.value, Mapping) else ABSENT
        return YamlNode(value, joined(self.path, name), self.document)

    def unknown(self, key: object, near: Iterable[str], known: Iterable[str]) -> None:
        """Note an unknown key, and suggest the most similar key of `near`, or else list all of `known`."""
        match = difflib.get_close_matches(str(key).lower(), list(near), n=1)
        hint = f"did you mean {match[0]}?" if match else f"allowed: {listed(known)}"
        self.document.note(joined(self.path, str(key)), f"unknown key {show(key)}; {hint}")

    def items(self, of: str) -> list[YamlNode]:
        """Read the items of a list."""
        if isinstance(self.value, list):
            return [YamlNode(item, f"{self.path}[{at}]", self.document) for at, item in enumerate(self.value)]
        if self.present:
            self.wrong(f"a list of {of}")
        return []

    def pairs(self, of: str) -> list[tuple[str, YamlNode]]:
        """Read the keys and values of a mapping that may have any keys."""
        if not isinstance(self.value, Mapping):
            if self.present and self.value is not None:
                self.wrong(f"a mapping of {of}")
            return []
        return [
            (str(key), YamlNode(item, joined(self.path, str(key)), self.document))
            for key, item in self.value.items()
        ]

    def text(self, allowed: str, test: Callable[[str], bool] = bool) -> str | None:
        """Read a text that passes the test."""
        if isinstance(self.value, str) and test(self.value):
            return self.value
        if self.present:
            self.wrong(allowed)
        return None

    def one_of(self, values: Sequence[str]) -> str | None:
        """Read one of the allowed words; the message of a mistake suggests the most similar one."""
        if isinstance(self.value, str) and self.value in values:
            return self.value
        if self.present:
            match = difflib.get_close_matches(str(self.value).lower(), values, n=1)
            self.wrong(listed(values) + (f" (did you mean {match[0]}?)" if match else ""))
        return None

    def whole(self, low: int, high: int, what: str = "") -> int | None:
        """Read a whole number from low to high, both included."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and low <= self.value <= high:
            return self.value
        if self.present:
            self.wrong(f"a whole number from {low} to {high}{what and f' ({what})'}")
        return None

    def number(self, low: float, high: float, what: str) -> float | None:
        """Read a number from low to high, both included."""
        value = self.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        if self.present:
            self.wrong(f"a number from {low:g} to {high:g} ({what})")
        return None

    def above_zero(self, high: float, what: str) -> float | None:
        """Read a number above 0, at most high."""
        value = self.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= high:
            return float(value)
        if self.present:
            self.wrong(f"a number above 0, at most {high:g} ({what})")
        return None

    def flag(self) -> bool | None:
        """Read a boolean."""
        if isinstance(self.value, bool):
            return self.value
        if self.present:
            self.wrong("true, false")
        return None


def joined(path: str, key: str) -> str:
    """Give the path of a key below a path."""
    return f"{path}.{key}" if path else key


def listed(words: Iterable[str]) -> str:
    """Write words as a list for people."""
    return ", ".join(words) or "(none)"


def show(value: object) -> str:
    """Write a value for a message: as in YAML, at most 80 characters."""
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    if isinstance(value, (str, bool, int, float)):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 80 else f"{text[:76]} ..."
    return str(value)


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]
