"""Numbers with commas between them, as an option of a benchmark gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from inventory.errors import ConfigError

Number = TypeVar("Number", int, float)


def number_list(option: str, text: str, kind: Callable[[str], Number], example: str) -> list[Number]:
    """The numbers, each once, in their order. `kind` reads one of them (int or float). Raises ConfigError."""
    try:
        return list(dict.fromkeys(kind(word) for word in text.split(",")))
    except ValueError:
        raise ConfigError(
            f"{option} {text!r}: this is not a list of numbers.", hint=f"For example {example}."
        ) from None
