"""`./lab up` killed at random moments, again and again: the next `./lab up` must always finish the lab.

By hand, in the folder of a lab of its own: `.venv/bin/python tests/soak/killed_up.py --runs 20 --seed 1`. One JSON
object a run on stdout; the exit status is the number of labs that the second `up` did not finish.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 30.0
"""Seconds that an `up` from nothing takes, roundly: kills are spread over it."""


def lab(*words: str) -> subprocess.Popen[bytes]:
    """Start a command of the lab in a process group of its own, quietly."""
    return subprocess.Popen(
        [str(ROOT / "lab"), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed(after: float) -> bool:
    """Begin an `up` and kill all of it after some seconds; whether it was still at work."""
    process = lab("up")
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def main() -> int:
    """Run it; the number of failures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="do not take the lab down between the runs")
    options = parser.parse_args()
    chance, failures = random.Random(options.seed), 0
    for number in range(options.runs):
        if not options.keep or number == 0:
            lab("down").wait(120)
        after = chance.uniform(0.5, LONGEST)
        was = killed(after)
        began = time.monotonic()
        done = subprocess.run(
            [str(ROOT / "lab"), "up"], capture_output=True, text=True, check=False, timeout=300
        )
        failures += done.returncode != 0
        row: dict[str, object] = {
            "run": number,
            "killed_after": round(after, 2),
            "was_at_work": was,
            "exit": done.returncode,
        }
        row["again_s"] = round(time.monotonic() - began, 1)
        if done.returncode:
            row["said"] = (done.stdout + done.stderr)[-600:]
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    lab("down").wait(120)
    return failures


if __name__ == "__main__":
    sys.exit(main())
