"""A lab.yaml of a cluster that somebody else made, and the clusters that cannot be described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cluster.adopted import Described, Wanted, describe
from inventory.config import lab_yaml
from inventory.errors import CommandFailed, LabError, Unreachable
from inventory.model import INFINITY, OWN, Colocation, Location, Order
from language import fast_yaml
from status import adoption
from tests.support.adopted_cluster import HOSTS, PAGES, AdoptedNodes

GROUP = {
    '<primitive id="shop-ip"': '<group id="shop"><primitive id="shop-ip"',
    "</resources>": "</group></resources>",
}
NO_CONSTRAINTS = {
    'rsc="shop-web" with-rsc="shop-ip" score="INFINITY"': 'rsc="x" with-rsc="y" score="1"',
    'first="shop-ip"': 'first="x"',
}


def described(
    nodes: AdoptedNodes | None = None, wanted: Wanted | None = None, hosts: Any = HOSTS
) -> Described:
    readings = adoption.read_by(nodes or AdoptedNodes(), hosts, "ssh -F file")
    return describe(readings, "/home/me/.ssh/config", wanted or Wanted())


def changed(*changes: Mapping[str, str], host: str = "*") -> AdoptedNodes:
    return AdoptedNodes({host: {old: new for one in changes for old, new in one.items()}})


def test_what_pcs_made() -> None:
    found = described()
    lab = lab_yaml.parse(found.text, "lab.yaml")
    assert lab.adopted
    assert [(one.name, str(one.address), one.id, one.host, one.page) for one in lab.nodes] == [
        ("alpha", "10.240.7.21", 1, "a", "<h1>Alpha</h1>"),
        ("beta.shop.lan", "10.240.7.22", 2, "b", "<h1>Beta.shop.lan</h1>"),
    ]
    assert (str(lab.vip), str(lab.network), lab.platform) == ("10.240.7.50", "10.240.7.0/24", "debian12")
    assert (lab.corosync.token_ms, lab.corosync.consensus_ms, lab.corosync.two_node) == (3000, 3600, True)
    assert (lab.corosync.crypto_cipher, lab.corosync.crypto_hash) == ("aes256", "sha256")
    assert lab.properties == {"no-quorum-policy": "ignore", "stonith-enabled": "false"}
    assert lab.stickiness == 200
    assert [(one.id, one.kind, one.monitor) for one in lab.resources] == [
        ("shop-ip", "address", "15s"),
        ("shop-web", "web", "12s"),
    ]
    assert lab.colocations == (Colocation("shop-web", "shop-ip", INFINITY),)
    assert lab.orders == (Order("shop-ip", "shop-web"),)
    assert lab.locations == (Location("shop-likes-beta", "shop-web", "beta.shop.lan", 50),)
    assert lab.reboots is False
    assert "containers" in " ".join(found.notes)
    assert "key" not in fast_yaml.read(found.text), "no key is stored"


def test_reading_changes_nothing() -> None:
    nodes = AdoptedNodes()
    described(nodes)
    text = "\n".join(command.line for command in nodes.commands)
    assert {command.purpose for command in nodes.commands} == {"read-adopted-node"}
    for word in ("cibadmin -R", "cibadmin -C", "crm_attribute", "pcs ", "systemctl start", ">", "rm "):
        assert word not in text.replace("2>/dev/null", ""), word


def test_a_group_has_a_colocation_and_an_order() -> None:
    lab = lab_yaml.parse(described(changed(GROUP, NO_CONSTRAINTS)).text, "lab.yaml")
    assert lab.colocations == (Colocation("shop-web", "shop-ip", INFINITY),)
    assert lab.orders == (Order("shop-ip", "shop-web"),)


def test_a_location_of_a_group_is_that_of_its_first_member() -> None:
    nodes = changed(GROUP, {'rsc="shop-web" node="beta': 'rsc="shop" node="beta'})
    lab = lab_yaml.parse(described(nodes).text, "lab.yaml")
    assert lab.locations == (Location("shop-likes-beta", "shop-ip", "beta.shop.lan", 50),)


def test_fence_devices_of_its_own() -> None:
    nodes = changed(
        {
            'name="stonith-enabled" value="false"': 'name="stonith-enabled" value="true"',
            "</resources>": '<primitive id="f" class="stonith" type="fence_xvm"/></resources>',
        }
    )
    found = described(nodes)
    assert lab_yaml.parse(found.text, "lab.yaml").fencing == OWN
    assert "not in lab.yaml: f;" in " ".join(found.notes)


def test_what_the_person_should_know() -> None:
    nodes = changed(
        {
            "nodeid: 1": "ring1_addr: 10.0.0.1\n        nodeid: 1",
            'name="no-quorum-policy"': 'name="my-own-property"',
            "    transport: knet": "    transport: knet\n    interface {\n        mcastport: 5999\n    }",
        }
    )
    notes = " ".join(described(nodes).notes)
    assert "2 links" in notes
    assert "my-own-property" in notes
    assert "port 5999" in notes


def test_a_long_token_has_a_long_budget() -> None:
    nodes = changed(
        {"totem.token (u32) = 3000": "totem.token (u32) = 30000"}, {"(u32) = 3600": "(u32) = 36000"}
    )
    assert lab_yaml.parse(described(nodes).text, "lab.yaml").drill.budget_s["crash"] == 86


def test_the_file_tells_the_token_when_corosync_does_not() -> None:
    nodes = changed(
        {"runtime.config.totem.": "other.", "    transport: knet": "    transport: knet\n    token: 5000"}
    )
    lab = lab_yaml.parse(described(nodes).text, "lab.yaml")
    assert (lab.corosync.token_ms, lab.corosync.consensus_ms) == (5000, 6000)


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        (changed({"\nalpha\n": "\n\n"}, host="a"), "a: no cluster answers there"),
        (changed({"\nbeta.shop.lan\n": "\nalpha\n"}, host="b"), "a and b are the same node, alpha"),
        (changed({"<node id=\"2\" uname=\"beta.shop.lan\"/>": ""}), "b is beta.shop.lan, which is not in the cluster"),
        (changed({"debian 12": "slackware 15"}), "has slackware 15, which the lab does not know"),
        (changed({"debian 12": "debian 11"}, host="b"), "different systems: debian11, debian12"),
        (changed({"type=\"IPaddr\"": "type=\"Dummy\""}), "no resource that can be the address"),
        (changed({"type=\"apache2\"": "type=\"nginx\""}), "no resource that can be the web"),
        (changed({"name=\"monitor\"": "name=\"watch\""}), "has no monitor"),
        (changed({"10.240.7.22 10.240.7.22": "10.240.7.22"}, host="a"), "The address of beta.shop.lan is not known"),
        (changed({"\ntotem {": "\n{"}), "the section has no name"),
        (AdoptedNodes(pages={"a": "<h1>It works</h1>", "b": "<h1>It works</h1>"}), "The page of a, "),
        (AdoptedNodes(pages={"a": "<h1>one</h1>", "b": ""}), "The page of b, /var/www/html/index.html, is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_described(nodes: AdoptedNodes, says: str) -> None:
    with pytest.raises(LabError) as caught:
        described(nodes)
    assert says in caught.value.message
    assert caught.value.hint


def test_a_host_that_does_not_answer_or_refuses_the_key() -> None:
    with pytest.raises(Unreachable, match=r"Permission denied \(publickey\)") as caught:
        described(AdoptedNodes(errors={"b": "Permission denied (publickey)."}))
    assert "ssh -F file b true" in caught.value.hint


def test_a_login_that_is_not_roots() -> None:
    with pytest.raises(CommandFailed, match="a password is required") as caught:
        described(AdoptedNodes(status=1))
    assert "sudo -n true" in caught.value.hint


def test_one_host_of_two() -> None:
    with pytest.raises(LabError, match=r"The cluster of a also has beta\.shop\.lan"):
        described(hosts=("a",))


def test_the_person_chooses_among_several() -> None:
    second = {
        "<resources>": '<resources><primitive id="ip2" class="ocf" provider="heartbeat" type="IPaddr2">'
        '<instance_attributes id="i"><nvpair id="n" name="ip" value="10.240.7.60"/></instance_attributes>'
        '<operations><op id="o" name="monitor" interval="20s"/></operations></primitive>'
    }
    with pytest.raises(LabError, match="several resources that can be the address: ip2, shop-ip"):
        described(changed(second))
    lab = lab_yaml.parse(described(changed(second), Wanted(address="ip2")).text, "lab.yaml")
    assert str(lab.vip) == "10.240.7.60"
    assert str(lab.network) == "10.240.7.0/24", "without a netmask: that of a node's interface"
    with pytest.raises(LabError, match="--web other: there is no such resource"):
        described(wanted=Wanted(web="other"))


def test_a_text_for_each_page() -> None:
    same = AdoptedNodes(pages=dict.fromkeys(HOSTS, "<p>from alpha or from beta</p>"))
    lab = lab_yaml.parse(
        described(same, Wanted(pages={"a": "from alpha", "b": "from beta"})).text, "lab.yaml"
    )
    assert [one.page for one in lab.nodes] == ["from alpha", "from beta"]
    with pytest.raises(LabError, match="--page c: there is no such host"):
        described(wanted=Wanted(pages={"c": "x"}))
    assert set(PAGES) == set(HOSTS)


def test_the_running_token_contains_a_part_for_each_node_above_two() -> None:
    third = "    node {\n        ring0_addr: 10.240.7.23\n        nodeid: 3\n    }\n}\n\nquorum {"
    nodes = changed(
        {"}\n\nquorum {": third, "(u32) = 3600": "(u32) = 4380", "token (u32) = 3000": "token (u32) = 3650"}
    )
    found = fast_yaml.read(described(nodes).text)["corosync"]
    assert (found["token_ms"], found["consensus_ms"]) == (3000, 4380)
