"""Only the lab's own network reaches its BMCs: a chain of iptables(8) on this machine.

The chain is necessary. ipmi_sim accepts IPMI 2.0's cipher suite 0, which needs no password. And Linux accepts packets
to any of its addresses on every interface. So without the chain a node of another lab could switch nodes of this lab.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from inventory import files
from inventory.bmc.access import Bmc
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


def closed(chain: str, interface: str, bmcs: Sequence[Bmc]) -> bool:
    """Whether all rules of `close` are in effect. Raises MachineError."""
    there = _listed()
    return all(
        any(_same(argv[len(IPTABLES) :], line) for line in there) for argv in rules(chain, interface, bmcs)[0]
    )


def close(folder: Path, chain: str, interface: str, bmcs: Sequence[Bmc]) -> None:
    """Let only the lab's interface, and this machine itself, reach the BMCs. Raises MachineError."""
    open_again(folder)
    make, undo = rules(chain, interface, bmcs)
    files.write_private(folder / UNDO, json.dumps(undo))
    for argv in make:
        command.as_root(argv, " ".join(argv))


def open_again(folder: Path) -> None:
    """Remove the chain, if `close` made it, or what is left of it. Raises MachineError when it cannot be removed."""
    path = folder / UNDO
    if not path.exists():
        return
    undo = json.loads(path.read_text())
    chain = undo[-1][-1]
    there = _listed()
    jump = any(line.endswith(f"-j {chain}") for line in there)
    made = f"-N {chain}" in there
    for argv, needed in zip(undo, (jump, made, made), strict=True):
        if needed:
            command.as_root(argv, " ".join(argv))
    path.unlink()


def _listed() -> list[str]:
    """All rules of the table `filter`, as iptables(8) -S prints them."""
    return command.as_root([*IPTABLES, "-S"], f"{' '.join(IPTABLES)} -S").splitlines()


def _same(words: Sequence[str], line: str) -> bool:
    """Whether a listed rule is the one that these words make. The list says -A for -I, and adds `-m udp`."""
    listed = line.replace(" -m udp ", " ").split()
    return listed == ["-A" if word == "-I" else word for word in words]
