"""Values of lab.yaml with which no lab can be built are told at once, with their line: cases in tests/cases/config."""

from __future__ import annotations

from typing import Any

import pytest

from cluster import feasible
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from language import fast_yaml
from tests.support.example_lab import CASES

TEXT = (CASES.parent.parent / "lab.yaml").read_text()
ROWS: list[dict[str, Any]] = fast_yaml.read((CASES / "feasible.yaml").read_text())


def changed(row: dict[str, Any]) -> str:
    text = TEXT
    for old, new in row["replace"].items():
        assert old in text, f"lab.yaml has no {old!r}"
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_a_case(row: dict[str, Any]) -> None:
    text = changed(row)
    if "says" in row:
        with pytest.raises(ConfigError) as caught:
            lab_yaml.parse(text, "lab.yaml", judge=feasible.problems)
        line = 1 + next(at for at, one in enumerate(text.splitlines()) if row["at"] in one)
        assert f"line {line}: {row['says']}" in caught.value.message
    else:
        lab = lab_yaml.parse(text, "lab.yaml", judge=feasible.problems)
        assert [row.get("doubt", "")[:20] in doubt for doubt in feasible.doubts(lab)] == (
            [True] if "doubt" in row else []
        )


def test_the_fast_profile_is_the_lab_with_a_short_token_and_a_clone() -> None:
    fast = lab_yaml.load(CASES.parent.parent / "examples" / "fast" / "lab.yaml", {}, feasible.problems)
    usual = lab_yaml.parse(TEXT, "lab.yaml")
    assert list(feasible.doubts(fast)) == []
    assert (fast.corosync.token_ms, fast.corosync.consensus_ms) == (400, 480)
    assert {one.kind: one.clone for one in fast.resources} == {"address": False, "web": True}
    assert (fast.nodes, fast.vip, fast.properties) == (usual.nodes, usual.vip, usual.properties)
