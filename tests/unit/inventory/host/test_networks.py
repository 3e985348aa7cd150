from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network

from inventory.host import networks
from inventory.host.networks import Link, RouteEntry


def test_routes_and_addresses() -> None:
    assert networks.route_entries(
        '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"type":"blackhole","dst":"172.16.0.0/12"},'
        '{"dst":"10.8.0.1","dev":"tun0"}]'
    ) == (
        RouteEntry(IPv4Network("172.16.0.0/12"), "", "blackhole"),
        RouteEntry(IPv4Network("10.8.0.1/32"), "tun0"),
    )
    assert networks.links(
        '[{"ifname":"lo","flags":["LOOPBACK"],"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},'
        '{"ifname":"eth0","flags":[],"addr_info":[{"family":"inet","local":"192.0.2.2","prefixlen":24}]},{}]'
    ) == (Link("eth0", IPv4Interface("192.0.2.2/24")),)
