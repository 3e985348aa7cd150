"""Several readings in one remote command: each prints a section of its own, and `read` takes the output apart."""

from __future__ import annotations

from collections.abc import Mapping

MARK = "@@part "
"""The beginning of the line before each section; the section's name follows."""


def script(parts: Mapping[str, str]) -> str:
    """A shell text that prints the stdout of each part as a section of that name. A part that fails stops no other."""
    each = (f"printf '\\n{MARK}{name}\\n'\n( {text}\n) 2>/dev/null" for name, text in parts.items())
    return "\n".join([*each, "true"])


def read(out: str) -> dict[str, str]:
    """The sections by name, each exactly as it was printed; empty where a part printed nothing."""
    parts = (section.partition("\n") for section in f"\n{out}".split(f"\n{MARK}")[1:])
    return {name: text for name, _, text in parts}
