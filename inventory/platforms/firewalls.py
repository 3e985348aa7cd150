"""The firewalls of the systems: firewalld, and the iptables service."""

from __future__ import annotations

from inventory.platforms.base import Firewall
from inventory.remote.script import script

FIREWALLD = Firewall(script(__package__, "firewalld_open"), script(__package__, "firewalld_reading"))
IPTABLES = Firewall(script(__package__, "iptables_open"), script(__package__, "iptables_reading"))
