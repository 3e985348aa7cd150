from __future__ import annotations

from typing import Any

import pytest
import yaml

from cluster import corosync_conf
from inventory.errors import ConfigError
from inventory.platforms.base import CorosyncGeneration
from tests.support.example_lab import CASES, example_lab

FOLDER = CASES / "corosync"
OPEN = {"crypto_cipher": "none", "crypto_hash": "none"}
FILES: list[tuple[str, CorosyncGeneration, dict[str, Any]]] = [
    ("corosync-3", "3", {}),
    ("corosync-3-two_node", "3", {"two_node": True}),
    ("corosync-1.4", "1.4", {}),
    ("corosync-1.4-open", "1.4", OPEN),
]


def test_a_log_counts_from_the_latest_start() -> None:
    start = "Nov 24 [MAIN] Corosync Cluster Engine 3.1.7 starting up"
    assert corosync_conf.since_start(f"old error\n{start}\nfirst\n{start}\nsecond\n") == f"{start}\nsecond\n"
    assert corosync_conf.since_start(f"{start}\nonly\n") == f"{start}\nonly\n"
    stopped = f"{start}\n[MAIN] Corosync Cluster Engine exiting normally\n"
    assert corosync_conf.since_start(stopped) == stopped
    assert corosync_conf.since_start("rotated away\n") == "rotated away\n"


@pytest.mark.parametrize(("name", "generation", "changes"), FILES, ids=str)
def test_configuration(name: str, generation: CorosyncGeneration, changes: dict[str, Any]) -> None:
    text = corosync_conf.configuration(example_lab(corosync=changes), generation)
    assert text == (FOLDER / f"{name}.conf").read_text()
    assert corosync_conf.differences(text, text) == ()


def test_the_lesson_has_no_two_node() -> None:
    parsed = corosync_conf.parse(corosync_conf.configuration(example_lab(), "3"))
    assert parsed.section("quorum").value("two_node") is None
    assert parsed.section("quorum").value("expected_votes") == "2"
    nodes = parsed.section("nodelist").sections("node")
    assert [node.value("ring0_addr") for node in nodes] == ["172.16.100.15", "172.16.100.16"]


def test_the_plugin_has_no_mgmtd() -> None:
    text = corosync_conf.configuration(example_lab(), "1.4")
    assert "# use_mgmtd: no" in text
    service = corosync_conf.parse(text).section("service")
    assert (service.value("ver"), service.value("name"), service.value("use_mgmtd")) == (
        "0",
        "pacemaker",
        None,
    )


def test_differences_name_the_key() -> None:
    want = corosync_conf.configuration(example_lab(), "3")
    have = want.replace("nodeid: 2", "nodeid: 1").replace("token: 3000", "token: 1000") + "# a remark\n"
    assert corosync_conf.differences(want, have) == (
        "nodelist.node[2].nodeid: expected 2, found 1",
        "totem.token: expected 3000, found 1000",
    )
    assert corosync_conf.differences(want, "") != ()
    assert "expected nothing" in " ".join(corosync_conf.differences("", want))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("totem {\n  token: 1000\n", "'totem' is not closed"),
        ("totem {\n}\n}\n", "line 3"),
        ("totem\n", "line 1: 'totem'"),
        ("{\n}\n", "line 1"),
    ],
)
def test_what_is_no_configuration(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        corosync_conf.parse(text)


GENERATIONS: list[CorosyncGeneration] = ["1.4", "3"]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_good_log(generation: CorosyncGeneration) -> None:
    log = (FOLDER / f"corosync-{generation}.log").read_text()
    lab = example_lab()
    assert corosync_conf.missing_log_lines(generation, lab.node1, log) == ()
    assert corosync_conf.unexpected_errors(log) == ()
    assert corosync_conf.missing_log_lines(generation, lab.nodes[1], log) == ("the interface is up",)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_log_line_is_looked_for(generation: CorosyncGeneration) -> None:
    expected = corosync_conf.expected_log_lines(generation, example_lab().node1)
    assert corosync_conf.missing_log_lines(generation, example_lab().node1, "") == tuple(expected)


@pytest.mark.parametrize(
    "case", yaml.safe_load((FOLDER / "errors.yaml").read_text()), ids=lambda c: c["line"][30:70]
)
def test_errors(case: dict[str, Any]) -> None:
    assert corosync_conf.unexpected_errors(case["line"]) == (() if case["fine"] else (case["line"],))
