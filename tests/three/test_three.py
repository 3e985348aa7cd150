"""Three real nodes, in a lab of their own made from examples/three: built, and broken in ten ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.support.scratch_lab import ScratchLab, scratch_lab
from tests.three.drilled import PREFIX, QUICK, UP, drilled

NODES = [f"node{n}.magedu.com" for n in (1, 2, 3)]
OF_THREE = (
    "one-of-three-lost",
    "two-of-three-lost",
    "split-majority-serves",
    "split-minority-stops",
    "second-choice",
    "second-choice-stays",
)
OF_ANY_SIZE = ("rolling-restart", "corosync-kill", "power-off", "web-kill", "order")
SMOKE = ("one-of-three-lost", "two-of-three-lost", "split-minority-stops")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder = tmp_path_factory.mktemp("three") / "lab"
    with scratch_lab(folder, {"provider": "docker"}, PREFIX, described="examples/three/lab.yaml") as made:
        made.lab("up", deadline=UP)
        yield made


@pytest.mark.smoke
def test_it_is_built_and_a_second_run_does_nothing(lab: ScratchLab) -> None:
    status = json.loads(lab.lab("status", "--json", deadline=QUICK))
    assert status["healthy"]
    assert status["quorate"]
    assert [(node["name"], node["cluster"]) for node in status["nodes"]] == [
        (name, "online") for name in NODES
    ]
    assert set(map(tuple, status["resources"].values())) == {(NODES[0],)}
    assert {score["node"] for score in status["scores"]} == set(NODES)
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    assert re.search(r"^\d+ PASS$", lab.lab("check", deadline=QUICK), re.MULTILINE), "no FAIL and no UNKNOWN"


def test_corosync_runs_with_the_token_of_three_nodes(lab: ScratchLab) -> None:
    for alias in ("node1", "node2", "node3"):
        said = lab.lab("ssh", alias, "corosync-cmapctl | grep runtime.config.totem", deadline=QUICK)
        assert "runtime.config.totem.token (u32) = 3650" in said, "corosync.conf(5): token_coefficient"
        assert "runtime.config.totem.consensus (u32) = 4380" in said
    assert "Expected votes:   3" in lab.lab("ssh", "node3", "corosync-quorumtool -s; true", deadline=QUICK)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(name, marks=[pytest.mark.smoke] if name in SMOKE else [])
        for name in (*OF_THREE, *OF_ANY_SIZE)
    ],
)
def test_scenario(lab: ScratchLab, scenario: str) -> None:
    drilled(lab, scenario)


def test_a_scenario_of_two_nodes_is_left_out(lab: ScratchLab) -> None:
    said = lab.lab("drill", "quorum-stop", deadline=QUICK, expected=(1, 2))
    assert "it is for two nodes, and the lab has three" in said


@pytest.mark.smoke
def test_everything_was_healed(lab: ScratchLab) -> None:
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    assert json.loads(lab.lab("status", "--json", deadline=QUICK))["healthy"]
