"""The agents of the service: of a floating address, and of Apache. Source: `pcs resource agents`; crm_resource(8)."""

from __future__ import annotations

ADDRESS_AGENTS = ("ocf:heartbeat:IPaddr", "ocf:heartbeat:IPaddr2")
"""The agents that give a node an IPv4 address; both do the same."""
APACHE_AGENT = "ocf:heartbeat:apache"
SERVICE_CLASSES = ("lsb", "systemd", "service", "upstart")
"""The classes of agents that start a service of the init system; `service` is pacemaker's word for any of them."""
