"""The ranges of addresses that a lab may use. All others belong to real hosts."""

from __future__ import annotations

from ipaddress import IPv4Network

BENCHMARKS = IPv4Network("198.18.0.0/15")
"""The range that is reserved for tests of devices (RFC 2544); by default labs 2, 3, ... are in it."""
PRIVATE_NETWORKS = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15")))
"""The ranges that a lab may use: private networks (RFC 1918), and the one for tests of devices (RFC 2544)."""
BEHIND_ROUTER = IPv4Network("192.0.2.0/30")
"""The network of the drill's client behind a router, in a range for documentation (RFC 5737), which no lab may use. It
exists only inside two namespaces of each lab, so several labs can have the same one."""
