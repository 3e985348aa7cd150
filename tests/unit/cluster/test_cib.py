from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from cluster import cib
from cluster.cib_status import dc, operations, running_on
from cluster.cib_xml import configuration_xml
from cluster.configuration import Configuration, Primitive, differences
from cluster.desired import desired
from cluster.foreign import foreign, known_part
from cluster.xml import OutputError
from inventory.model import INFINITY, Colocation, Location, Order
from inventory.platforms.centos6 import CENTOS6
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.platforms.registry import PLATFORMS
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.old_stack import old_lab, recorded

FOLDER = CASES / "cib"
TEXT = (FOLDER / "2.1.5.xml").read_text()
CHANGES = fast_yaml.read((FOLDER / "changes.yaml").read_text())
STORED = {"stonith-enabled": "false", "no-quorum-policy": "ignore"}
LAB = example_lab(properties=STORED)


def test_what_the_documents_commands_store() -> None:
    """Recorded from pacemaker 1.1.8 and pcs 0.9.26, with a dc-deadtime that this pacemaker refuses."""
    found = cib.parse(recorded("cibadmin-Q-end-state.xml")).configuration
    assert found == Configuration(
        properties={"dc-deadtime": "2s", "no-quorum-policy": "ignore", "stonith-enabled": "false"},
        defaults={"resource-stickiness": "100"},
        resources=(
            Primitive(
                "WebIP",
                "ocf:heartbeat:IPaddr",
                {"cidr_netmask": "16", "ip": "172.30.100.11", "nic": "eth1"},
                {"monitor": "30s"},
            ),
            Primitive("WebServer", "lsb:httpd", {}, {"monitor": "10s"}),
        ),
        colocations=(Colocation("WebServer", "WebIP", INFINITY),),
        orders=(Order("WebIP", "WebServer"),),
        locations=(Location("webserver_on_node1", "WebServer", NODE1, 500),),
    )
    want = desired(old_lab(), CENTOS6, interface="eth1")
    assert differences(want, found) == ("property dc-deadtime: want 5s, found 2s",)


def test_a_newer_pcs_stores_the_same_and_the_agents_own_operations() -> None:
    found = cib.parse(TEXT).configuration
    assert differences(desired(LAB, DEBIAN12), found) == ()
    [address, server] = found.resources
    assert address.monitor == "30s"
    assert set(server.operations) == {"force-reload", "monitor", "restart", "start", "stop"}
    assert found.others == ()


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case["case"])
def test_differences(case: dict[str, Any]) -> None:
    text = TEXT
    for old, new in case["edit"].items():
        assert text.count(old) >= 1, f"{old!r} stands nowhere in the CIB"
        text = text.replace(old, new, 1)
    found = cib.parse(text)
    assert list(differences(desired(LAB, DEBIAN12), found.configuration)) == case["says"]
    assert list(found.leftovers) == case.get("leftovers", [])


def test_a_default_that_lab_yaml_says_outright_may_be_stored_or_not() -> None:
    want = desired(example_lab(properties={**STORED, "maintenance-mode": "false"}), DEBIAN12)
    assert differences(want, cib.parse(TEXT).configuration) == ()
    on = '<nvpair id="m" name="maintenance-mode" value="true"/><nvpair id="cib'
    changed = cib.parse(TEXT.replace('<nvpair id="cib', on, 1)).configuration
    assert differences(want, changed) == ("property maintenance-mode: want false, found true",)


def test_missing_and_back() -> None:
    want, nothing = (
        desired(LAB, DEBIAN12),
        cib.parse("<cib epoch='1'><configuration/></cib>").configuration,
    )
    lines = differences(want, nothing)
    assert "resource WebIP: missing" in lines
    assert "property stonith-enabled: want false, not set" in lines
    assert "constraint order WebIP then WebServer: missing" in lines
    back = differences(nothing, want)
    assert len(back) == len(lines)
    assert all("not wanted" in line for line in back)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_desired_by_platform(platform: Any) -> None:
    wanted = desired(example_lab(), platform)
    agents = {resource.id: resource.agent for resource in wanted.resources}
    assert agents == {"WebIP": platform.agents["address"], "WebServer": platform.agents["web"]}
    assert wanted.defaults == {"resource-stickiness": "100"}


@pytest.mark.parametrize(
    ("platform", "interface", "nic"),
    [
        (DEBIAN12, "eth1", "eth1"), (DEBIAN12, "eth0", None), (DEBIAN12, "", None),
        (CENTOS6, "eth1", "eth1"), (CENTOS9, "eth1", None),
    ],
    ids=str,
)  # fmt: skip
def test_ipaddr_is_told_its_interface(platform: Any, interface: str, nic: str | None) -> None:
    [address, _] = desired(example_lab(), platform, interface=interface).resources
    assert address.attributes.get("nic") == nic


def test_desired_in_part() -> None:
    part = desired(
        example_lab(),
        DEBIAN12,
        properties=["stonith-enabled"],
        stickiness=0,
        resources=["WebIP"],
        constraints=["order"],
    )
    assert part.properties == {"stonith-enabled": "false"}
    assert part.defaults == {"resource-stickiness": "0"}
    assert [resource.id for resource in part.resources] == ["WebIP"]
    assert (part.colocations, part.orders, part.locations) == ((), (), ()), "a constraint needs its resources"
    assert desired(example_lab(), DEBIAN12, constraints=["order"]).orders == (Order("WebIP", "WebServer"),)
    assert desired(example_lab(), DEBIAN12, stickiness=INFINITY).defaults == {
        "resource-stickiness": "INFINITY"
    }


def test_version_and_ids() -> None:
    found = cib.parse(recorded("cibadmin-Q-end-state.xml"))
    assert found.version == (1, 14, 23)
    assert found.ids(Order("WebIP", "WebServer")) == ("order-WebIP-WebServer-mandatory",)
    assert found.ids(Order("WebServer", "WebIP")) == ()
    assert found.ids(Location("webserver_on_node1", "WebServer", NODE1, 500)) == ("webserver_on_node1",)
    assert found.configuration.node_attributes == {}
    off = cib.parse(recorded("cibadmin-Q-after-cleanup.xml"))
    assert off.configuration.node_attributes == {}, "a standby that is off is none"
    on = cib.parse(recorded("cibadmin-Q-standby.xml")).configuration
    assert on.node_attributes == {NODE2: {"standby": "on"}}


def test_the_same_constraint_twice_has_two_ids() -> None:
    twice = TEXT.replace("<rsc_order", '<rsc_order first="WebIP" then="WebServer" id="again"/><rsc_order', 1)
    assert cib.parse(twice).ids(Order("WebIP", "WebServer")) == ("again", "order-WebIP-WebServer-mandatory")


def test_failcounts_are_summed_over_the_operations() -> None:
    assert cib.parse(TEXT).failcounts == {("WebServer", NODE1): 2}
    forever = TEXT.replace(
        'name="fail-count-WebServer#start_0" value="1"',
        'name="fail-count-WebServer#start_0" value="INFINITY"',
    )
    assert cib.parse(forever).failcounts == {("WebServer", NODE1): INFINITY}
    old = TEXT.replace("fail-count-WebServer#start_0", "fail-count-WebServer")
    assert cib.parse(old).failcounts == {("WebServer", NODE1): 2}


def test_operations() -> None:
    history = operations(TEXT)
    assert [(one.node, one.resource, one.operation, one.interval_ms, one.rc) for one in history] == [
        (NODE1, "WebIP", "start", 0, 0),
        (NODE1, "WebIP", "monitor", 30_000, 0),
        (NODE1, "WebServer", "monitor", 10_000, 0),
        (NODE1, "WebServer", "start", 0, 1),
        (NODE2, "WebIP", "monitor", 0, 7),
        (NODE2, "WebServer", "monitor", 0, 7),
    ]
    failed = history[3]
    assert (failed.call_id, failed.status, failed.on_node) == (6, 0, NODE1)
    assert failed.transition_magic.startswith("0:1;6:")
    assert failed.last_change > 1_700_000_000
    assert operations("<cib/>") == ()


def test_an_old_cib_has_the_time_of_an_operation_as_its_last_run() -> None:
    """Recorded from pacemaker 1.1.8: last-rc-change="0" stands beside a real last-run."""
    history = operations((CASES / "old_stack" / "cibadmin-Q-web-killed.xml").read_text())
    times = {(one.node, one.resource, one.operation, one.rc): one.last_change for one in history}
    assert times[NODE1, "WebServer", "start", 0] == 1795684659
    assert times[NODE1, "WebServer", "monitor", 7] == 1795684659
    assert times[NODE1, "WebServer", "monitor", 0] == 0, "neither says it"


def test_a_recorded_old_cib_is_as_the_lab_wants_it() -> None:
    lab = example_lab(properties={**STORED, "dc-deadtime": "5s"}, vip=IPv4Address("172.30.100.11"))
    want = desired(lab, CENTOS6, interface="eth1")
    found = cib.parse((CASES / "old_stack" / "cibadmin-Q-after-cleanup.xml").read_text())
    assert differences(want, found.configuration) == ()
    assert found.bookkeeping["expected-quorum-votes"] == "2", "the plugin's own: a replacement keeps it"
    assert [node["id"] for node in found.nodes] == [NODE1, NODE2]
    text = configuration_xml(want, found.nodes, found.bookkeeping)
    assert differences(found.configuration, cib.parse(f"<cib>{text}</cib>").configuration) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cibadmin printed no XML: nothing at all"),
        ("Signon to CIB failed: Transport endpoint is not connected\n", "Transport endpoint is not connected"),
        ("<cib><configuration>", "cibadmin printed broken XML"),
        ("<crm_mon/>", "cibadmin printed <crm_mon>, not <cib>"),
        (
            "<cib><configuration><constraints><rsc_colocation rsc='a' with-rsc='b' score='much'/></constraints>"
            "</configuration></cib>",
            "'much' is no score",
        ),
    ],
)  # fmt: skip
def test_no_cib(text: str, says: str) -> None:
    with pytest.raises(OutputError) as caught:
        cib.parse(text)
    assert says in caught.value.message
    assert caught.value.hint


def test_a_long_answer_is_cut() -> None:
    with pytest.raises(OutputError) as caught:
        cib.parse("no " * 200)
    assert len(caught.value.message) < 260


CLONED = replace(
    LAB,
    resources=(LAB.resources[0], replace(LAB.resources[1], clone=True)),
    colocations=(Colocation("WebIP", "WebServer", INFINITY),),
    orders=(Order("WebServer", "WebIP"),),
    locations=(),
)
STORED_CLONE = (
    "<clone id='WebServer-clone'>{meta}<primitive id='WebServer' class='lsb' type='apache2'/></clone>"
)
INTERLEAVE = "<meta_attributes id='m'><nvpair id='n' name='interleave' value='{value}'/></meta_attributes>"


def test_a_clone_is_written_and_read_back() -> None:
    want = desired(CLONED, DEBIAN12)
    text = configuration_xml(want)
    assert '<rsc_order id="order-WebServer-clone-WebIP-mandatory"' in text
    assert 'rsc="WebIP" with-rsc="WebServer-clone"' in text
    found = cib.parse(f"<cib>{text}</cib>").configuration
    assert differences(want, found) == ()
    assert [(one.id, one.clone) for one in found.resources] == [("WebIP", False), ("WebServer", True)]


def test_a_clone_that_is_not_wanted_and_one_that_is_missing() -> None:
    plain, cloned = desired(LAB, DEBIAN12), desired(replace(LAB, resources=CLONED.resources), DEBIAN12)
    assert differences(plain, cloned) == ("resource WebServer: clone: not wanted",)
    assert differences(cloned, plain) == ("resource WebServer: not in a clone",)
    assert foreign(plain, cloned) == ("resource WebServer: clone",)
    assert differences(plain, known_part(plain, cloned)) == ()


@pytest.mark.parametrize(
    ("meta", "plain"),
    [(INTERLEAVE.format(value="true"), True), (INTERLEAVE.format(value="false"), False), ("", False)],
)
def test_only_a_plain_clone_is_modelled(meta: str, plain: bool) -> None:
    text = (
        f"<cib><configuration><resources>{STORED_CLONE.format(meta=meta)}</resources></configuration></cib>"
    )
    found = cib.parse(text).configuration
    assert [one.clone for one in found.resources] == ([True] if plain else [])
    assert [one.split()[:2] for one in found.others] == ([] if plain else [["clone", "WebServer-clone"]])


def test_the_dc_and_the_node_of_a_resource() -> None:
    text = (CASES / "cib" / "2.1.5.xml").read_text()
    assert (dc(text), dc(text.replace('dc-uuid="1"', 'dc-uuid="2"'))) == (NODE1, NODE2)
    assert dc(text.replace('dc-uuid="1"', "")) == ""
    assert running_on(text, "WebIP") == (NODE1,), "a probe of node2 found that it does not run there"
    stopped = text.replace('operation_key="WebIP_start_0" operation="start"', 'operation="stop"', 1)
    assert running_on(stopped, "WebIP") == ()
    assert running_on(text, "nothing") == ()
