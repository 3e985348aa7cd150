"""The cluster properties of lab.yaml, against tests/cases/cluster_properties.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from inventory.config.cluster_properties import table
from inventory.config.lab_yaml import load
from inventory.errors import ConfigError
from tests.support.example_lab import CASES

LAB = Path(__file__).parents[4] / "lab.yaml"
DATA = yaml.safe_load((CASES / "cluster_properties.yaml").read_text())
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


def test_every_row_of_the_table_is_whole() -> None:
    rows = table()
    assert [name for name, row in rows.items() if (row.type == "select") != bool(row.values)] == []
    assert [name for name, row in rows.items() if row.low is not None and row.type != "integer"] == []
    written = yaml.safe_load((LAB.parent / "inventory/config/cluster_properties.yaml").read_text())
    renamed = {row["renamed"] for row in written.values() if "renamed" in row}
    assert renamed <= rows.keys(), "the new name is a property too"
    assert list(rows) == sorted(rows), "the table is in alphabetical order"
