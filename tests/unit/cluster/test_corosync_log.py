from __future__ import annotations

from typing import Any

import pytest

from cluster import corosync_log
from inventory.model import Lab
from inventory.platforms.base import CorosyncGeneration
from language import fast_yaml
from tests.support.example_lab import CASES, example_lab
from tests.support.old_stack import old_lab, recorded

FOLDER = CASES / "corosync"


def test_a_log_counts_from_the_latest_start() -> None:
    start = "Nov 24 [MAIN] Corosync Cluster Engine 3.1.7 starting up"
    assert corosync_log.since_start(f"old error\n{start}\nfirst\n{start}\nsecond\n") == f"{start}\nsecond\n"
    assert corosync_log.since_start(f"{start}\nonly\n") == f"{start}\nonly\n"
    stopped = f"{start}\n[MAIN] Corosync Cluster Engine exiting normally\n"
    assert corosync_log.since_start(stopped) == stopped
    assert corosync_log.since_start("rotated away\n") == "rotated away\n"


GENERATIONS: list[CorosyncGeneration] = ["1.4", "3"]


def good_log(generation: CorosyncGeneration) -> tuple[Lab, str]:
    """The log of node1 after a good start; that of 1.4.1 is recorded, with the dc-deadtime of then."""
    if generation == "3":
        return example_lab(), (FOLDER / "corosync-3.log").read_text()
    log = recorded("corosync-log-node1-start-to-end-state.txt")
    return old_lab(), "".join(line for line in log.splitlines(True) if "dc-deadtime" not in line)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_good_log(generation: CorosyncGeneration) -> None:
    lab, log = good_log(generation)
    assert corosync_log.missing_log_lines(generation, lab.node1, log) == ()
    assert corosync_log.unexpected_errors(log) == ()
    assert corosync_log.missing_log_lines(generation, lab.nodes[1], log) == ("the interface is up",)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_log_line_is_looked_for(generation: CorosyncGeneration) -> None:
    expected = corosync_log.expected_log_lines(generation, example_lab().node1)
    assert corosync_log.missing_log_lines(generation, example_lab().node1, "") == tuple(expected)


@pytest.mark.parametrize(
    "case", fast_yaml.read((FOLDER / "errors.yaml").read_text()), ids=lambda c: c["line"][30:70]
)
def test_errors(case: dict[str, Any]) -> None:
    assert corosync_log.unexpected_errors(case["line"]) == (() if case["fine"] else (case["line"],))


EXITS = {
    "1.4": "Nov 24 17:08:51 corosync [MAIN  ] Corosync Cluster Engine exiting with status 18 at main.c:1794.",
    "3": "Nov 24 17:08:51 n corosync error [MAIN  ] Corosync Cluster Engine exiting with status 18 at main.c:1590.",
}
BEGINS = {
    "1.4": "Nov 24 17:08:51 corosync [MAIN  ] Corosync Cluster Engine ('1.4.1'): started and ready to provide service.",
    "3": "Nov 24 17:08:51 [9] n corosync notice  [MAIN  ] Corosync Cluster Engine 3.1.7 starting up",
}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_second_start_that_failed_is_told(generation: CorosyncGeneration) -> None:
    _, good = good_log(generation)
    log = f"{good}{BEGINS[generation]}\n{EXITS[generation]}\n"
    assert corosync_log.failed_start(log) == EXITS[generation]
    assert EXITS[generation] in corosync_log.unexpected_errors(log)
    missing = corosync_log.missing_log_lines(generation, good_log(generation)[0].node1, log)
    assert "a membership formed" in missing, "the good start before does not count"
    assert corosync_log.STARTED not in missing


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_good_start_after_one_that_failed(generation: CorosyncGeneration) -> None:
    lab, good = good_log(generation)
    log = f"{BEGINS[generation]}\n{EXITS[generation]}\n{good}"
    assert corosync_log.failed_start(log) == ""
    assert corosync_log.missing_log_lines(generation, lab.node1, log) == ()


@pytest.mark.parametrize("node", ["node1", "node2"])
def test_an_old_stack_complains_of_nothing_but_its_dc_deadtime(node: str) -> None:
    """Recorded with dc-deadtime 2s; the lab now sets the 5 s that pacemaker 1.1.8 accepts."""
    complaints = corosync_log.unexpected_errors(recorded(f"corosync-log-{node}-start-to-end-state.txt"))
    assert complaints
    assert all("Value '2s' for cluster option 'dc-deadtime' is invalid" in line for line in complaints)


def test_a_normal_end_is_no_failed_start() -> None:
    log = f"{BEGINS['3']}\nNov 24 [MAIN  ] Corosync Cluster Engine exiting normally\n"
    assert corosync_log.failed_start(log) == ""
    assert corosync_log.unexpected_errors(log) == ()
