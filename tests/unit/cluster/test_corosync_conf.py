from __future__ import annotations

from typing import Any

import pytest

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
        ("totem {\n}\ninterface { ringnumber: 0\n", "line 3: .*nothing may follow `{`"),
        ("totem {\n  token: {1000}\n}\n", "line 2: .*nothing may follow `{`"),
        ("totem { }\n", "line 1: .*nothing may follow `{`"),
        ("totem {\n  token: 1000\n} quorum {\n}\n", "not closed|line 3"),
        ("totem {\n} # the end\n", "line 2: .*on the line of `}`"),
        ("{\n}\n", "line 1"),
    ],
)
def test_what_is_no_configuration(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        corosync_conf.parse(text)


def test_a_brace_behind_a_colon_is_a_value() -> None:
    """corosync 3.1 looks for `{` first, then for `:`, and for `}` last."""
    parsed = corosync_conf.parse("totem {\n  cluster_name: a } b\n}\n")
    assert parsed.section("totem").value("cluster_name") == "a } b"
