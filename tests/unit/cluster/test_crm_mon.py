from __future__ import annotations

from typing import Any

import pytest
import yaml

from cluster.crm_mon import ClusterState, parse
from cluster.xml import OutputError
from tests.support.example_lab import CASES, NODE1, NODE2

FOLDER = CASES / "status"
ROWS = yaml.safe_load((FOLDER / "cases.yaml").read_text())
NAMES = {"node1": NODE1, "node2": NODE2, None: None}


def read(name: str) -> ClusterState:
    return parse((FOLDER / f"{name}.xml").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_what_crm_mon_means(row: dict[str, Any]) -> None:
    state = read(row["file"])
    assert state.dc == NAMES[row["dc"]]
    assert state.quorate == row["quorate"]
    assert state.online == tuple(NAMES[name] for name in row["online"])
    assert [node.name for node in state.nodes] == [NODE1, NODE2]
    assert [node.name for node in state.nodes if node.is_dc] == [NAMES[row["dc"]]] * bool(row["dc"])
    assert [node.name for node in state.nodes if node.standby] == [
        NAMES[name] for name in row.get("standby", [])
    ]
    for resource, nodes in row["where"].items():
        assert state.where(resource) == tuple(NAMES[name] for name in nodes)
    assert [resource for resource in row["where"] if state.started(resource)] == row["started"]
    found = [[f.resource, f.node, f.task, f.exitcode, f.reason] for f in state.failures]
    assert found == [[r, NAMES[node], *rest] for r, node, *rest in row.get("failures", [])]
    counts = {
        f"{resource} on {node.split('.')[0]}": count for (resource, node), count in state.failcounts.items()
    }
    assert counts == row.get("failcounts", {})
    if "agents" in row:
        assert list(dict.fromkeys(p.agent for p in state.placements)) == row["agents"]


def test_every_file_is_judged() -> None:
    files = {file.stem for file in FOLDER.glob("*.xml")} - {"3.0.0-not-running"}
    assert {row["file"] for row in ROWS} == files


def test_a_blocked_resource() -> None:
    [server] = [one for one in read("2.0.5-split").placements if one.resource == "WebServer"]
    assert (server.blocked, server.managed, server.active) == (True, False, True)
    assert read("2.0.5-split").node(NODE2).pending


def test_names() -> None:
    state = read("2.1.5-up")
    assert state.node(NODE1).online
    with pytest.raises(KeyError):
        state.node("node1")
    assert state.where("Nothing") == ()
    assert not state.started("Nothing")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "printed no XML: nothing at all"),
        ("crm_mon: Error: cluster is not available on this node\n", "cluster is not available"),
        ("<crm_mon version='2.1.5'><summary>", "broken XML"),
        ("<html><body/></html>", "printed <html>, not <crm_mon>"),
        ("<crm_mon version='1.1.8'/>", "has no <summary> and <nodes>"),
        ((FOLDER / "3.0.0-not-running.xml").read_text(), "Connection refused"),
    ],
)
def test_no_answer_is_an_error_that_shows_it(text: str, says: str) -> None:
    with pytest.raises(OutputError) as caught:
        parse(text)
    assert says in caught.value.message
    assert "systemctl status corosync pacemaker" in caught.value.hint


def test_words_before_the_xml() -> None:
    text = (FOLDER / "2.1.5-up.xml").read_text()
    assert parse(f"warning: something\n{text}") == parse(text)


def test_a_failure_without_its_task() -> None:
    text = (
        (FOLDER / "2.1.5-failed.xml")
        .read_text()
        .replace(' task="start"/>\n  </failures>', "/>\n  </failures>")
    )
    [failure] = parse(text).failures
    assert (failure.resource, failure.task) == ("WebServer", "start")
