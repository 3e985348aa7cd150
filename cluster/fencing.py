"""The fence devices of a lab: one for each node, which the other nodes use, and never the node itself. Pure.

Sources: fence_ipmilan(8), pacemaker-fenced(7), Pacemaker Explained ("Fencing").
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cluster.configuration import Configuration, Primitive
from inventory.bmc.access import CIPHER, USER, bmcs
from inventory.config.cluster_properties import in_effect, milliseconds
from inventory.model import INFINITY, Lab, Location, Node

AGENT = "fence_ipmilan"
CLASS = "stonith:"
DELAY_S = 5
"""How long the other node waits before it fences the preferred node (seconds). In a partition each node fences
the other: this wait decides which node is first. A fence action takes about 3 s, so 5 s is enough."""
MONITOR = "60s"
POWER_WAIT_S = 2.0
"""fence_ipmilan waits for so long after each switch, before it reads the power (its option power_wait, seconds)."""
AFTER_OFF_S = 2 * POWER_WAIT_S
"""To reboot a node, fence_ipmilan switches it off, waits, switches it on, and waits (its method onoff, seconds)."""
TIMEOUT = "60s"
"""The default of the property stonith-timeout: the time limit of a fence action."""
LOGIN_FILE = "/etc/ha-lab/bmc-password"
IPMITOOL = "/usr/local/sbin/ha-lab-ipmitool"
"""What fence_ipmilan runs in place of ipmitool: it takes the password from a file, not from its command line."""


def device_id(node: Node) -> str:
    """The id of the device that fences a node."""
    return f"fence_{node.alias}"


def device_ids(lab: Lab) -> tuple[str, ...]:
    """The ids of all devices; none without fencing."""
    return tuple(device_id(one.node) for one in bmcs(lab))


def delay(lab: Lab) -> str:
    """The pcmk_delay_base of the device that fences the preferred node; longer on a slow machine."""
    return f"{math.ceil(lab.patient(DELAY_S))}s"


def devices(lab: Lab) -> tuple[Primitive, ...]:
    """The devices as the CIB has them; none without fencing. The CIB has no password."""
    found = []
    for one in bmcs(lab):
        options = {
            "ip": str(one.address),
            "ipport": str(one.port),
            "username": USER,
            "lanplus": "1",
            "cipher": str(CIPHER),
            "ipmitool_path": IPMITOOL,
            "pcmk_host_list": one.node.name,
        }
        if one.node == lab.preferred:
            options["pcmk_delay_base"] = delay(lab)
        if lab.patience > 1:
            limit = f"{math.ceil(lab.patient(60))}s"
            options |= {
                "pcmk_reboot_timeout": limit,
                "pcmk_off_timeout": limit,
                "pcmk_monitor_timeout": limit,
            }
            options["power_timeout"] = f"{math.ceil(lab.patient(20))}"
        found.append(Primitive(device_id(one.node), f"{CLASS}{AGENT}", options, {"monitor": MONITOR}))
    return tuple(found)


def apart(lab: Lab) -> tuple[Location, ...]:
    """The constraints that keep each device from the node that it fences; none without fencing."""
    return tuple(
        Location(f"{device_id(one.node)}_elsewhere", device_id(one.node), one.node.name, -INFINITY)
        for one in bmcs(lab)
    )


@dataclass(frozen=True)
class FenceTimes:
    """How long it takes to fence a node: the known waits of each device, and the time limit (seconds)."""

    waits: tuple[float, ...]
    most: float

    @property
    def least(self) -> float:
        """The shortest time, with the device that waits least."""
        return min(self.waits)


def times(devices: Sequence[Primitive], properties: Mapping[str, str]) -> FenceTimes | None:
    """How long it takes to fence a node with these devices; None without any. A device that fails is no part of it."""
    limit = in_effect(properties, "stonith-timeout") or TIMEOUT
    delays = {one.id: _seconds(one.attributes.get("pcmk_delay_base", "0")) for one in devices}
    limits = {one.id: _seconds(one.attributes.get("pcmk_reboot_timeout", limit)) for one in devices}
    if not delays:
        return None
    waits = tuple(delay + AFTER_OFF_S for delay in delays.values())
    return FenceTimes(waits, max(delay + limits[id_] for id_, delay in delays.items()))


def _seconds(text: str) -> float:
    return (milliseconds(text) or 0) / 1000


def services(configuration: Configuration) -> tuple[Primitive, ...]:
    """The resources of a configuration without the fence devices."""
    return tuple(one for one in configuration.resources if not one.agent.startswith(CLASS))


def in_cib(configuration: Configuration) -> tuple[Primitive, ...]:
    """The fence devices of a configuration."""
    return tuple(one for one in configuration.resources if one.agent.startswith(CLASS))
