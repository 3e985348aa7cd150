"""One cluster node. `inventory.model` gives it to all others."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True)
class Node:
    """One machine of the lab, usually a cluster node: its name as `uname -n` prints it, and its cluster address."""

    name: str
    address: IPv4Address
    id: int  # corosync's nodeid, in the lab's own nodes from 1, in the order of lab.yaml; 0 for the witness
    host: str = ""
    """The node's name in the ssh_config of an adopted cluster; "" for its alias."""
    page: str = ""
    """A text that only this node's page has, in an adopted cluster; "": the page that the lab itself wrote."""

    @property
    def ssh_host(self) -> str:
        """The node's name in the ssh_config."""
        return self.host or self.alias

    @property
    def alias(self) -> str:
        """The first label of the name; also Vagrant's name of the machine."""
        return self.name.split(".", 1)[0]

    def is_called(self, name: str) -> bool:
        """Whether a host name is this node's full name or alias, in upper or lower case (RFC 4343)."""
        return name.lower() in (self.name.lower(), self.alias.lower())
