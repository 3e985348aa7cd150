"""Gratuitous ARP: how the agent of the address announces the new owner, and at which interval.

Sources: RFC 5227, 3; the agents' meta-data of resource-agents (ocf_heartbeat_IPaddr(7), ocf_heartbeat_IPaddr2(7)).
"""

from __future__ import annotations

from collections.abc import Mapping

from cluster import ocf_agents
from cluster.xml import OutputError, element

INTERVALS = ("ARP_INTERVAL_MS", "arp_interval")
"""The names of the parameter in milliseconds, for IPaddr and IPaddr2."""


def metadata_script(agent: str) -> str:
    """A shell text that prints the metadata of an OCF agent (ocf:provider:name); see `interval`."""
    return f"OCF_ROOT={ocf_agents.ROOT} {ocf_agents.path(agent)} meta-data"


def interval(metadata: str, attributes: Mapping[str, str]) -> float:
    """The time between two announcements (seconds): the resource's attribute, otherwise the agent's default.

    Raises OutputError when the agent has no such parameter or its value is not a number.
    """
    root = element(metadata, "the address's agent", ("resource-agent",))
    defaults = {
        parameter.get("name", ""): content.get("default", "")
        for parameter in root.iter("parameter")
        for content in parameter.iter("content")
    }
    known = [name for name in INTERVALS if name in defaults]
    text = attributes.get(known[0], defaults[known[0]]) if known else ""
    try:
        return int(text) / 1000
    except ValueError:
        raise OutputError(
            f"the address's agent gives no interval for its gratuitous ARP: {known[0] if known else 'no parameter'}"
            f" {text!r}; known are {' and '.join(INTERVALS)}",
            hint="crm_resource --show-metadata AGENT, on the node",
        ) from None
