"""Reads the state of a running corosync: quorum, members and timings, for corosync 3 and 1.4.

Sources: corosync-quorumtool(8), corosync-cmapctl(8) and cmap_keys(7) of 3.1; corosync-objctl(8) of 1.4, whose
plugin leaves the quorum to pacemaker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cluster.xml import OutputError
from inventory.model import Lab
from inventory.platforms.base import CorosyncGeneration
from language.marking import marked

_MEMBER = re.compile(r"^\s*(0x[0-9a-fA-F]+|\d+)\s+\d+\s+\S", re.M)
_JOINED = re.compile(r"^\S*\.members\.(\w+)\.status=joined\s*$", re.M)
_VALUE = re.compile(r"^(?:runtime\.config\.)?totem\.(\w+)(?: \(u32\) ?= |=)(\d+)\s*$", re.M)


@dataclass(frozen=True)
class Membership:
    """The members of the ring as one node sees them; `quorate` is None when corosync itself counts no votes.

    `flags` are those of votequorum: Quorate, 2Node, WaitForAll.
    """

    quorate: bool | None
    members: tuple[str, ...]
    flags: tuple[str, ...] = ()


def membership_script(generation: CorosyncGeneration) -> str:
    """A shell text that prints the membership; see `membership`."""
    return "corosync-objctl -a | grep members" if generation == "1.4" else "corosync-quorumtool -s"


def answers_script(generation: CorosyncGeneration, limit: int) -> str:
    """A shell condition: a running corosync answers the command of `membership_script` within `limit` seconds.

    A corosync 1.4 that lost its ring to itself may go on without an answer to corosync-objctl, although its cluster
    works. Asked twice, because a busy node may be late.
    """
    asked = f"timeout {limit} {membership_script(generation)} >/dev/null 2>&1"
    return f"{asked} || {asked}" if generation == "1.4" else "true"


def membership(text: str, lab: Lab, generation: CorosyncGeneration) -> Membership | None:
    """Read the output of `membership_script`; None when no corosync answered."""
    if generation == "1.4":
        joined = _JOINED.findall(text)
        found = [node for node in lab.nodes if any(_at(text, key, str(node.address)) for key in joined)]
        return Membership(None, tuple(node.name for node in found)) if found else None
    quorate = re.search(r"^Quorate:\s+(Yes|No)\s*$", text, re.M)
    if quorate is None:
        return None
    ids = {int(word, 0) for word in _MEMBER.findall(text.partition("Membership information")[2])}
    flags = re.search(r"^Flags:(.*)$", text, re.M)
    return Membership(
        quorate.group(1) == "Yes",
        tuple(node.name for node in lab.nodes if node.id in ids),
        tuple(flags.group(1).split()) if flags else (),
    )


@dataclass(frozen=True)
class Votes:
    """The votes by votequorum: those that are there, expected and needed; its flags (2Node, Qdevice ...)."""

    total: int
    expected: int
    needed: int
    flags: tuple[str, ...] = ()

    @property
    def quorate(self) -> bool:
        """Enough votes are present."""
        return self.total >= self.needed


def votes(text: str) -> Votes | None:
    """Read the votes in the output of `corosync-quorumtool -s`; None where it has none (corosync 1.4's plugin)."""
    found = dict(re.findall(r"^(Expected votes|Total votes|Quorum|Flags):\s*(.*)$", text, re.M))
    counts = [re.match(r"\d+", found.get(name, "")) for name in ("Total votes", "Expected votes", "Quorum")]
    if None in counts:
        return None
    total, expected, needed = (int(one.group()) for one in counts if one)
    return Votes(total, expected, needed, tuple(found.get("Flags", "").split()))


def _at(text: str, key: str, address: str) -> bool:
    return re.search(rf"\.members\.{key}\.ip=.*ip\({re.escape(address)}\)", text) is not None


def timings_script(generation: CorosyncGeneration) -> str:
    """A shell text that prints token and consensus of the running corosync; see `timings`."""
    if generation == "1.4":
        return "corosync-objctl -a | grep -E '^totem.(token|consensus)='"
    return "corosync-cmapctl | grep -E '^runtime.config.totem.(token|consensus) '"


def timings(text: str) -> tuple[float, float]:
    """Token and consensus in seconds. Raises OutputError when corosync did not print them."""
    found = {name: int(value) / 1000 for name, value in _VALUE.findall(text)}
    if "token" not in found or "consensus" not in found:
        raise OutputError(
            f"corosync printed no token and consensus: {' '.join(text.split())[:200] or 'no output'}",
            hint=marked(
                "On the node: corosync-cmapctl | grep totem; corosync 1.4: corosync-objctl -a | grep totem"
            ),
        )
    return found["token"], found["consensus"]
