"""The cluster properties of lab.yaml, against tests/cases/cluster_properties.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.config.cluster_properties import fencing, in_effect, table
from inventory.config.lab_yaml import load
from inventory.errors import ConfigError
from language import fast_yaml
from tests.support.example_lab import CASES

LAB = Path(__file__).parents[4] / "lab.yaml"
DATA = fast_yaml.read((CASES / "cluster_properties.yaml").read_text())
DEFAULTS = [
    pytest.param(name, default, id=f"{release} {name}")
    for release, known in DATA["defaults"].items()
    for name, default in known.items()
]


def taken(name: str, written: object) -> str:
    return load(LAB, {f"properties.{name}": written}).properties[name]


@pytest.mark.parametrize(("name", "default"), DEFAULTS)
def test_every_release_default_is_accepted(name: str, default: str) -> None:
    assert taken(name, default) == default, f"pacemaker itself has {name}={default}"


@pytest.mark.parametrize(("name", "written", "text"), DATA["accepted"])
def test_accepted(name: str, written: object, text: str) -> None:
    assert taken(name, written) == text


@pytest.mark.parametrize(("name", "written", "says"), DATA["refused"])
def test_refused(name: str, written: object, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        taken(name, written)
    assert f"properties.{name}: " in caught.value.message
    assert says in caught.value.message


@pytest.mark.parametrize("row", DATA["released"], ids=lambda row: " ".join(map(str, row[:3])))
def test_a_platform_has_one_release(row: list[str]) -> None:
    platform, name, written, *says = row
    changes = {"platform": platform, f"properties.{name}": written}
    if not says:
        assert name in load(LAB, changes).properties
        return
    with pytest.raises(ConfigError) as caught:
        load(LAB, changes)
    assert f"properties.{name}: {says[0]}" in caught.value.message


@pytest.mark.parametrize(
    ("properties", "on"),
    [
        ({}, True),
        ({"stonith-enabled": "false"}, False),
        ({"fencing-enabled": "off"}, False),
        ({"stonith-enabled": "false", "fencing-enabled": "true"}, True),
        ({"stonith-enabled": "true", "fencing-enabled": "no"}, False),
        ({"stonith-enabled": "nonsense"}, True),
    ],
)
def test_the_new_name_goes_before_the_old_one(properties: dict[str, str], on: bool) -> None:
    assert fencing(properties) is on
    assert in_effect({"stop-orphan-resources": "false"}, "stop-orphan-resources") == "false"
    assert in_effect({"fencing-action": "off"}, "stonith-action") == "off"
    assert in_effect(properties, "dc-deadtime") is None


def test_every_row_of_the_table_is_whole() -> None:
    rows = table()
    assert [name for name, row in rows.items() if (row.type == "select") != bool(row.values)] == []
    assert [name for name, row in rows.items() if row.low is not None and row.type != "integer"] == []
    written = fast_yaml.read((LAB.parent / "inventory/config/cluster_properties.yaml").read_text())
    renamed = {row["renamed"] for row in written.values() if "renamed" in row}
    assert renamed <= rows.keys(), "the new name is a property too"
    assert [name for name, row in rows.items() if not row.known_values.keys() <= set(row.values)] == []
    assert list(rows) == sorted(rows), "the table is in alphabetical order"
