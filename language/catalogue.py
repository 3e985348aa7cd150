"""All translations of a language: the catalogue of the messages (.po), and the files of texts beside their originals.

`checks.zh.yaml` has the texts of `checks.yaml` in Chinese: the same keys, the same {placeholders}.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from language import fast_yaml, po
from language.translator import Translator

ROOMS = (
    "inventory",
    "cluster",
    "status",
    "provision",
    "drill",
    "classroom",
    "benchmarks",
    "watch",
    "cli",
    "pytest_ha_lab",
)
"""The packages that have files of texts."""


def translator(code: str) -> Translator:
    """The translations of a language, by its code."""
    return Translator(translations(code))


def translations(code: str) -> dict[str, str]:
    """Each English text with its translation."""
    found: dict[str, str] = {}
    for original, translated in pairs(code):
        found.update(texts(loaded(original), loaded(translated)))
    return {**found, **po.read(files("language").joinpath(f"{code}.po").read_text(encoding="utf-8"))}


def pairs(code: str) -> Iterator[tuple[Path, Path]]:
    """Each file of texts that has a translation, with the translation."""
    ending = f".{code}.yaml"
    for room in ROOMS:
        for one in sorted(Path(str(files(room))).rglob(f"*{ending}")):
            yield one.with_name(one.name.removesuffix(ending) + ".yaml"), one


def texts(original: Any, translated: Any) -> Iterator[tuple[str, str]]:
    """The texts at the same places of two documents. What the translation leaves out stays English."""
    if isinstance(original, dict) and isinstance(translated, dict):
        for key, value in translated.items():
            yield from texts(original.get(key), value)
    elif isinstance(original, list) and isinstance(translated, list):
        for one, other in zip(original, translated, strict=False):
            yield from texts(one, other)
    elif isinstance(original, str) and isinstance(translated, str):
        yield original, translated


def loaded(file: Path) -> Any:
    """The document of a YAML file."""
    return fast_yaml.read(file.read_text(encoding="utf-8"))
