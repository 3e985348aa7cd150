from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from inventory.config.cluster_properties import milliseconds
from inventory.config.lab_yaml import load, parse
from inventory.corosync import Corosync
from inventory.errors import ConfigError
from inventory.model import INFINITY, Colocation, Location, Order, Resource
from language import fast_yaml
from tests.support.example_lab import example_lab

ROOT = Path(__file__).parents[4]
LAB = ROOT / "lab.yaml"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted((ROOT / "tests/cases/config").glob("*.yaml"))
    for case in fast_yaml.read(file.read_text())
]


def edited(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    text = LAB.read_text()
    for old, new in case["edit"].items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in lab.yaml"
        text = text.replace(old, new)
    return text


def with_lines(fragment: str, text: str) -> str:
    return re.sub(r"@<(.*?)>", lambda match: str(text[: text.index(match[1])].count("\n") + 1), fragment)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named(case: dict[str, Any]) -> None:
    text = edited(case)
    with pytest.raises(ConfigError) as caught:
        parse(text, "lab.yaml")
    message = str(caught.value)
    for fragment in case["says"]:
        assert with_lines(fragment, text) in message


def test_the_lab_is_the_documented_one() -> None:
    lab = load(LAB)
    assert [(node.name, node.alias, str(node.address), node.id) for node in lab.nodes] == [
        ("node1.magedu.com", "node1", "172.16.100.15", 1),
        ("node2.magedu.com", "node2", "172.16.100.16", 2),
    ]
    assert (lab.name, lab.platform, lab.provider) == ("magedu", "auto", "auto")
    assert lab.network == IPv4Network("172.16.0.0/16")
    assert lab.vip == IPv4Address("172.16.100.11")
    assert lab.corosync == Corosync(3000, 3600, "aes256", "sha256", two_node=False)
    assert lab.properties == {"stonith-enabled": "false", "no-quorum-policy": "ignore", "dc-deadtime": "2s"}
    assert lab.stickiness == 100
    assert lab.resources == (Resource("WebIP", "address", "30s"), Resource("WebServer", "web", "10s"))
    assert lab.colocations == (Colocation("WebServer", "WebIP", INFINITY),)
    assert lab.orders == (Order("WebIP", "WebServer"),)
    assert lab.locations == (Location("webserver_on_node1", "WebServer", "node1.magedu.com", 500),)
    assert lab.locations[0].id == "webserver_on_node1", "which equality does not look at"
    assert (lab.drill.probe_hz, lab.drill.probe_timeout_ms, lab.drill.watch_ms, lab.drill.seed) == (
        50,
        500,
        250,
        1,
    )
    assert (lab.drill.connecting_hz, lab.drill.routed_hz) == (10, 10), "without a word about them"
    assert load(ROOT / "lab.yaml", {"drill.connecting_hz": 0}).drill.connecting_hz == 0
    assert load(ROOT / "lab.yaml", {"drill.routed_hz": 20}).drill.routed_hz == 20
    assert lab.drill.budget_s == {"crash": 30, "freeze": 30, "partition": 30}, "graceful is the platform's"
    own = {"drill.budget_s": {"graceful": 2, "crash": 30, "freeze": 30, "partition": 30}}
    assert load(ROOT / "lab.yaml", own).drill.budget_s["graceful"] == 2


def test_three_nodes() -> None:
    lab = load(ROOT / "examples" / "three" / "lab.yaml")
    assert [(node.alias, str(node.address), node.id) for node in lab.nodes] == [
        ("node1", "172.16.100.15", 1),
        ("node2", "172.16.100.16", 2),
        ("node3", "172.16.100.17", 3),
    ]
    assert [peer.alias for peer in lab.peers(lab.nodes[1])] == ["node1", "node3"]
    assert (lab.corosync.token_ms, lab.corosync.consensus_ms) == (3000, 4380), "1.2 x (3000 + 650)"
    assert lab.properties["no-quorum-policy"] == "stop"
    assert load(LAB).corosync.consensus_ms == 3600


def test_fencing_of_three_nodes_keeps_quorum_without_two_node() -> None:
    assert not load(ROOT / "examples" / "three" / "lab.yaml", {"fencing": "ipmi"}).corosync.two_node
    assert load(LAB, {"fencing": "ipmi"}).corosync.two_node


@pytest.mark.parametrize(
    ("written", "meant"), [("patience: 2.5 ", 2.5), ("patience: 20 ", 20), ("patience: ", 1), ("", 1)]
)
def test_patience(written: str, meant: float) -> None:
    text = LAB.read_text().replace("patience: 1 ", written)
    lab = parse(text, "lab.yaml")
    assert (lab.patience, lab.patient(10)) == (meant, 10 * meant)


def test_a_request_never_waits_for_longer_than_ten_seconds() -> None:
    assert example_lab(patience=3.0).probe_timeout_s == 1.5
    assert example_lab(patience=20.0, drill={"probe_timeout_ms": 9_000}).probe_timeout_s == 10


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("false", "false"),
        ("true", "true"),
        ('"FALSE"', "false"),
        ("no", "false"),
        ("1", "true"),
        ("'off'", "false"),
    ],
)
def test_truth_properties_become_pacemakers(written: str, meant: str) -> None:
    text = LAB.read_text().replace('stonith-enabled: "false"', f"stonith-enabled: {written}")
    assert parse(text, "lab.yaml").properties["stonith-enabled"] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("INFINITY", INFINITY),
        ("-INFINITY", -INFINITY),
        ("+INFINITY", INFINITY),
        ("-1000000", -INFINITY),
        ("0", 0),
    ],
)
def test_scores(written: str, meant: int) -> None:
    assert (
        parse(LAB.read_text().replace("stickiness: 100", f"stickiness: {written}"), "x").stickiness == meant
    )


def test_both_none_is_a_valid_pair() -> None:
    lab = load(LAB, {"corosync.crypto_cipher": "none", "corosync.crypto_hash": "none"})
    assert (lab.corosync.crypto_cipher, lab.corosync.crypto_hash) == ("none", "none")


def test_numbers_become_texts() -> None:
    lab = load(LAB, {"properties.dc-deadtime": 2, "properties.batch-limit": 4, "resources[0].monitor": 20})
    assert (lab.properties["dc-deadtime"], lab.properties["batch-limit"]) == ("2", "4")
    assert lab.resources[0].monitor == "20s"


@pytest.mark.parametrize("written", ["node2", "Node2", "NODE2.Magedu.com"])
def test_an_alias_stands_for_its_node_in_any_case(written: str) -> None:
    assert load(LAB, {"constraints.location[0].node": written}).locations[0].node == "node2.magedu.com"


@pytest.mark.parametrize("empty", [None, {}, {"order": None}, {"order": []}])
def test_constraints_may_be_left_out(empty: object) -> None:
    lab = load(LAB, {"constraints": empty})
    assert (lab.colocations, lab.orders, lab.locations) == ((), (), ())


def test_properties_may_be_left_out() -> None:
    assert load(LAB, {"properties": None}).properties == {}


def test_changes_apply_before_judging() -> None:
    lab = load(
        LAB, {"corosync.token_ms": 1000, "nodes[1].address": "172.16.100.17", "nodes.0.address": "172.16.9.9"}
    )
    assert (lab.corosync.token_ms, lab.corosync.consensus_ms) == (1000, 1200)
    assert [str(node.address) for node in lab.nodes] == ["172.16.9.9", "172.16.100.17"]
    assert load(LAB).corosync.token_ms == 3000


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"corosync.token_ms": -1}, "changed on request: corosync.token_ms: found -1"),
        ({"corosync.tokn_ms": 1}, "corosync.tokn_ms: unknown key"),
        ({"corosnc.token_ms": 1}, "no place for the change corosnc.token_ms=1"),
        ({"nodes[2].address": "x"}, "no place for the change nodes[2].address"),
        ({"name.of.it": 1}, "no place for the change name.of.it=1"),
    ],
)
def test_a_bad_change_is_named(changes: dict[str, object], fragment: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(LAB, changes)
    assert fragment in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "lab.yaml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"name: a\x00b"])
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lab.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"lab\.yaml: (cannot be read|this is not YAML)"):
        load(tmp_path / "lab.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30s", 30_000), ("500ms", 500), ("1min", 60_000), ("2m", 120_000), ("1h", 3_600_000), ("7", 7_000),
        ("2 s", 2_000), ("1500us", 1), ("", None), ("s", None), ("1.5s", None), ("-1s", None), ("1d", None),
    ],
)  # fmt: skip
def test_pacemakers_times(text: str, value: int | None) -> None:
    assert milliseconds(text) == value
