"""The fence devices and their commands. The lab never fences with the document's pcs."""

from __future__ import annotations

import shlex

from cluster import fencing, pcs_stonith
from cluster.pcs_file import takes_file
from inventory.model import INFINITY
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fenced_lab import fenced_lab


def test_the_commands() -> None:
    device = fencing.devices(fenced_lab())[1]
    create = pcs_stonith.create(device.id, fencing.AGENT, device.attributes, fencing.MONITOR)
    assert shlex.join(create) == (
        "pcs stonith create fence_node2 fence_ipmilan ip=172.16.0.1 ipport=6232 username=ha-lab lanplus=1 cipher=3"
        " ipmitool_path=/usr/local/sbin/ha-lab-ipmitool pcmk_host_list=node2.magedu.com op monitor interval=60s"
    )
    assert takes_file(create)
    assert shlex.join(pcs_stonith.delete("fence_node2")) == "pcs stonith delete fence_node2"
    assert not takes_file(pcs_stonith.delete("fence_node2"))
    assert shlex.join(pcs_stonith.fence(NODE2)) == "pcs stonith fence node2.magedu.com"


def test_the_preferred_node_wins() -> None:
    delays = [one.attributes.get("pcmk_delay_base", "") for one in fencing.devices(fenced_lab())]
    assert delays == ["5s", ""], "its device is the one that waits"


def test_a_slow_machine_gets_more_time() -> None:
    device = fencing.devices(fenced_lab(patience=4.0))[0]
    assert {
        name: device.attributes[name] for name in ("pcmk_delay_base", "pcmk_reboot_timeout", "power_timeout")
    } == {
        "pcmk_delay_base": "20s",
        "pcmk_reboot_timeout": "240s",
        "power_timeout": "80",
    }


def test_no_node_fences_itself() -> None:
    assert [(one.resource, one.node, one.score) for one in fencing.apart(fenced_lab())] == [
        ("fence_node1", NODE1, -INFINITY),
        ("fence_node2", NODE2, -INFINITY),
    ]


def test_without_fencing_there_is_nothing() -> None:
    lab = example_lab()
    assert fencing.devices(lab) == fencing.apart(lab) == fencing.device_ids(lab) == ()
