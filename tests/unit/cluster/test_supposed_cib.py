"""A CIB for a question that begins with "suppose"."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cluster import cib, supposed_cib
from cluster.xml import OutputError
from tests.support.example_lab import NODE1, NODE2, example_lab

CIB = f"""<cib><configuration><crm_config/><nodes><node id="1" uname="{NODE1}"/></nodes><resources/><constraints>
<rsc_location id="a" rsc="WebIP" node="{NODE1}" score="500"/>
<rsc_location id="b" rsc="WebIP" node="{NODE2}" score="-INFINITY"/>
<rsc_location id="c" rsc="WebIP"><rule id="r" score="INFINITY"><expression id="e" attribute="#uname"
 operation="eq" value="{NODE1}"/></rule></rsc_location>
<rsc_location id="d" rsc="WebIP"><rule id="s" score-attribute="weight"/></rsc_location>
</constraints></configuration><status><node_state id="1" uname="{NODE1}"/></status></cib>"""


def scores(text: str) -> list[str | None]:
    root = ElementTree.fromstring(text)
    return [
        one.get("score")
        for path in ("rsc_location", "rsc_location/rule")
        for one in root.iterfind(f".//{path}")
    ]


def test_without_history_every_node_of_the_lab_is_there() -> None:
    text = supposed_cib.without_history(CIB, example_lab().nodes)
    assert [node["uname"] for node in cib.parse(text).nodes] == [NODE1, NODE2]
    assert "node_state" not in text


def test_standby_is_set_and_taken_away() -> None:
    on = supposed_cib.standby(CIB, NODE1, on=True)
    assert cib.parse(on).configuration.node_attributes == {NODE1: {"standby": "on"}}
    off = supposed_cib.standby(on, NODE1, on=False)
    assert cib.parse(off).configuration.node_attributes == {}


def test_a_failed_start_counts_for_ever() -> None:
    failed = cib.parse(supposed_cib.failed_start(CIB, "WebIP", NODE1))
    assert failed.failcounts[("WebIP", NODE1)] == 1_000_000


def test_preferences_are_levelled_and_bans_stay() -> None:
    assert scores(CIB) == ["500", "-INFINITY", None, None, "INFINITY", None]
    assert scores(supposed_cib.without_preferences(CIB)) == ["0", "-INFINITY", None, None, "0", None]
    unknown = CIB.replace('score="500"', 'score="a lot"')
    assert scores(supposed_cib.without_preferences(unknown))[0] == "a lot"


def test_one_more_preference() -> None:
    assert (
        cib.parse(supposed_cib.with_preference("<cib/>", "WebIP", NODE1, 1)).configuration.locations[0].score
        == 1
    )


@pytest.mark.parametrize("text", ["", "no XML", "<crm_mon/>", "<cib"])
def test_a_text_that_is_no_cib_is_an_error(text: str) -> None:
    with pytest.raises(OutputError):
        supposed_cib.without_preferences(text)
