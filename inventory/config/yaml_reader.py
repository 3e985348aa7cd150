"""Reads a YAML text into a YamlNode, and replaces values of it on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from inventory.config.yaml_document import YamlDocument, YamlNode, joined, show
from inventory.errors import ConfigError
from language import fast_yaml

MOST_DEEP, MOST_VALUES = 16, 10_000
"""The deepest nesting that is read, and the most values, each counted once for each alias that leads to it."""


def read(text: str, where: str) -> YamlNode:
    """Read a YAML document with the line of every key; duplicate keys are noted as mistakes.

    `where` names the document in messages. Raises ConfigError with the line when the text is not YAML.
    """
    try:
        try:
            return _read(text, where, fast_yaml.LOADER)
        except yaml.YAMLError:  # libyaml words it otherwise: one text has the same message on every machine
            return _read(text, where, yaml.SafeLoader)
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


def _read(text: str, where: str, loader: type[yaml.SafeLoader]) -> YamlNode:
    document = YamlDocument(where)
    _refuse_depth(text, loader, where)
    tree = yaml.compose(text, Loader=loader)
    if tree is None:
        return YamlNode(None, "", document)
    _survey(tree, "", document, ())
    return YamlNode(SafeConstructor().construct_document(tree), "", document)


def change(document: YamlNode, changes: Mapping[str, object]) -> YamlNode:
    """Replace values at dotted key paths ("corosync.token_ms", "nodes[0].address").

    When only the last key of a path does not exist, it is added, and checked like any other. Raises ConfigError when
    an earlier part of the path does not exist.
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


def _refuse_depth(text: str, loader: type[yaml.SafeLoader], where: str) -> None:
    """Raise ConfigError at the first value that is nested too deeply: the rest of the text is not read."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEEP:
            raise ConfigError(
                f"{where}: line {_line(event)}: more than {MOST_DEEP} levels, which is too deep for lab.yaml",
                hint=f"correct {where}; nothing was changed",
            )


def _survey(node: yaml.Node, path: str, document: YamlDocument, above: tuple[yaml.Node, ...]) -> None:
    document.lines.setdefault(path, node.start_mark.line + 1)
    document.values += 1
    if document.values > MOST_VALUES:
        raise ConfigError(
            f"{document.where}: line {node.start_mark.line + 1}: more than {MOST_VALUES} values, counted with"
            " aliases, which is too much for lab.yaml",
            hint=f"correct {document.where}; nothing was changed",
        )
    if node in above:
        raise ConfigError(
            f"{document.where}: line {node.start_mark.line + 1}: {path}: this alias contains itself",
            hint=f"write the values out in {document.where}",
        )
    inside = (*above, node)
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
                    (line, f"line {line}: {below}: this key is here twice, first in line {seen[name]}")
                )
            seen[name] = line
            document.lines.setdefault(below, line)
            _survey(item, below, document, inside)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
