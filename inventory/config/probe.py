"""lab.yaml's `drill.probe`: what the probe asks, and how long it waits for the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from inventory.config.yaml_document import YamlNode, listed
from inventory.model import LONGEST_PROBE_TIMEOUT_MS
from inventory.probes import PAGE, PORTS, ProbeKind, ProbeRequest

WRITES = {"write": ("writer", "number"), "read": ("writer",), "remove": ("writer",)}
"""The SQL texts with which a drill writes numbers, and the placeholders that each must have; it has no others."""
MOST_LOST = 10_000
KEYS = {
    "http": ((), ("port", "path")),
    "tcp": (("port",), ()),
    "sql": (("database", "user", "query"), ("port", *WRITES, "may_lose")),
    "command": (("command",), ()),
}
"""The keys of each kind beside kind and timeout_ms: needed and optional ones."""
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_NAME = re.compile(r"[A-Za-z_][\w-]{0,62}", re.ASCII)
_PATH = re.compile(r"/[\w./~%&=?+-]*", re.ASCII)


def probe(yaml_node: YamlNode) -> tuple[ProbeRequest, int | None]:
    """Read what the probe asks, and its own time limit (milliseconds; None: that of all requests)."""
    if not yaml_node.present:
        return PAGE, None
    kind = yaml_node.child("kind").one_of(tuple(KEYS))
    if kind is None:
        if not yaml_node.child("kind").present:
            yaml_node.fields(("kind",), ("timeout_ms", *_all_keys()))
        return PAGE, None
    needed, optional = KEYS[kind]
    part = yaml_node.fields(("kind", *needed), ("timeout_ms", *optional))
    limit = part["timeout_ms"].whole(50, LONGEST_PROBE_TIMEOUT_MS, "milliseconds")
    port, path = PORTS[kind], "/"
    if "port" in part and part["port"].present:
        port = part["port"].whole(1, 65535) or 0
    if "path" in part and part["path"].present:
        path = part["path"].text('a path, such as "/status"', lambda text: bool(_PATH.fullmatch(text))) or ""
    if kind == "sql":
        name = "a name: letters, digits, _ and -"
        texts = {
            key: part[key].text(name, lambda text: bool(_NAME.fullmatch(text))) or ""
            for key in ("database", "user")
        }
        query = part["query"].text("a query") or ""
        request = ProbeRequest("sql", port, path, texts["database"], texts["user"], query)
        request = replace(request, **_writes(part))
        may_lose = part["may_lose"].whole(0, MOST_LOST, "acknowledged writes")
        if part["may_lose"].present and not request.write:
            part["may_lose"].remark(f"it needs the keys {listed(WRITES)} beside it")
        return replace(request, may_lose=may_lose or 0), limit
    command = tuple(_words(part["command"])) if kind == "command" else ()
    return ProbeRequest(cast(ProbeKind, kind), port, path, command=command), limit


def _writes(part: Mapping[str, YamlNode]) -> dict[str, Any]:
    """The texts of WRITES: all of them, or none."""
    present = [key for key in WRITES if part[key].present]
    for key in present:
        if missing := [one for one in WRITES if one not in present]:
            part[key].remark(f"it needs {listed(missing)} beside it")
            break
    return {key: _statement(part[key], WRITES[key]) for key in present}


def _statement(yaml_node: YamlNode, placeholders: Sequence[str]) -> str:
    """An SQL text with exactly these placeholders."""
    wanted = listed(f"{{{one}}}" for one in placeholders)

    def has_them(text: str) -> bool:
        return set(_PLACEHOLDER.findall(text)) == set(placeholders)

    return yaml_node.text(f"an SQL statement with {wanted}, and with no other word in braces", has_them) or ""


def _all_keys() -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for parts in KEYS.values() for part in parts for key in part))


def _words(yaml_node: YamlNode) -> list[str]:
    allowed = 'a list of words: the program and its arguments, such as [nc, -z, "{vip}", "25"]'
    items = yaml_node.items("words")
    words = [one.text(allowed) or "" for one in items]
    if isinstance(yaml_node.value, list) and not items:
        yaml_node.wrong(allowed)
    return words
