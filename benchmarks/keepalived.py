"""The configuration of keepalived on two peers, and the reading of its address events. Pure.

VRRP version 3 by unicast, without preemption, with a script that watches the web server.
Sources: keepalived.conf(5) of 2.2, RFC 5798, ip-monitor(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from ipaddress import IPv4Address

from inventory.model import Lab, Node

PATH = "/etc/keepalived/keepalived.conf"
ROUTER_ID = 51
"""The virtual router's id; the peers are alone on their bridge."""
FIRST_PRIORITY = 100
SCRIPT = "/usr/bin/pgrep -x"
"""Succeeds while a process of that name runs. Not pidof: keepalived calls a symbolic link by the name of its target."""
_EVENT = re.compile(r"^\[([0-9T:.\-]+)\] (Deleted )?\d+: \S+\s+inet ([0-9.]+)/")


def configuration(lab: Lab, node: Node, advert_s: float, interface: str, process: str) -> str:
    """keepalived.conf of one peer.

    `advert_s` is the interval of the advertisements (seconds). `process` is the web server's name.
    """
    [peer] = lab.peers(node)
    return f"""\
global_defs {{
    router_id {node.alias}
    vrrp_version 3
    enable_script_security
    script_user root
}}
vrrp_script web {{
    script "{SCRIPT} {process}"
    interval 1
    fall 1
    rise 1
}}
vrrp_instance address {{
    state BACKUP
    nopreempt
    interface {interface}
    virtual_router_id {ROUTER_ID}
    priority {FIRST_PRIORITY + len(lab.nodes) - node.id}
    advert_int {advert_s:g}
    unicast_src_ip {node.address}
    unicast_peer {{
        {peer.address}
    }}
    virtual_ipaddress {{
        {lab.vip}/{lab.network.prefixlen}
    }}
    track_script {{
        web
    }}
}}
"""


def held(
    events: str, address: IPv4Address, since: float, until: float, *, at_first: bool
) -> tuple[tuple[float, float], ...]:
    """When a node held an address, from the output of `ip -ts -o monitor address` (UTC), as (from, to).

    `since` and `until` limit the observation (seconds since 1970). `at_first`: it held the address at `since`.
    """
    began = since if at_first else None
    found = []
    for line in events.splitlines():
        event = _EVENT.match(line)
        if event is None or event.group(3) != str(address):
            continue
        at = datetime.fromisoformat(event.group(1)).replace(tzinfo=timezone.utc).timestamp()
        if not event.group(2):
            began = at if began is None else began
        elif began is not None:
            found.append((began, at))
            began = None
    if began is not None:
        found.append((began, until))
    return tuple(found)


def overlap(periods: Mapping[str, Sequence[tuple[float, float]]]) -> float:
    """For how long two nodes held the address at once (seconds)."""
    one, other = periods.values()
    return sum(_common(a, b) for a in one for b in other)


def _common(a: Iterable[float], b: Iterable[float]) -> float:
    (a_from, a_to), (b_from, b_to) = a, b
    return max(0.0, min(a_to, b_to) - max(a_from, b_from))
