"""The structure of the product, measured from its imports: layers, rooms of drill, arrows, and the size of modules.

The lint run holds the same layers with import-linter (pyproject.toml); here they are counted, so that growth is seen.
An arrow is an import from one room into another, counted once for each pair of rooms.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import grimp
import pytest

from tests.support.example_lab import CASES

ROOT = CASES.parent.parent
LAYERS = (
    ("pytest_ha_lab",),
    ("cli",),
    ("classroom", "benchmarks", "watch"),
    ("provision", "drill"),
    ("status",),
    ("cluster",),
    ("inventory",),
    ("language",),
)
"""From the top to the bottom; the packages of one layer do not import one another."""
WINGS = (
    ("suite",),
    ("execute", "report"),
    ("checks", "observe"),
    ("scenarios", "analysis"),
    ("faults", "record"),
)
"""The rooms of drill, from the top to the bottom."""
MOST_ROOMS, MOST_ARROWS, MOST_LINES = 10, 20, 260
NOT_FOR_EXECUTE = {"checks", "report"}
PACKAGES = [name for layer in LAYERS for name in layer]

Arrow = tuple[str, str]


@cache
def imports() -> dict[Arrow, list[str]]:
    """Every import of the product between two modules, with the line for a message."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {
        (importer, imported): [f"{importer} imports {imported}"]
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }


def arrows(package: str = "") -> dict[Arrow, list[str]]:
    """The arrows between the rooms of a package, or between the packages themselves."""
    depth = package.count(".") + 1 if package else 0
    found: dict[Arrow, list[str]] = {}
    for (importer, imported), lines in imports().items():
        ends = [name.split(".") for name in (importer, imported)]
        if package and not all(end[:depth] == package.split(".") and len(end) > depth for end in ends):
            continue
        one, other = (end[depth] for end in ends)
        if one != other:
            found.setdefault((one, other), []).extend(lines)
    return found


def upwards(layers: tuple[tuple[str, ...], ...], found: dict[Arrow, list[str]]) -> list[str]:
    """The imports that do not lead downwards."""
    height = {room: -number for number, layer in enumerate(layers) for room in layer}
    return sorted(
        line for (one, other), lines in found.items() if height[one] <= height[other] for line in lines
    )


def test_the_floors_import_downwards_only() -> None:
    assert upwards(LAYERS, arrows()) == []


def test_every_room_of_drill_has_its_place() -> None:
    folder = ROOT / "drill"
    rooms = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in folder.glob("*/__init__.py")}
    assert rooms == {room for layer in WINGS for room in layer}
    assert len(rooms) <= MOST_ROOMS, "drill grows flat: put the new room into one of those that are there"


def test_the_rooms_of_drill_import_downwards_only() -> None:
    """Without an arrow upwards or to the side there is no circle either."""
    assert upwards(WINGS, arrows("drill")) == []


def test_drill_has_few_arrows() -> None:
    found = sorted(arrows("drill"))
    shown = ", ".join(f"{one} -> {other}" for one, other in found)
    assert len(found) <= MOST_ARROWS, f"{len(found)} arrows between the rooms of drill: {shown}"
    assert ("execute", "faults") in found, "a count that sees nothing proves nothing"


def test_what_runs_a_scenario_neither_judges_nor_reports_it() -> None:
    assert {other for one, other in arrows("drill") if one == "execute"}.isdisjoint(NOT_FOR_EXECUTE)


def test_no_module_is_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert len(lengths) > 100, "a count that sees nothing proves nothing"
    long = {name: length for name, length in lengths.items() if length > MOST_LINES}
    assert long == {}, f"split these by what they are about, each part under {MOST_LINES} lines"


@pytest.mark.parametrize(("upper", "lower"), list(pairwise(WINGS)))
def test_an_arrow_upwards_would_be_seen(upper: tuple[str, ...], lower: tuple[str, ...]) -> None:
    arrow = {(lower[0], upper[0]): ["a line"]}
    assert upwards(WINGS, arrow) == ["a line"]
    assert upwards(WINGS, {(upper[0], lower[0]): ["a line"]}) == []
