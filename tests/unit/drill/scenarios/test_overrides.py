"""Starting states: written into the CIB's XML and taken out of it again, by whole sections."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster import cib
from cluster.configuration import differences
from drill.scenarios.overrides import Overrides, changed_sections, configuration_lines, edited_cib
from inventory.errors import ConfigError
from inventory.model import INFINITY
from tests.support.example_lab import CASES, example_lab, nodes

LAB = example_lab()
TEXT = (CASES / "cib" / "2.1.5.xml").read_text()


def changed(overrides: Overrides) -> tuple[str, ...]:
    have = cib.parse(edited_cib(TEXT, overrides, LAB)).configuration
    return differences(cib.parse(TEXT).configuration, have)


CHANGES = [
    (Overrides(), ()),
    (
        Overrides(properties={"no-quorum-policy": "stop"}),
        ("property no-quorum-policy: want ignore, found stop",),
    ),
    (
        Overrides(properties={"placement-strategy": "balanced"}),
        ("property placement-strategy: not wanted, found balanced",),
    ),
    (Overrides(stickiness=0), ("resource default resource-stickiness: want 100, found 0",)),
    (
        Overrides(stickiness=INFINITY, migration_threshold=1),
        (
            "resource default migration-threshold: not wanted, found 1",
            "resource default resource-stickiness: want 100, found INFINITY",
        ),
    ),
    (Overrides(monitors={"web": "2s"}), ("resource WebServer: monitor: want 10s, found 2s",)),
    (
        Overrides(location=150),
        (
            "constraint location webserver_on_node1 of WebServer on node1.magedu.com (500): missing",
            "constraint location webserver_on_node1 of WebServer on node1.magedu.com (150): not wanted",
        ),
    ),
    (
        Overrides(without=("location",)),
        ("constraint location webserver_on_node1 of WebServer on node1.magedu.com (500): missing",),
    ),
    (Overrides(without=("colocation",)), ("constraint colocation of WebServer with WebIP (INFINITY): missing",)),
    (
        Overrides(resources=("address",)),
        (
            "resource WebServer: missing",
            "constraint colocation of WebServer with WebIP (INFINITY): missing",
            "constraint order WebIP then WebServer: missing",
            "constraint location webserver_on_node1 of WebServer on node1.magedu.com (500): missing",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("overrides", "wanted"), CHANGES, ids=[overrides.summary for overrides, _ in CHANGES]
)
def test_only_that_is_changed(overrides: Overrides, wanted: tuple[str, ...]) -> None:
    assert changed(overrides) == wanted


@pytest.mark.parametrize(
    "overrides", [overrides for overrides, _ in CHANGES], ids=[overrides.summary for overrides, _ in CHANGES]
)
def test_the_way_there_and_back(overrides: Overrides) -> None:
    there = edited_cib(TEXT, overrides, LAB)
    for before, after in ((TEXT, there), (there, TEXT)):
        live = before
        for section, text in changed_sections(before, after):
            live = replaced(live, section, text)
            ids = {one.id for one in cib.parse(live).configuration.resources}
            have = cib.parse(live).configuration
            named = {name for one in have.colocations for name in (one.resource, one.with_resource)}
            named |= {name for one in have.orders for name in (one.first, one.then)} | {
                one.resource for one in have.locations
            }
            assert named <= ids, (
                f"after {section} a constraint names a resource that is not there: cibadmin would refuse it"
            )
        assert differences(cib.parse(after).configuration, cib.parse(live).configuration) == ()
        assert changed_sections(live, after) == ()


def replaced(live: str, section: str, text: str) -> str:
    """What `cibadmin -R -o SECTION` does."""
    start = live.index(f"<{section}")
    closing = f"</{section}>"
    if closing not in live:
        return live[:start] + text + live[live.index("/>", start) + 2 :]
    return live[:start] + text + live[live.index(closing) + len(closing) :]


def test_nothing_is_pushed_that_is_there_already() -> None:
    assert changed_sections(TEXT, TEXT) == ()
    [(section, text)] = changed_sections(
        TEXT, edited_cib(TEXT, Overrides(properties={"no-quorum-policy": "freeze"}), LAB)
    )
    assert section == "crm_config"
    assert 'name="no-quorum-policy" value="freeze"' in text


def test_a_cib_without_defaults_gets_them() -> None:
    bare = (
        "<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>"
    )
    found = cib.parse(
        edited_cib(bare, Overrides(stickiness=7, properties={"no-quorum-policy": "stop"}), LAB)
    ).configuration
    assert (found.defaults, found.properties) == ({"resource-stickiness": "7"}, {"no-quorum-policy": "stop"})


def test_a_location_under_another_name_is_set_too() -> None:
    other = TEXT.replace("webserver_on_node1", "location-WebServer-1")
    [found] = cib.parse(edited_cib(other, Overrides(location=150), LAB)).configuration.locations
    assert (found.id, found.score) == ("location-WebServer-1", 150)


def test_a_location_by_a_rule_is_set_too() -> None:
    plain = '<rsc_location id="webserver_on_node1" rsc="WebServer" node="node1.magedu.com" score="500"/>'
    rule = (
        '<rsc_location id="location-WebServer" rsc="WebServer"><rule id="r" score="500">'
        '<expression id="e" operation="eq" attribute="#uname" value="node1.magedu.com"/></rule></rsc_location>'
    )
    assert plain in TEXT
    there = edited_cib(TEXT.replace(plain, rule), Overrides(location=50), LAB)
    [found] = cib.parse(there).configuration.locations
    assert (found.id, found.score) == ("location-WebServer", 50)
    assert cib.parse(there).configuration.others == (), "the rule still says only the node's name"


def test_a_location_for_a_role_is_no_preference() -> None:
    role = TEXT.replace(
        'node="node1.magedu.com" score="500"', 'node="node1.magedu.com" role="Promoted" score="500"'
    )
    assert role != TEXT
    with pytest.raises(ConfigError, match="no resource prefers a node"):
        edited_cib(role, Overrides(location=50), LAB)


def test_a_score_needs_a_constraint() -> None:
    bare = edited_cib(TEXT, Overrides(without=("location",)), LAB)
    with pytest.raises(ConfigError, match="location score of 150 is wanted, and no resource prefers a node"):
        edited_cib(bare, Overrides(location=150), LAB)


def test_lines_say_everything_once() -> None:
    found = configuration_lines(cib.parse(TEXT).configuration)
    assert len(found) == len(set(found))
    for line in (
        "property no-quorum-policy=ignore",
        "default resource-stickiness=100",
        "resource WebIP ocf:heartbeat:IPaddr",
        "resource WebIP option ip=172.16.100.11",
        "resource WebServer monitor 10s",
        "order WebIP then WebServer",
    ):
        assert line in found


@pytest.mark.parametrize("name", ["password", "passwd", "secret_key", "snmp_community", "api_key"])
def test_no_line_has_a_password(name: str) -> None:
    fenced = TEXT.replace('name="ip" value="172.16.100.11"', f'name="{name}" value="172.16.100.11"')
    assert fenced != TEXT
    found = configuration_lines(cib.parse(fenced).configuration)
    assert f"resource WebIP option {name}=(secret)" in found
    told = differences(cib.parse(TEXT).configuration, cib.parse(fenced).configuration)
    assert f"resource WebIP: option {name}: not wanted, found (secret)" in told
    assert not any("172.16.100.11" in line for line in [*found, *told] if name in line)


def test_lines_say_what_there_is_no_noun_for() -> None:
    odd = TEXT.replace(
        '<op name="monitor" interval="10s"', '<op name="monitor" interval="10s" on-fail="ignore"'
    )
    found = configuration_lines(cib.parse(odd).configuration)
    assert "resource WebServer op monitor interval=10s on-fail=ignore" in found
    assert "resource WebServer timeout of start 15" in found


def test_what_a_state_serves() -> None:
    assert Overrides().serves
    assert not Overrides(without=("colocation",)).serves
    assert not Overrides(resources=("address",)).serves


def test_a_score_for_the_last_node() -> None:
    lab = example_lab(nodes=nodes(3))
    text = edited_cib(TEXT, Overrides(last_node=200), lab)
    assert 'rsc="WebServer" node="node3.magedu.com" score="200"' in text
    assert [name for name, _ in changed_sections(TEXT, text)] == ["constraints"]
    cloned = example_lab(nodes=nodes(3), resources=(lab.resources[0], replace(lab.resources[1], clone=True)))
    assert 'rsc="WebServer-clone" node="node3' in edited_cib(TEXT, Overrides(last_node=200), cloned)
    assert Overrides(last_node=200).summary == "score 200 for the last node"
