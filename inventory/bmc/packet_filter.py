"""Only the lab's own network reaches its BMCs: a chain of iptables(8) on this machine.

The chain is necessary. ipmi_sim accepts IPMI 2.0's cipher suite 0, which needs no password. And Linux accepts packets
to any of its addresses on every interface. So without the chain a node of another lab could switch nodes of this lab.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from inventory.bmc import secret
from inventory.bmc.access import Bmc
from inventory.errors import MachineError
from inventory.host import command

UNDO = "filter.json"
IPTABLES = ("iptables", "-w")


def rules(chain: str, interface: str, bmcs: Sequence[Bmc]) -> tuple[list[list[str]], list[list[str]]]:
    """The commands that make the chain, and those that remove it. Pure."""
    ports = f"{min(one.port for one in bmcs)}:{max(one.port for one in bmcs)}"
    jump = ["INPUT", "-d", f"{bmcs[0].address}/32", "-p", "udp", "--dport", ports, "-j", chain]
    make = [
        ["-N", chain],
        *(["-A", chain, "-i", name, "-j", "ACCEPT"] for name in (interface, "lo")),
        ["-A", chain, "-j", "DROP"],
        ["-I", *jump],
    ]
    undo = [["-D", *jump], ["-F", chain], ["-X", chain]]
    return [[*IPTABLES, *one] for one in make], [[*IPTABLES, *one] for one in undo]


def close(folder: Path, chain: str, interface: str, bmcs: Sequence[Bmc]) -> None:
    """Let only the lab's interface, and this machine itself, reach the BMCs. Raises MachineError."""
    open_again(folder)
    make, undo = rules(chain, interface, bmcs)
    secret.write(folder / UNDO, json.dumps(undo))
    for argv in make:
        command.as_root(argv, " ".join(argv))


def open_again(folder: Path) -> None:
    """Remove the chain, if `close` made it. A rule that is already gone is no error."""
    path = folder / UNDO
    if not path.exists():
        return
    for argv in json.loads(path.read_text()):
        with contextlib.suppress(MachineError):
            command.as_root(argv, " ".join(argv))
    path.unlink()
