from __future__ import annotations

import pytest

from inventory.sizes import LEAST_NODES, MOST_NODES, every_node, keeps_quorum, running_token_ms
from tests.support.example_lab import example_lab, nodes


@pytest.mark.parametrize(
    ("count", "text"), [(2, "both nodes"), (3, "all three nodes"), (8, "all eight nodes")]
)
def test_all_nodes_for_people(count: int, text: str) -> None:
    assert every_node(example_lab(nodes=nodes(count))) == text


def test_every_size_has_a_text() -> None:
    assert all(every_node(example_lab(nodes=nodes(n))) for n in range(LEAST_NODES, MOST_NODES + 1))


@pytest.mark.parametrize(("count", "token"), [(0, 3000), (2, 3000), (3, 3650), (5, 4950), (8, 6900)])
def test_token_coefficient(count: int, token: int) -> None:
    assert running_token_ms(3000, count) == token


@pytest.mark.parametrize(
    ("count", "lost", "keeps"),
    [(2, 1, False), (3, 1, True), (3, 2, False), (4, 1, True), (4, 2, False), (5, 2, True), (8, 4, False)],
)
def test_more_than_half_is_needed(count: int, lost: int, keeps: bool) -> None:
    assert keeps_quorum(count, lost) is keeps
