from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cluster import cib
from cluster.crm_mon import ClusterState, Failure, operation_key, parse, with_history
from cluster.xml import OutputError
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2

FOLDER, GENERATIONS = CASES / "status", CASES / "generations"
ROWS = fast_yaml.read((FOLDER / "cases.yaml").read_text())
NAMES = {"node1": NODE1, "node2": NODE2, None: None}


OLD = CASES / "old_stack"
OLD_STATES = [
    {**row, "file": f"crm_mon-X-r-{row['file']}"} for row in fast_yaml.read((OLD / "states.yaml").read_text())
]


def read(name: str) -> ClusterState:
    folder = OLD if (OLD / f"{name}.xml").exists() else FOLDER
    return parse((folder / f"{name}.xml").read_text())


@pytest.mark.parametrize("row", [*ROWS, *OLD_STATES], ids=lambda row: row["file"])
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
    files = {file.stem for file in FOLDER.glob("*.xml")}
    assert {row["file"] for row in ROWS} == files
    assert {row["file"] for row in OLD_STATES} == {file.stem for file in OLD.glob("crm_mon-X-*.xml")}


def test_a_blocked_resource() -> None:
    state = parse((GENERATIONS / "3.0.0" / "crm_mon-blocked.xml").read_text())
    for server in (one for one in state.placements if one.resource == "WebServer"):
        assert (server.blocked, server.managed, server.active) == (True, False, True)
    assert not state.started("WebServer")


def test_a_node_that_joins_is_not_online_yet() -> None:
    text = (FOLDER / "2.1.5-up.xml").read_text()
    row = f'<node name="{NODE2}"'
    head, _, tail = text.partition(row)
    joins = parse(head + row + tail.replace('pending="false"', 'pending="true"', 1))
    assert joins.node(NODE2).pending
    assert joins.online == (NODE1,)


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
        (
            "<pacemaker-result><status><errors><error>Connection refused</error></errors></status></pacemaker-result>",
            "Connection refused",
        ),
    ],
)
def test_no_answer_is_an_error_that_shows_it(text: str, says: str) -> None:
    with pytest.raises(OutputError) as caught:
        parse(text)
    assert says in caught.value.message
    assert "./lab status shows it" in caught.value.hint


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


@pytest.mark.parametrize(
    ("key", "resource", "task"),
    [
        ("WebIP_start_0", "WebIP", "start"), ("Web_IP_monitor_10000", "Web_IP", "monitor"),
        ("WebIP_migrate_to_0", "WebIP", "migrate_to"), ("Web_IP_migrate_from_0", "Web_IP", "migrate_from"),
        ("WebIP_notify_0", "WebIP", "notify"), ("WebIP_post_notify_start_0", "WebIP", "notify"),
        ("WebIP_confirmed-pre_notify_demote_0", "WebIP", "notify"), ("d2:1_monitor_10000", "d2:1", "monitor"),
        ("WebIP_reload-agent_0", "WebIP", "reload-agent"), ("WebIP_last_failure_0", "WebIP", "last_failure"),
        ("a_b_c_stop_0", "a_b_c", "stop"), ("my_migrate_to_ip_start_0", "my_migrate_to_ip", "start"),
        ("WebIP", "WebIP", ""),
    ],
)  # fmt: skip
def test_an_operations_key(key: str, resource: str, task: str) -> None:
    assert operation_key(key) == (resource, task)


@pytest.mark.parametrize("task", ["migrate_to", "migrate_from"])
def test_a_failed_migration(task: str) -> None:
    text = (
        "<crm_mon version='2.0.0'><summary/><nodes/><resources/><failures>"
        f"<failure op_key='WebIP_{task}_0' node='n' exitcode='1' task='{task}'/></failures></crm_mon>"
    )
    [failure] = parse(text).failures
    assert (failure.resource, failure.task) == ("WebIP", task)


OLD_ROWS = fast_yaml.read((OLD / "failures.yaml").read_text())


@pytest.mark.parametrize("row", OLD_ROWS, ids=lambda row: row["state"])
def test_what_an_old_crm_mon_does_not_print_is_in_the_cib(row: dict[str, Any]) -> None:
    state = parse((OLD / f"crm_mon-X-r-{row['state']}.xml").read_text())
    found = cib.parse((OLD / f"cibadmin-Q-{row['state']}.xml").read_text())
    assert not state.tells_failures
    assert (state.failures, state.failcounts) == ((), {})
    whole = with_history(state, found.failures, found.failcounts)
    assert [[f.resource, f.node, f.task, f.exitcode] for f in whole.failures] == [
        [r, NAMES[node], *rest] for r, node, *rest in row["failures"]
    ], "as crm_mon -1 -r -f says it to people"
    counts = {
        f"{resource} on {node.split('.')[0]}": count for (resource, node), count in whole.failcounts.items()
    }
    assert counts == row["failcounts"]
    gone = with_history(replace(state, placements=()), found.failures, found.failcounts)
    assert (gone.failures, gone.failcounts) == ((), {}), "what is not configured has failed for nobody"


def test_a_newer_crm_mon_is_believed() -> None:
    state = read("2.1.5-up")
    assert state.tells_failures
    assert with_history(state, (Failure("WebIP", NODE1, "start", 1, ""),), {("WebIP", NODE1): 1}) is state
    assert parse((GENERATIONS / "3.0.0" / "crm_mon-up.xml").read_text()).tells_failures
