"""Inject, prove and heal every fault on real nodes, on the active one and on the passive one. A script, run by hand.

    .venv/bin/python tests/soak/every_fault.py [--root LAB] [--hold SECONDS] [NAME...]

Prints a JSON line for each: what was proven, what was seen while it held, what the heal said, and the
seconds of each part. Exit status 1 when one did not take effect, did not heal, or left the lab not healthy.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from drill.execute import lab_health
from drill.execute.injector import Injector
from drill.execute.recovery import Recovery
from drill.faults.base import Fault, FaultScope, scopes
from drill.faults.registry import FAULTS, get
from inventory import waiting
from inventory.config import lab_yaml
from inventory.errors import LabError
from inventory.journal import Journal, exclusive
from inventory.model import Node
from inventory.providers.machines import Machines
from inventory.remote.ssh import Ssh
from inventory.session import LabSession
from status import health
from status.lab_status import LabStatus
from status.trouble import Trouble


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--hold", type=float, default=8.0, help="seconds that each fault lasts")
    parser.add_argument("--role", choices=("active", "passive"), action="append")
    args = parser.parse_args()
    root = args.root.resolve()
    lab = lab_yaml.load(root / "lab.yaml")
    machines = Machines(root, lab)
    aliases, tools = {node.name: node.alias for node in lab.nodes}, machines.choice.platform_data.tools
    remote = Ssh(machines.ssh_config(), aliases, machines.control, lab.patience, tools.kills_later)
    session = LabSession(lab, machines, remote, Journal(root))
    where = scopes(session)
    bad = 0
    with exclusive(root):
        for fault in [get(name) for name in args.names] or FAULTS.values():
            for role in [one for one in args.role or ("active", "passive") if one in fault.roles]:
                row = trial(Injector(session), where, fault, role, args.hold)
                if row.get("error"):
                    bad += 1
                    row["recovered"] = list(Recovery(session).heal())
                sys.stdout.write(json.dumps(row) + "\n")
                sys.stdout.flush()
    return 1 if bad else 0


def trial(
    injector: Injector, where: tuple[FaultScope, ...], fault: Fault, role: str, hold: float
) -> dict[str, Any]:
    lab = injector.session.lab
    began = time.monotonic()
    row: dict[str, Any] = {"fault": fault.name, "role": role, "events": [], "seen": []}

    def since() -> float:
        return round(time.monotonic() - began, 2)

    injector.event = lambda kind, node, detail: row["events"].append([since(), kind, node, detail])
    try:
        healthy(injector.session)
        active = holder(lab_health.look(injector.session, None))
        target = active if role == "active" else lab.peers(active)[0]
        scope = next(one for one in where if one.target == target)
        began = time.monotonic()
        with injector.injected(fault, scope):
            while since() < hold:
                seen = summary(lab_health.look(injector.session, None))
                if not row["seen"] or row["seen"][-1][1] != seen:
                    row["seen"].append([since(), seen])
        row["healthy_after"] = -since()
        row["left"] = list(map(str, healthy(injector.session)))
        row["healthy_after"] = round(row["healthy_after"] + since(), 2)
    except LabError as error:
        row["error"] = error.message
    return row


def healthy(session: LabSession) -> tuple[Trouble, ...]:
    """Wait until the lab is healthy."""
    return waiting.until(
        lambda: health.troubles(session.lab, lab_health.look(session, None), lab_health.expectation()),
        lambda found: not found,
        "the lab is healthy",
        deadline=120,
        clock=session.clock,
    )


def holder(seen: LabStatus) -> Node:
    """The node with the address."""
    return seen.owners[0]


def summary(seen: LabStatus) -> str:
    """One line for what is seen."""
    rows = []
    for node, one in seen.nodes.items():
        if not one.reachable:
            rows.append(f"{node.alias}: -")
            continue
        state = one.state
        words = ["VIP" if one.holds_vip else "no VIP", "web" if one.web == "running" else "no web"]
        words += ["no cluster"] if state is None else []
        words += [f"quorum={state.quorate} online={len(state.online)}"] if state else []
        words += (
            [f"failed {', '.join(name for name, _ in state.failcounts)}"]
            if state and state.failcounts
            else []
        )
        rows.append(f"{node.alias}: {', '.join(words)}")
    return "; ".join(rows)


if __name__ == "__main__":
    sys.exit(main())
