"""A corosync.conf is judged by what it does: a short token is a mistake unless lab.yaml wants it."""

from __future__ import annotations

import pytest

from classroom import working_conf
from cluster import corosync_conf
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab


@pytest.mark.parametrize(
    ("wanted", "has", "good"), [(400, 400, True), (3000, 1000, True), (3000, 400, False)]
)
def test_a_token_shorter_than_the_default_must_be_wanted(wanted: int, has: int, good: bool) -> None:
    lab, platform = example_lab(corosync={"token_ms": wanted}), PLATFORMS["debian12"]
    written = corosync_conf.configuration(example_lab(corosync={"token_ms": has}), platform.corosync)
    found = list(working_conf.problems(lab, platform, dict.fromkeys(lab.nodes, written)))
    assert any("totem.token" in line for line in found) is not good, found
