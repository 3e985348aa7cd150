"""ARP frames on Ethernet as bytes: a probe, and what an answer or an announcement says. Sources: RFC 826, RFC 5227."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

ETHERTYPE = 0x0806
_HEAD = struct.Struct("!6s6sH")
_BODY = struct.Struct("!HHBBH6s4s6s4s")
_BROADCAST = b"\xff" * 6
_NOBODY = b"\0" * 6
_ETHERNET, _IPV4, _REQUEST, _REPLY = 1, 0x0800, 1, 2
SENDER = b"\x0a\x68\x61\x6c"
"""The first four bytes of the sender of a probe: a locally administered address; its number is in the other two.

An answer to it reaches no machine, so the probes change no ARP table: neither this host's nor a node's.
"""


@dataclass(frozen=True)
class ArpFrame:
    """An ARP frame: its operation, and the hardware and protocol addresses of sender and target."""

    reply: bool
    sender: bytes
    sender_address: IPv4Address
    target: bytes
    target_address: IPv4Address

    @property
    def announces(self) -> bool:
        """It is a gratuitous ARP: the sender says that this is its own address, and asks nobody."""
        return self.sender_address == self.target_address

    @property
    def number(self) -> int | None:
        """The number of the probe that it answers; None when it answers none."""
        if not self.reply or not self.target.startswith(SENDER):
            return None
        return int.from_bytes(self.target[4:], "big")


def probe(address: IPv4Address, number: int) -> bytes:
    """An ARP Probe (RFC 5227): who has this address? It names no sender address. `number` counts up to 65535."""
    sender = SENDER + number.to_bytes(2, "big")
    body = _BODY.pack(
        *(_ETHERNET, _IPV4, 6, 4, _REQUEST, sender, bytes(4), _NOBODY, address.packed),
    )
    return _HEAD.pack(_BROADCAST, sender, ETHERTYPE) + body


def parse(frame: bytes) -> ArpFrame | None:
    """A frame from the network; None when it is no ARP for IPv4 on Ethernet."""
    if len(frame) < _HEAD.size + _BODY.size:
        return None
    _, _, ethertype = _HEAD.unpack_from(frame)
    kind, protocol, _, _, operation, sender, sender_ip, target, target_ip = _BODY.unpack_from(
        frame, _HEAD.size
    )
    if (ethertype, kind, protocol) != (ETHERTYPE, _ETHERNET, _IPV4) or operation not in (_REQUEST, _REPLY):
        return None
    return ArpFrame(operation == _REPLY, sender, IPv4Address(sender_ip), target, IPv4Address(target_ip))
