"""Every command says what it is for (Command.purpose): the tests' fake lab and the log know it by that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_lab import FakeLab

ROOT = Path(__file__).parents[2]
LAYERS = ("cluster", "status", "provision", "drill", "classroom", "benchmarks", "cli", "pytest_ha_lab")
SOURCES = {
    str(path.relative_to(ROOT)): path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))
}


def made(path: Path) -> Iterator[ast.Call]:
    """Each call that makes a Command or, outside of the faults, an action with a script.

    A fault's actions get their purpose from the injector.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and (
            name in ("Command", "Command.script")
            or (name == "NodeAction" and path.parent.name != "faults" and not has(node, "power"))
        ):
            yield node


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
