"""Where a node stores its host name for the next boot: hostname(5), or the network file of Red Hat's init scripts."""

from __future__ import annotations

from inventory.platforms.base import HostName


class HostNameFile(HostName):
    """/etc/hostname, hostname(5)."""

    reading = "cat /etc/hostname"

    def keep(self, name: str) -> str:
        """Write the file."""
        return f"echo {name} > /etc/hostname"


class NetworkFile(HostName):
    """/etc/sysconfig/network, read by Red Hat's init scripts (sysconfig.txt of initscripts)."""

    reading = "sed -n s/^HOSTNAME=//p /etc/sysconfig/network"

    def keep(self, name: str) -> str:
        """Change the line HOSTNAME= of the file."""
        return f"sed -i 's/^HOSTNAME=.*/HOSTNAME={name}/' /etc/sysconfig/network"
