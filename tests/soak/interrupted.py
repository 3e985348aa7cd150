"""Kill drills at random moments, and see that `./lab heal` makes the lab healthy each time. A script, run by hand.

    .venv/bin/python tests/soak/interrupted.py [--root LAB] [--runs 100] [--seed 1] [--longest 30] [NAME...]

Each run starts a drill of one NAME, sends it SIGKILL after a random time of at most `--longest` seconds,
heals, and asks `./lab status` whether the lab is healthy. A drill that ended before its time came does not
count as one of the runs. Prints a JSON line for each drill and one with the figures at the end. Exit status 1
when a lab was left that could not be healed; it stops there.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drill.scenarios.catalog import SCENARIOS
from inventory import journal

ORDINARY = [name for name, one in SCENARIOS.items() if not one.fenced and not one.third_vote]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios; all of them by default")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of a lab that is up")
    parser.add_argument("--runs", type=int, default=100, help="so many that were really interrupted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=30.0, help="seconds until the latest kill")
    parser.add_argument("--drill", default="./lab drill", help="what begins a drill; the name follows")
    parser.add_argument("--heal", default="./lab heal", help="what heals")
    args = parser.parse_args()
    root = args.root.resolve()
    chance = random.Random(args.seed)
    rows: list[dict[str, Any]] = []
    for number in range(3 * args.runs):
        name, after = (
            chance.choice(args.names or ORDINARY),
            chance.uniform(0, args.longest),
        )
        row = {"run": number + 1, **interrupted(root, [*shlex.split(args.drill), name], after)}
        row |= healed(root, shlex.split(args.heal))
        rows.append(row)
        show(row)
        if not row["healthy"] or sum(one["killed"] for one in rows) == args.runs:
            break
    show({"seed": args.seed, **figures(rows)})
    return 0 if all(row["healthy"] for row in rows) else 1


def interrupted(root: Path, argv: Sequence[str], after: float) -> dict[str, Any]:
    """Begin it and kill it after so many seconds; what its journal says was going on. A drill may also end before."""
    log = root / ".lab" / "interrupted.log"
    with log.open("wb") as stream:
        drill = subprocess.Popen(argv, cwd=root, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        try:
            drill.wait(after)
        except subprocess.TimeoutExpired:
            drill.send_signal(signal.SIGKILL)
        status = drill.wait()
    left = [entry.what for entry in journal.pending(root)]
    return {
        "drill": argv[-1],
        "killed_after_s": round(after, 2),
        "killed": status == -signal.SIGKILL,
        "left": left,
    }


def healed(root: Path, argv: Sequence[str]) -> dict[str, Any]:
    """Heal; the seconds it took, what it said, and whether the lab is healthy then."""
    began = time.monotonic()
    heal = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    status = subprocess.run(
        ["./lab", "status", "--json"], cwd=root, capture_output=True, text=True, check=False
    )
    troubles = json.loads(status.stdout)["troubles"] if status.stdout else [status.stderr]
    return {
        "heal_s": round(took, 2),
        "heal_status": heal.returncode,
        "said": (heal.stderr + heal.stdout).splitlines(),
        "troubles": troubles,
        "healthy": heal.returncode == 0 and not troubles and not journal.pending(root),
    }


def figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sum of it."""
    times = sorted(row["heal_s"] for row in rows)
    return {
        "drills": len(rows),
        "interrupted": sum(row["killed"] for row in rows),
        "left_something": sum(bool(row["left"]) for row in rows),
        "healthy_after_heal": sum(row["healthy"] for row in rows),
        "heal_median_s": statistics.median(times) if times else None,
        "heal_p95_s": times[min(len(times) - 1, int(len(times) * 0.95))] if times else None,
        "heal_most_s": times[-1] if times else None,
    }


def show(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
