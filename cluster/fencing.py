"""The fence devices of a lab: one for each node, which the other nodes use, and never the node itself. Pure.

Sources: fence_ipmilan(8), pacemaker-fenced(7), Pacemaker Explained ("Fencing").
"""

from __future__ import annotations

import math

from cluster.configuration import Configuration, Primitive
from inventory.bmc.access import CIPHER, USER, bmcs
from inventory.model import INFINITY, Lab, Location, Node

AGENT = "fence_ipmilan"
DELAY_S = 5
"""How long the other node waits before it fences the preferred node (seconds). In a partition each node fences
the other: this wait decides which node is first. A fence action takes about 3 s, so 5 s is enough."""
MONITOR = "60s"
LOGIN_FILE = "/etc/ha-lab/bmc-password"
IPMITOOL = "/usr/local/sbin/ha-lab-ipmitool"
"""What fence_ipmilan runs in place of ipmitool: it takes the password from a file, not from its command line."""


def device_id(node: Node) -> str:
    """The id of the device that fences a node."""
    return f"fence_{node.alias}"


def device_ids(lab: Lab) -> tuple[str, ...]:
    """The ids of all devices; none without fencing."""
    return tuple(device_id(one.node) for one in bmcs(lab))


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
            options["pcmk_delay_base"] = f"{math.ceil(lab.patient(DELAY_S))}s"
        if lab.patience > 1:
            limit = f"{math.ceil(lab.patient(60))}s"
            options |= {
                "pcmk_reboot_timeout": limit,
                "pcmk_off_timeout": limit,
                "pcmk_monitor_timeout": limit,
            }
            options["power_timeout"] = f"{math.ceil(lab.patient(20))}"
        found.append(Primitive(device_id(one.node), f"stonith:{AGENT}", options, {"monitor": MONITOR}))
    return tuple(found)


def apart(lab: Lab) -> tuple[Location, ...]:
    """The constraints that keep each device from the node that it fences; none without fencing."""
    return tuple(
        Location(f"{device_id(one.node)}_elsewhere", device_id(one.node), one.node.name, -INFINITY)
        for one in bmcs(lab)
    )


def services(configuration: Configuration) -> tuple[Primitive, ...]:
    """The resources of a configuration without the fence devices."""
    return tuple(one for one in configuration.resources if not one.agent.startswith("stonith:"))
