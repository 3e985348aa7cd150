"""A router between a lab's network, which is a bridge on this host, and a client in a network of its own.

Router and client are network namespaces (ip-netns(8)). The router has one interface on the lab's bridge, and one to the
client. The only route of the client leads through the router to the lab's network; neither of them has a default route.
The router replaces the source address of each packet from the client by its own one (source NAT). So the nodes need no
route to the client, and nothing on them changes. All names contain the lab's digest, so that a later command finds what
a killed process left.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from inventory.errors import MachineError
from inventory.host import command
from inventory.model import Lab
from inventory.ranges import BEHIND_ROUTER

NAMESPACES, LINKS = Path("/run/netns"), Path("/sys/class/net")
PROGRAMS = ("ip", "iptables")
HINT = "A drill also runs without the client behind the router."
DEADLINE = 30.0
_SETTINGS = (
    "set -e; cd /proc/sys/net; echo {} >ipv4/ip_forward; "
    "[ ! -e ipv6 ] || for of in all default; do echo 1 >ipv6/conf/$of/disable_ipv6; done"
)
"""Switches the forwarding of IPv4 on or off, and IPv6 off (a kernel without IPv6 has no such folder)."""
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""
_OWN, _CLIENT = BEHIND_ROUTER.hosts()


@dataclass(frozen=True)
class Router:
    """The router of the lab with a digest. It has `address` in the lab's `network`, whose `bridge` is on this host."""

    digest: str
    bridge: str
    network: IPv4Network
    address: IPv4Address

    @property
    def client(self) -> Path:
        """The client's namespace, for `enter`."""
        return NAMESPACES / names(self.digest)[1]

    def require(self) -> None:
        """Raise MachineError with the reason when it cannot be made on this host."""
        if not (LINKS / self.bridge).exists():
            raise MachineError(f"the lab's bridge {self.bridge} is not on this machine", hint=HINT)
        if os.geteuid() != 0:
            raise MachineError("only root can make network namespaces", hint=HINT)
        if lacking := [name for name in PROGRAMS if shutil.which(name) is None]:
            raise MachineError(f"not installed: {', '.join(lacking)}", hint=HINT)

    def make(self) -> None:
        """Make it, in place of one that is there already. Raises MachineError; then nothing is left."""
        self.require()
        remove(self.digest)
        try:
            self._make()
        except BaseException:
            remove(self.digest)
            raise

    def _make(self) -> None:
        router, client = names(self.digest)
        link = link_name(self.digest)
        _ip((f"netns add {router}", f"netns add {client}"))
        for namespace, forwards in ((router, 1), (client, 0)):
            _check(["ip", "netns", "exec", namespace, "sh", "-c", _SETTINGS.format(forwards)])
        _ip(
            (
                f"link add {link} type veth peer name lab netns {router}",
                f"link set {link} master {self.bridge} up",
            )
        )
        own = f"{self.address}/{self.network.prefixlen}"
        _ip(
            (
                f"link add client type veth peer name router netns {client}",
                f"addr add {own} dev lab",
                f"addr add {_OWN}/{BEHIND_ROUTER.prefixlen} dev client",
                "link set lab up",
                "link set client up",
            ),
            router,
        )
        _ip(
            (
                f"addr add {_CLIENT}/{BEHIND_ROUTER.prefixlen} dev router",
                "link set router up",
                f"route add {self.network} via {_OWN}",
            ),
            client,
        )
        nat = ["-A", "POSTROUTING", "-o", "lab", "-j", "SNAT", "--to-source", str(self.address)]
        _check(["ip", "netns", "exec", router, "iptables", "-w", "-t", "nat", *nat])


def names(digest: str) -> tuple[str, str]:
    """The names of a lab's two namespaces: the router's, the client's."""
    return f"ha-lab-{digest}-router", f"ha-lab-{digest}-client"


def link_name(digest: str) -> str:
    """The name of the router's port on the lab's bridge; Linux allows 15 characters."""
    return f"halab-r{digest}"


def address_in(lab: Lab) -> IPv4Address:
    """The router's address: the highest free one of the lab's network. Raises MachineError when none is free."""
    network = lab.network
    taken = {lab.vip, *(one.address for one in lab.machines), network.network_address + 1}
    # The first address is this host's own; the last one is the broadcast address.
    for last in range(int(network.broadcast_address) - 1, int(network.network_address) + 1, -1):
        if IPv4Address(last) not in taken:
            return IPv4Address(last)
    raise MachineError(f"the network {network} has no free address for the router", hint=HINT)


def left(digest: str) -> tuple[str, ...]:
    """The parts of a lab's router that exist: the names of namespaces and links."""
    link = link_name(digest)
    namespaces = [name for name in names(digest) if (NAMESPACES / name).exists()]
    return (link, *namespaces) if (LINKS / link).exists() else tuple(namespaces)


def remove(digest: str) -> bool:
    """Remove the parts of a lab's router; return whether there were any. Raises MachineError with root's command."""
    if not (found := left(digest)):
        return False
    for name in found:
        words = ["ip", "link" if name == link_name(digest) else "netns", "del", name]
        try:
            command.as_root(words, " ".join(words), deadline=DEADLINE)
        except MachineError:
            if name in left(digest):  # a part may also disappear when the process that made it ends
                raise
    return True


def enter(namespace: Path) -> None:
    """Let this thread use another network namespace from now on (setns(2)). Raises OSError."""
    file = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(file, _NEW_NETWORK) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(namespace))
    finally:
        os.close(file)


def _ip(lines: Iterable[str], namespace: str = "") -> None:
    _check(["ip", *(["-n", namespace] if namespace else []), "-batch", "-"], "\n".join(lines) + "\n")


def _check(argv: list[str], stdin: str = "") -> None:
    done = command.run(argv, deadline=DEADLINE, stdin=stdin)
    if not done.good:
        said = " ".join((done.err or done.out).split())
        raise MachineError(f"`{' '.join(argv)}` (exit {done.status}): {said}", hint=HINT)
