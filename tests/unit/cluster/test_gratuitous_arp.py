from __future__ import annotations

import pytest

from cluster import gratuitous_arp
from cluster.xml import OutputError
from tests.support.example_lab import METADATA

IPADDR = METADATA.format(name="ARP_INTERVAL_MS", default=500)
IPADDR2 = METADATA.format(name="arp_interval", default=200)


@pytest.mark.parametrize(
    ("metadata", "attributes", "seconds"),
    [
        (IPADDR, {}, 0.5),
        (IPADDR2, {"ip": "172.16.100.11"}, 0.2),
        (IPADDR, {"ARP_INTERVAL_MS": "1500"}, 1.5),
        (IPADDR2, {"arp_interval": "50"}, 0.05),
        (IPADDR2, {"ARP_INTERVAL_MS": "1500"}, 0.2),
    ],
    ids=["IPaddr", "IPaddr2", "IPaddr, set", "IPaddr2, set", "another agent's parameter"],
)
def test_the_interval(metadata: str, attributes: dict[str, str], seconds: float) -> None:
    assert gratuitous_arp.interval(metadata, attributes) == seconds


@pytest.mark.parametrize(
    ("metadata", "attributes", "told"),
    [
        (METADATA.format(name="cidr_netmask", default=""), {}, "no parameter"),
        (IPADDR, {"ARP_INTERVAL_MS": "soon"}, "ARP_INTERVAL_MS 'soon'"),
        ("sh: not found", {}, "printed no XML: sh: not found"),
    ],
)
def test_an_agent_that_does_not_tell_it(metadata: str, attributes: dict[str, str], told: str) -> None:
    with pytest.raises(OutputError) as caught:
        gratuitous_arp.interval(metadata, attributes)
    assert told in caught.value.message


def test_the_agent_is_asked_where_ocf_has_it() -> None:
    assert gratuitous_arp.metadata_script("ocf:heartbeat:IPaddr2").endswith(
        "/resource.d/heartbeat/IPaddr2 meta-data"
    )
