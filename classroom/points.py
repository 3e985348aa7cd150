"""What an exercise is worth, and what help costs. The default prices are in points.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from classroom.texts import load
from inventory.errors import ConfigError

MOST = 1000.0


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The points of a solved exercise, the price of each hint in their order, and the price of the plan."""

    solved: float = 10
    hints: tuple[float, ...] = (1, 2, 3)
    plan: float = 5

    def hint(self, number: int) -> float:
        """The price of a hint (1 is the first one); without its own price, the price of the last one."""
        return self.hints[min(number, len(self.hints)) - 1] if self.hints else 0


def default() -> Prices:
    """The prices of points.yaml."""
    return read(load("points.yaml"), "points.yaml")


def of_file(path: Path) -> Prices:
    """The prices of a YAML file with some of the keys of points.yaml. Raises ConfigError."""
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"The file of points {path} cannot be read: {error}") from error
    return read(row, str(path))


def read(row: Any, place: str) -> Prices:
    """Prices from data of YAML or JSON. Raises ConfigError."""
    allowed = "solved, hints (a list) and plan, numbers from 0 to 1000"
    try:
        found = msgspec.convert(row, Prices)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{place}: {error}; allowed: {allowed}") from error
    if not all(0 <= one <= MOST for one in (found.solved, found.plan, *found.hints)):
        raise ConfigError(f"{place}: a number is out of range; allowed: {allowed}")
    return found
