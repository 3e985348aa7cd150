"""Every command says what it is for (Command.purpose): the tests' fake lab and the log know it by that."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.support.fake_lab import FakeLab

ROOT = Path(__file__).parents[2]
LAYERS = ("cluster", "status", "provision", "drill", "classroom", "benchmarks", "cli", "pytest_ha_lab")
SOURCES = {
    str(path.relative_to(ROOT)): path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))
}


def called(call: ast.Call) -> str:
    """The name of what is called, such as "Command" or "Command.script"; "" for anything but names and a dot."""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return f"{call.func.value.id}.{call.func.attr}"
    return call.func.id if isinstance(call.func, ast.Name) else ""


@cache
def made(path: Path) -> tuple[ast.Call, ...]:
    """Each call that makes a Command or, outside of the faults, an action with a script.

    A fault's actions get their purpose from the injector.
    """
    return tuple(
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (
            called(node) in ("Command", "Command.script")
            or (called(node) == "NodeAction" and path.parent.name != "faults" and not has(node, "power"))
        )
    )


def has(call: ast.Call, keyword: str) -> bool:
    return any(one.arg == keyword for one in call.keywords)


@pytest.mark.parametrize("name", SOURCES)
def test_every_command_has_a_purpose(name: str) -> None:
    without = [call.lineno for call in made(SOURCES[name]) if not has(call, "purpose")]
    assert not without, f"{name}: no purpose in line {', '.join(map(str, without))}"


def test_the_fake_lab_knows_every_purpose_of_a_drill() -> None:
    purposes = {
        keyword.value.value
        for name, path in SOURCES.items()
        if name.startswith(("drill/", "status/")) and name != "status/adoption.py"
        for call in made(path)
        for keyword in call.keywords
        if keyword.arg == "purpose" and isinstance(keyword.value, ast.Constant)
    }
    assert len(purposes) >= 8
    unknown = {one for one in purposes if not hasattr(FakeLab, f"_{str(one).replace('-', '_')}")}
    assert not unknown, "tests/support/fake_lab.py needs a method for each"
