"""Who may ask the page: the address that was asked for, the origin, and the token. Pure.

- Host: a page of another site can make a browser ask this server under that site's name, when the name leads to this
  machine (DNS rebinding). So only the address at which the connection arrived is answered, by number.
- Origin: a browser tells which site asks. Only this server's own pages may.
- Token: who does not know it gets nothing; it is compared in constant time.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
WRONG_ADDRESS = "the token in the address is missing or wrong. Open the address that ./lab watch printed."
OTHER_HOST = "this server is asked for under another name. Open the address that ./lab watch printed."
OTHER_ORIGIN = "another site asks. Only the pages of this server may do this."
READ_ONLY = "this view shows only. ./lab watch --web --control starts scenarios."


@dataclass(frozen=True)
class Question:
    """What a request says of itself: its headers Host and Origin, each as often as it came, and its token.

    `arrived` is the address and the port of this machine to which the client is connected.
    """

    hosts: Sequence[str]
    origins: Sequence[str]
    token: str
    arrived: tuple[str, int]
    changes: bool = False
    """The request changes something."""


@dataclass(frozen=True)
class Access:
    """The rules of one server. `token` "": none is needed. `control`: scenarios may be started."""

    token: str = ""
    control: bool = False

    def refusal(self, asked: Question) -> str:
        """Why a request is refused, for people; "" when it may be answered."""
        if len(asked.hosts) != 1 or not _is_own(asked.hosts[0], asked.arrived):
            return OTHER_HOST
        if any(one != f"http://{asked.hosts[0]}" for one in asked.origins):
            return OTHER_ORIGIN
        if self.token and not hmac.compare_digest(self.token.encode(), asked.token.encode()):
            return WRONG_ADDRESS
        if asked.changes:
            if not self.control:
                return READ_ONLY
            if len(asked.origins) != 1:
                return OTHER_ORIGIN
        return ""


def _is_own(host: str, arrived: tuple[str, int]) -> bool:
    """Whether a Host header names the address of the connection, by number; on loopback also as localhost.

    On loopback the port may differ: `ssh -L` leads from another one to it.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname or "", parts.port or 80
        here = _plain(arrived[0])
        if host != parts.netloc or "@" in host:
            return False
        if here.is_loopback:
            return name == "localhost" or _plain(name).is_loopback
        return _plain(name) == here and port == arrived[1]
    except ValueError:
        return False


def _plain(text: str) -> Address:
    """An address; one of IPv4 that is written as IPv6 becomes that of IPv4. Raises ValueError."""
    found = ip_address(text)
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
