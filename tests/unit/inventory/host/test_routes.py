from __future__ import annotations

import subprocess
import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from inventory.config.lab_yaml import load
from inventory.errors import MachineError, RouteRefused
from inventory.host import routes
from inventory.host.routes import Route, of_darwin, of_linux, refuse

LAB = load(Path(__file__).parents[4] / "lab.yaml")
VIP = LAB.vip
OWN = '[{"dst":"172.16.0.0/16","dev":"halab-1","scope":"link","prefsrc":"172.16.0.1","flags":[]}]'
LINUX = {
    "a gateway": '[{"dst":"172.16.0.0/16","gateway":"192.0.2.1","dev":"halab-1","flags":[]}]',
    "the default route's gateway": '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[]}]',
    "the default route": '[{"dst":"default","dev":"tun0","scope":"link","flags":[]}]',
    "an IPv6 gateway": '[{"dst":"172.16.0.0/16","via":{"family":"inet6","host":"fe80::1"},"dev":"halab-1"}]',
    "several ways": '[{"dst":"172.16.0.0/16","nexthops":[{"gateway":"192.0.2.1","dev":"halab-1"}]}]',
    "several on-link ways": '[{"dst":"172.16.0.0/16","nexthops":[{"dev":"halab-1"},{"dev":"eth0"}]}]',
    "another interface": '[{"dst":"172.16.0.0/16","dev":"eth1","scope":"link"}]',
    "a wider route": '[{"dst":"172.16.0.0/12","dev":"halab-1","scope":"link"}]',
    "this host": '[{"type":"local","dst":"172.16.100.11","dev":"halab-1","table":"local"}]',
    "a blackhole": '[{"type":"blackhole","dst":"172.16.0.0/16","flags":[]}]',
    "nothing": "[]",
    "no answer": "",
    "no JSON": "172.16.100.11 dev halab-1",
    "no destination": '[{"dev":"halab-1"}]',
}
DARWIN = """   route to: 172.16.100.11
destination: 172.16.0.0
       mask: 255.255.0.0
  interface: vboxnet0
      flags: <UP,DONE,CLONING,STATIC>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
"""


def test_the_labs_own_interface_is_allowed() -> None:
    route = of_linux(OWN, VIP)
    assert route == Route(VIP, "halab-1", IPv4Network("172.16.0.0/16"))
    refuse(route, {"halab-1"}, LAB)
    refuse(route, lambda name: name.startswith("halab-"), LAB)


@pytest.mark.parametrize("text", LINUX.values(), ids=LINUX)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(RouteRefused, match=r"nothing was sent to 172\.16\.100\.11"):
        refuse(of_linux(text, VIP), {"halab-1"}, LAB)


@pytest.mark.parametrize(
    "name", ["a gateway", "the default route's gateway", "the default route", "this host"]
)
def test_no_judgement_allows_what_is_never_allowed(name: str) -> None:
    with pytest.raises(RouteRefused):
        refuse(of_linux(LINUX[name], VIP), lambda _: True, LAB)


def test_the_refusal_says_what_was_found_and_what_to_do() -> None:
    with pytest.raises(RouteRefused) as caught:
        refuse(of_linux(LINUX["the default route's gateway"], VIP), {"halab-1"}, LAB)
    assert "through the gateway 192.0.2.1 on eth0" in str(caught.value)
    assert "./lab up" in caught.value.hint
    with pytest.raises(RouteRefused) as caught:
        refuse(of_linux(LINUX["this host"], VIP), {"halab-1"}, LAB)
    assert "sudo ip address del 172.16.100.11 dev halab-1" in caught.value.hint


def test_macos() -> None:
    route = of_darwin(DARWIN, VIP)
    assert route == Route(VIP, "vboxnet0", IPv4Network("172.16.0.0/16"))
    refuse(route, {"vboxnet0"}, LAB)
    neighbour = DARWIN.replace("172.16.0.0", str(VIP)).replace("       mask: 255.255.0.0\n", "")
    assert of_darwin(neighbour, VIP).matched == IPv4Network("172.16.100.11/32")


@pytest.mark.parametrize(
    "text",
    [
        DARWIN.replace("destination: 172.16.0.0", "destination: default").replace("255.255.0.0", "default"),
        DARWIN.replace("  interface", "    gateway: 192.168.1.1\n  interface"),
        DARWIN.replace("vboxnet0", "en0"),
        DARWIN.replace("vboxnet0", "lo0"),
        DARWIN.replace("STATIC", "BLACKHOLE"),
        DARWIN.replace("255.255.0.0", "255.255.0.0.0"),
        "route: writing to routing socket: not in table",
        "",
    ],
)
def test_macos_refuses(text: str) -> None:
    with pytest.raises(RouteRefused):
        refuse(of_darwin(text, VIP), {"vboxnet0", "lo0"}, LAB)


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(RouteRefused, match="win32"):
        routes.require(VIP, {"halab-1"}, LAB)


@pytest.mark.parametrize(
    ("status", "error", "kind", "fragment"),
    [
        (2, "RTNETLINK answers: Network is unreachable", RouteRefused, "Network is unreachable"),
        (2, "", RouteRefused, "ip ended with 2"),
        (None, "", MachineError, "cannot be read"),
    ],
)
def test_a_failed_reading_is_no_permission(
    monkeypatch: pytest.MonkeyPatch, status: int | None, error: str, kind: type[Exception], fragment: str
) -> None:
    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if status is None:
            raise FileNotFoundError(argv[0])
        return subprocess.CompletedProcess(argv, status, "", error)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(kind, match=fragment):
        routes.require(VIP, {"halab-1"}, LAB)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's routes")
def test_this_hosts_loopback_is_its_own() -> None:
    route = routes.route_to(IPv4Address("127.0.0.1"))
    assert (route.local, route.interface) == (True, "lo")
    assert routes.interface_for(IPv4Address("127.0.0.1")) == "lo"
