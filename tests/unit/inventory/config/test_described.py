"""What a record keeps of lab.yaml: the same for each lab of a folder, another one after a change that matters."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.config.described import described
from inventory.config.numbered import numbered
from inventory.model import Resource
from tests.support.example_lab import NODE2, example_lab


def test_labs_of_one_folder_are_the_same() -> None:
    assert described(example_lab()) == described(numbered(example_lab(), 3))
    assert "172.16" not in str(described(example_lab()))


@pytest.mark.parametrize(
    ("key", "value", "change"),
    [
        ("corosync.token_ms", "1000", {"corosync": {"token_ms": 1000}}),
        ("corosync.two_node", "True", {"corosync": {"two_node": True}}),
        ("stickiness", "0", {"stickiness": 0}),
        ("properties.no-quorum-policy", "stop", {"properties": {"no-quorum-policy": "stop"}}),
        ("drill.probe_hz", "50", {"drill": {"probe_hz": 50}}),
        ("memory_mb", "512", {"memory_mb": 512}),
        ("resources[0].monitor", "5s", {"resources": (Resource("WebIP", "address", "5s"),)}),
    ],
)
def test_a_change_has_its_key(key: str, value: str, change: dict[str, Any]) -> None:
    assert described(example_lab(**change))[key] == value
    assert described(example_lab()).get(key) != value
    assert described(example_lab())["nodes[1]"] == NODE2
