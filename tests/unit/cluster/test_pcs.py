from __future__ import annotations

import shlex
from typing import Any, get_args

import pytest

from cluster import pcs
from inventory.errors import ConfigError
from inventory.model import Colocation, Location, Order
from inventory.platforms.base import PcsGeneration
from language import fast_yaml
from tests.support.example_lab import CASES

ROWS = fast_yaml.read((CASES / "pcs.yaml").read_text())
GENERATIONS = get_args(PcsGeneration)
NOUNS = {"colocation": Colocation, "order": Order, "location": Location}


def argument(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1 and (noun := next(iter(value))) in NOUNS:
        return NOUNS[noun](*value[noun])
    return value


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['call']}-{len(row['with'])}")
def test_words(row: dict[str, Any], generation: PcsGeneration) -> None:
    want = row.get(generation, row["all"])
    call = getattr(pcs, row["call"])
    arguments = [argument(value) for value in row["with"]]
    if want == "error":
        with pytest.raises(ConfigError, match=r"0\.9"):
            call(generation, *arguments, **row.get("named", {}))
    else:
        assert call(generation, *arguments, **row.get("named", {})) == tuple(shlex.split(want))


def test_every_operation_has_a_case() -> None:
    public = {
        name
        for name, value in vars(pcs).items()
        if callable(value) and value.__module__ == pcs.__name__ and not name.startswith("_")
    }
    assert public == {row["call"] for row in ROWS}
