"""Several readings by one remote command: each prints a section of its own, and the output is taken apart again."""

from __future__ import annotations

from collections.abc import Mapping

MARK = "@@part "


def script(parts: Mapping[str, str]) -> str:
    """A shell text that prints each part's stdout as a section of that name; none fails, none stops the others."""
    each = (f"printf '\\n{MARK}{name}\\n'\n( {text}\n) 2>/dev/null" for name, text in parts.items())
    return "\n".join([*each, "true"])


def read(out: str) -> dict[str, str]:
    """The sections by name, to the byte as `script` had them printed; empty where a part printed nothing."""
    parts = (section.partition("\n") for section in f"\n{out}".split(f"\n{MARK}")[1:])
    return {name: text for name, _, text in parts}
