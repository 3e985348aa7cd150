"""What each fence device answers on each node: the fence agent's action `status`, which switches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cluster import fencing
from inventory.model import Command, Node, Result
from inventory.remote.ssh import run_all
from inventory.session import LabSession

DEADLINE_S = 40.0
"""The longest time of one question (seconds): fence_ipmilan repeats its login when a BMC does not answer."""
POWER: dict[int, Literal["on", "off"]] = {0: "on", 2: "off"}
"""The exit statuses of a fence agent for the action `status` (FenceAgentAPI)."""


@dataclass(frozen=True)
class DeviceReading:
    """What one node reads from one device: the power of the node that it fences, or why it got no answer."""

    device: str
    reader: Node
    power: Literal["on", "off", "unknown"]
    why: str = ""
    seconds: float = 0.0


def questions(session: LabSession) -> tuple[Command, ...]:
    """One question for each device on each node. The options go to its standard input, as pacemaker does it."""
    return tuple(
        Command(
            node.name,
            (fencing.AGENT,),
            why=f"ask {device.id} for the power of its node",
            stdin="".join(f"{name}={value}\n" for name, value in options(device.attributes).items()),
            deadline=session.lab.patient(DEADLINE_S),
            ok=tuple(POWER),
            purpose="read-fence-device",
        )
        for device in fencing.devices(session.lab)
        for node in session.lab.nodes
    )


def options(attributes: Mapping[str, str]) -> dict[str, str]:
    """The agent's own options of a device, for the action `status`; those of pacemaker are left out."""
    own = {name: value for name, value in attributes.items() if not name.startswith("pcmk_")}
    return {"action": "status", **own}


def look(session: LabSession) -> tuple[DeviceReading, ...]:
    """Ask every device from every node, all at the same time. Raises Unreachable when a node does not answer."""
    asked = questions(session)
    devices = [device.id for device in fencing.devices(session.lab) for _ in session.lab.nodes]
    return tuple(
        reading(device, session.lab.node(command.node), result)
        for device, command, result in zip(devices, asked, run_all(session.remote, asked), strict=True)
    )


def reading(device: str, reader: Node, result: Result) -> DeviceReading:
    """Parse the answer to a question."""
    power = POWER.get(result.status)
    if power:
        return DeviceReading(device, reader, power, seconds=result.seconds)
    lines = [line.strip() for line in (result.err or result.out).splitlines() if line.strip()]
    why = lines[-1] if lines else f"exit status {result.status}"
    return DeviceReading(device, reader, "unknown", why, result.seconds)
