"""Typed reading of a YAML document in which a mistake is noted with its place and the reading goes on."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from inventory.errors import ConfigError

ABSENT: Any = object()
"""The value of a field that the document does not have (its absence is noted already, or allowed)."""


@dataclass
class YamlDocument:
    """The mistakes found in one document, and the line of each of its key paths."""

    where: str
    lines: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def note(self, path: str, text: str) -> None:
        """Write down a mistake at a key path; the line is that of the path or of its nearest parent."""
        line = self.line(path)
        place = "changed on request: " if self._is_changed(path) else f"line {line}: " if line else ""
        yaml_node = (line, f"{place}{path or 'the document'}: {text}")
        if yaml_node not in self.mistakes:
            self.mistakes.append(yaml_node)

    def line(self, path: str) -> int:
        """Find the line (from 1) where a key path stands; 0 when nothing of it is in the document."""
        while path and path not in self.lines:
            path = _parent(path)
        return self.lines.get(path, 0)

    def _is_changed(self, path: str) -> bool:
        while path and path not in self.changed:
            path = _parent(path)
        return path in self.changed

    def close(self) -> None:
        """Raise ConfigError with all mistakes in the order of the document, if there are any."""
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
    """A value of the document with its key path; a reading that fails is noted and gives None."""

    value: Any
    path: str
    document: YamlDocument

    @property
    def present(self) -> bool:
        """The document has this field."""
        return self.value is not ABSENT

    def wrong(self, allowed: str) -> None:
        """Note that this value is not what is allowed here."""
        self.document.note(self.path, f"found {show(self.value)}; allowed: {allowed}")

    def remark(self, text: str) -> None:
        """Note a mistake in words of its own."""
        self.document.note(self.path, text)

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, YamlNode]:
        """Take the fields of a mapping; note unknown and missing keys. An empty optional one is absent."""
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

    def unknown(self, key: object, near: Iterable[str], known: Iterable[str]) -> None:
        """Note an unknown key, with the nearest known one as a hint."""
        match = difflib.get_close_matches(str(key).lower(), list(near), n=1)
        hint = f"did you mean {match[0]}?" if match else f"allowed: {listed(known)}"
        self.document.note(joined(self.path, str(key)), f"unknown key {show(key)}; {hint}")

    def items(self, of: str) -> list[YamlNode]:
        """Take the items of a list."""
        if isinstance(self.value, list):
            return [YamlNode(item, f"{self.path}[{at}]", self.document) for at, item in enumerate(self.value)]
        if self.present:
            self.wrong(f"a list of {of}")
        return []

    def pairs(self, of: str) -> list[tuple[str, YamlNode]]:
        """Take the keys and values of a mapping whose keys are not fixed."""
        if not isinstance(self.value, Mapping):
            if self.present and self.value is not None:
                self.wrong(f"a mapping of {of}")
            return []
        return [
            (str(key), YamlNode(item, joined(self.path, str(key)), self.document))
            for key, item in self.value.items()
        ]

    def text(self, allowed: str, test: Callable[[str], bool] = bool) -> str | None:
        """Take a text that passes the test."""
        if isinstance(self.value, str) and test(self.value):
            return self.value
        if self.present:
            self.wrong(allowed)
        return None

    def choice(self, values: Sequence[str]) -> str | None:
        """Take one of some words; a near match is hinted at."""
        if isinstance(self.value, str) and self.value in values:
            return self.value
        if self.present:
            match = difflib.get_close_matches(str(self.value).lower(), values, n=1)
            self.wrong(listed(values) + (f" (did you mean {match[0]}?)" if match else ""))
        return None

    def whole(self, low: int, high: int, what: str = "") -> int | None:
        """Take a whole number from low to high, both included."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and low <= self.value <= high:
            return self.value
        if self.present:
            self.wrong(f"a whole number from {low} to {high}{what and f' ({what})'}")
        return None

    def above_zero(self, high: float, what: str) -> float | None:
        """Take a number above 0, at most high."""
        value = self.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= high:
            return float(value)
        if self.present:
            self.wrong(f"a number above 0, at most {high:g} ({what})")
        return None

    def flag(self) -> bool | None:
        """Take a truth value."""
        if isinstance(self.value, bool):
            return self.value
        if self.present:
            self.wrong("true, false")
        return None


def joined(path: str, key: str) -> str:
    """Name the path of a key below a path."""
    return f"{path}.{key}" if path else key


def listed(words: Iterable[str]) -> str:
    """Write words as people list them."""
    return ", ".join(words) or "(none)"


def show(value: object) -> str:
    """Write a value as YAML would, in short."""
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


def read(text: str, where: str) -> YamlNode:
    """Read a YAML document as an Entry with the line of every key; duplicate keys are noted.

    Raises ConfigError with the line when the text is not YAML at all.
    """
    document = YamlDocument(where)
    loader = yaml.SafeLoader  # builds plain values only
    try:
        tree = yaml.compose(text, Loader=loader)
        if tree is not None:
            _survey(tree, "", document, set())
        value = yaml.load(text, Loader=loader)  # noqa: S506 (SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError(
            f"{where}: {at}this is not YAML: {said}",
            hint="indent with spaces; quote texts with : or # in them",
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"{where}: this is not YAML: {first}", hint=f"correct {where}") from error
    return YamlNode(value, "", document)


def change(document: YamlNode, changes: Mapping[str, object]) -> YamlNode:
    """Put other values at dotted key paths ("corosync.token_ms", "nodes[0].address").

    A last key that is new is added (and judged like any other); a path through nothing is a mistake.
    """
    value = _copy(document.value)
    for path, item in changes.items():
        at = value
        *parents, last = path.replace("[", ".").replace("]", "").split(".")
        for key in parents:
            at = _child(at, key)
        if isinstance(at, dict):
            at[last] = item
        elif isinstance(at, list) and last.isdecimal() and int(last) < len(at):
            at[int(last)] = item
        else:
            raise ConfigError(
                f"{document.document.where}: no place for the change {path}={show(item)}",
                hint="name an existing key path, such as corosync.token_ms or nodes[0].address",
            )
        document.document.changed.add(path)
    return YamlNode(value, document.path, document.document)


def _child(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return None


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]


def _survey(node: yaml.Node, path: str, document: YamlDocument, above: set[int]) -> None:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if id(node) in above:
        raise ConfigError(
            f"{document.where}: line {node.start_mark.line + 1}: {path}: this alias contains itself",
            hint=f"write the values out in {document.where}",
        )
    inside = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            _survey(item, f"{path}[{at}]", document, inside)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, item in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            below = joined(path, name)
            if name in seen:
                document.mistakes.append(
                    (line, f"line {line}: {below}: this key stands here twice, first in line {seen[name]}")
                )
            seen[name] = line
            document.lines.setdefault(below, line)
            _survey(item, below, document, inside)
