"""Four real nodes, in a lab of their own: what decides a tie, and what happens when nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from tests.support.scratch_lab import ScratchLab, scratch_lab
from tests.three.drilled import PREFIX, QUICK, UP, drilled

FIRST = IPv4Address(f"{PREFIX}100.15")
NODES = [{"name": f"node{n}.magedu.com", "address": str(FIRST + n - 1)} for n in range(1, 5)]
SCENARIOS = ("split-in-halves", "auto-tie-breaker", "auto-tie-breaker-moves", "last-man-standing")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder, changes = tmp_path_factory.mktemp("four") / "lab", {"provider": "docker", "nodes": NODES}
    with scratch_lab(folder, changes, PREFIX, described="examples/three/lab.yaml") as made:
        made.lab("up", deadline=UP)
        yield made


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(lab: ScratchLab, scenario: str) -> None:
    drilled(lab, scenario)


def test_corosync_runs_as_in_lab_yaml_again(lab: ScratchLab) -> None:
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    for node in ("node1", "node4"):
        said = lab.lab("ssh", node, "corosync-quorumtool -s; true", deadline=QUICK)
        assert "Expected votes:   4" in said
        assert "LastManStanding" not in said
        assert "AutoTieBreaker" not in said
