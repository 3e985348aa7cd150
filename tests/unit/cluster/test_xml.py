from __future__ import annotations

import pytest

from cluster.xml import element, true, whole


def of(value: str | None) -> str:
    return "<a/>" if value is None else f'<a b="{value}"/>'


@pytest.mark.parametrize(
    ("value", "truth"),
    [("true", True), ("TRUE", True), ("yes", True), ("on", True), ("1", True), ("y", True),
     ("false", False), ("off", False), ("0", False), ("", False), ("maybe", False)],
)  # fmt: skip
def test_truth(value: str, truth: bool) -> None:
    node = element(of(value), "tool", ("a",))
    assert true(node, "b") is truth
    assert true(node, "b", default=True) is truth, "what is said counts"


@pytest.mark.parametrize("default", [True, False])
def test_truth_left_out(default: bool) -> None:
    assert true(element(of(None), "tool", ("a",)), "b", default) is default


@pytest.mark.parametrize(
    ("value", "number"), [("7", 7), ("-1", -1), ("", 3), ("x", 3), ("1.5", 3), (None, 3)]
)
def test_whole(value: str | None, number: int) -> None:
    assert whole(element(of(value), "tool", ("a",)), "b", 3) == number
