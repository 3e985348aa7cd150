"""What the lab has no noun for: nothing of it is lost on reading, and writing the desired configuration removes it.

The cases are in tests/cases/cib/unknown.yaml.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from cluster import cib
from cluster.cib_xml import configuration_xml
from cluster.configuration import Configuration, Primitive, differences
from cluster.desired import desired
from cluster.foreign import foreign, known_part
from inventory.model import Colocation, Order
from inventory.platforms.registry import PLATFORMS
from language import fast_yaml
from tests.support.example_lab import CASES, example_lab

CENTOS6, DEBIAN12 = PLATFORMS["centos6"], PLATFORMS["debian12"]
FOLDER = CASES / "cib"
TEXT = (FOLDER / "2.1.5.xml").read_text()
ROWS = fast_yaml.read((FOLDER / "unknown.yaml").read_text())
LAB = example_lab(properties={"stonith-enabled": "false", "no-quorum-policy": "ignore"})
WANT = desired(LAB, DEBIAN12)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])


def changed(row: dict[str, Any]) -> cib.Cib:
    text = TEXT
    for old, new in row.get("edit", {}).items():
        assert old in text, f"{old!r} stands nowhere in the CIB"
        text = text.replace(old, new, 1)
    for section, xml in row.get("put", {}).items():
        if f"</{section}>" in text:
            text = text.replace(f"</{section}>", f"{xml}</{section}>", 1)
        else:
            text = text.replace("</configuration>", f"<{section}>{xml}</{section}></configuration>", 1)
    return cib.parse(text)


@each_row
def test_it_is_told(row: dict[str, Any]) -> None:
    found = changed(row)
    assert list(foreign(WANT, found.configuration)) == row["told"]
    assert list(found.leftovers) == row.get("leftovers", []), (
        "what move and ban left behind is known by its id"
    )


@each_row
def test_it_is_a_difference(row: dict[str, Any]) -> None:
    said = [
        line.replace(": not wanted, found ", "=").replace(": not wanted", "")
        for line in differences(WANT, changed(row).configuration)
    ]
    lost = [line for line in row["told"] if line not in said]
    assert lost == [] or "replaces" in row, f"what is foreign is different too, but differences() says {said}"
    assert bool(said) == bool(row["told"]), "equal configurations mean the same, and others do not"
    for line in row.get("missing", []):
        assert line in said
    for line in row.get("replaces", []):
        assert line in differences(WANT, changed(row).configuration)


@each_row
def test_the_known_part_has_none_of_it(row: dict[str, Any]) -> None:
    found = changed(row)
    known = known_part(WANT, found.configuration)
    text = configuration_xml(known, found.nodes, found.bookkeeping)
    back = cib.parse(f"<cib>{text}</cib>")
    assert foreign(WANT, back.configuration) == ()
    assert differences(known, back.configuration) == ()
    assert (back.nodes, back.bookkeeping) == (found.nodes, found.bookkeeping), (
        "what is the cluster's own stays"
    )


@each_row
def test_baseline_and_live_differ_both_ways(row: dict[str, Any]) -> None:
    plain, found = cib.parse(TEXT).configuration, changed(row).configuration
    there, back = differences(plain, found), differences(found, plain)
    assert bool(there) == bool(back) == bool(row["told"]) or row["case"].startswith(
        ("the advised", "the monitor")
    )


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
@pytest.mark.parametrize(
    "part",
    [
        {},
        {"resources": []},
        {"resources": ["WebIP"], "stickiness": 0},
        {"constraints": ["order"], "properties": []},
    ],
    ids=str,
)
def test_what_is_written_reads_back(platform: Any, part: dict[str, Any]) -> None:
    want = desired(example_lab(), platform, interface="eth1", **part)
    nodes = ({"id": "1", "uname": "node1.magedu.com"}, {"id": "2", "uname": "node2.magedu.com"})
    own = {"dc-version": "2.1.5", "cluster-name": "magedu"}
    back = cib.parse(f"<cib>{configuration_xml(want, nodes, own)}</cib>")
    assert differences(want, back.configuration) == ()
    assert differences(back.configuration, want) == () or platform.pcs != "0.9.26"
    assert (back.nodes, back.bookkeeping) == (nodes, own)


def test_newer_pcs_stores_the_agents_start_and_stop_and_so_is_written() -> None:
    assert (
        '<op id="WebServer-start-interval-0s" interval="0s" name="start" timeout="15"'
        in configuration_xml(WANT)
    )
    assert "timeout" not in configuration_xml(desired(LAB, CENTOS6)), "the document's pcs stores what is said"


def test_the_agents_metadata_is_believed() -> None:
    action = '<action name="start" timeout="60s" /> <action name="stop" timeout="61s" />'
    want = desired(LAB, DEBIAN12, metadata={"lsb:apache2": action})
    have = cib.parse(
        TEXT.replace('name="start" interval="0s" timeout="15"', 'name="start" interval="0s" timeout="60"')
    )
    assert differences(want, have.configuration) == (
        "resource WebServer: timeout of force-reload: want none, found 15",
        "resource WebServer: timeout of restart: want none, found 15",
        "resource WebServer: timeout of stop: want 61s, found 15",
    )


def test_ids_are_xml_ids_and_unique() -> None:
    strange = Configuration(
        {"a b": "1"},
        {},
        (
            Primitive("r", "ocf:heartbeat:x", {"a b": "1", "a_b": "2"}, {"monitor": "30 s"}),
            Primitive("s", "lsb:y"),
        ),
        colocations=(Colocation("r", "s", 5), Colocation("r", "s", 5)),
        orders=(Order("r", "s"),),
    )
    ids = re.findall(r' id="([^"]*)"', configuration_xml(strange))
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", one) for one in ids)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="group g: missing"):
        configuration_xml(Configuration({}, {}, others=("group g",)))
