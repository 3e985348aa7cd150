"""Run scenarios on a busy and pausing machine, beside an independent client, and compare each verdict with what it saw.

    .venv/bin/python tests/soak/under_load.py --root LAB --runs 100 --seed 1 --output FILE [--minutes 14]

Each run has its own load, made from seed and number: busy processes, SIGSTOP of the drill's process, freezes of a node
(containers only), all of them short. In some runs the web server really hangs for a while, and a PASS would be wrong.
Appends a JSON line for each run to FILE, and makes the runs that FILE lacks, for at most `--minutes`. Prints the
figures; exit status 1 when a verdict was wrong. The record of a FAIL is kept in LAB/.lab/under-load-*.jsonl.

A FAIL is wrong when the cluster was given no reason (only the machine was disturbed), or when the client saw no outage
where the drill saw one. A PASS is wrong when the client certainly saw an outage that the verdict denies.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))
from tests.soak.disturbance import Disturbance, disturbed, started  # noqa: E402 -- a script finds its neighbours so

BUSY = "while True: pass"
LONGEST_S = 240
SURE_S = 0.25
"""An outage of the client that is shorter may lie between two requests of the drill (seconds)."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of a lab that is up")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=14.0)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    root = args.root.resolve()
    if args.one:
        return one(root, args.one, args.seed)
    rows = [json.loads(line) for line in args.output.read_text().splitlines()] if args.output.exists() else []
    began = time.monotonic()
    done = {row["run"] for row in rows if row.get("seed") == args.seed}
    for number in (one for one in range(args.runs) if one not in done):
        if time.monotonic() - began > 60 * args.minutes:
            break
        row = {
            "seed": args.seed,
            "run": number,
            **run(root, Disturbance.of(args.seed, number, os.cpu_count() or 1), args.seed),
        }
        rows.append(row)
        with args.output.open("a") as stream:
            stream.write(json.dumps(row) + "\n")
        sys.stdout.write(f"{number} {row['scenario']} {row.get('status')} {row['wrong'] or ''}\n")
        sys.stdout.flush()
    found = figures(rows)
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if found["wrong"] else 0


def one(root: Path, name: str, seed: int) -> int:
    """Run one scenario in this process; print when its record began (monotonic seconds) and what was judged."""
    from cli.context import Context  # noqa: PLC0415 -- only the process that is paused needs the lab
    from drill import suite  # noqa: PLC0415
    from drill.analysis import record_worth  # noqa: PLC0415
    from drill.analysis.outages import outages  # noqa: PLC0415
    from drill.scenarios import catalog  # noqa: PLC0415
    from inventory import journal  # noqa: PLC0415

    context, zero = Context(root), list[float]()
    with tempfile.TemporaryDirectory() as folder, context.exclusive(), journal.exclusive(root):
        runner = suite.runner(
            context.session,
            context.remote,
            Path(folder),
            context.guard,
            lambda line: None,
            fetch=context.fetch,
        )
        observe = runner.observe

        def observed(sink: Any, since: Callable[[], float]) -> Any:
            zero.append(time.monotonic() - since())
            return observe(sink, since)

        runner.observe = observed
        result = suite.judged(runner.run(catalog.get(name), seed))
        if result.status == "FAIL":
            shutil.copy(runner.path, root / ".lab" / f"under-load-{time.time():.0f}.jsonl")
    line = result.timeline
    sent = [sample.sent for sample in line.samples_of()]
    told = {
        "zero": zero[0] if zero else None,
        "window": [sent[0], sent[-1]] if sent else None,
        "budget": line.header.budget_s,
        "status": result.status,
        "error": result.error,
        "verdicts": {verdict.label: verdict.status for verdict in result.verdicts},
        "why": {verdict.label: verdict.why for verdict in result.verdicts if verdict.status != "PASS"},
        "outages": [
            [one.last_good, one.first_failed, one.last_failed, one.next_good]
            for one in outages(line.samples_of())
        ],
        "late": record_worth.summary(line),
    }
    sys.stdout.write(json.dumps(told))
    return 0


def run(root: Path, what: Disturbance, seed: int) -> dict[str, Any]:
    """One scenario under its disturbance, and the comparison with the client."""
    from inventory.config import lab_yaml  # noqa: PLC0415

    vip = str(lab_yaml.load(root / "lab.yaml").vip)
    row: dict[str, Any] = {k: v for k, v in asdict(what).items() if v}
    with contextlib.ExitStack() as stack:
        poller = stack.enter_context(started(sys.executable, "-I", str(HERE.with_name("poller.py")), vip))
        for _ in range(what.busy):
            stack.enter_context(started(sys.executable, "-I", "-c", BUSY))
        words = ("--root", str(root), "--one", what.scenario, "--seed", str(seed))
        drill = stack.enter_context(started(sys.executable, str(HERE), *words))
        stack.enter_context(disturbed(root, what, drill))
        try:
            out, err = drill.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            drill.send_signal(signal.SIGTERM)  # it heals
            out, err = drill.communicate(timeout=LONGEST_S)
        seen = json.loads(poller.communicate(timeout=60)[0])
    if drill.returncode != 0 or not out:
        return {**row, "status": "ERROR", "said": err.splitlines()[-3:], "wrong": []}
    told = json.loads(out)
    zero = told.pop("zero")
    client = [
        [None if at is None else round(at - zero, 3) for at in outage] for outage in seen.pop("outages")
    ]
    row |= {**told, "client": {**seen, "outages": client}}
    return {**row, "wrong": wrong(row)}


def wrong(row: dict[str, Any]) -> list[str]:
    """What the verdicts of a run say against what was done and what the client saw; empty: nothing."""
    found = []
    sure = [one for one in row["client"]["outages"] if _sure(one, row["window"])]
    any_seen = [one for one in row["client"]["outages"] if one[1] is not None]
    for label, status in row["verdicts"].items():
        check = label.split("(")[0]
        if status == "FAIL":
            if not row.get("hang"):
                found.append(f"FAIL {label}: only the machine was disturbed")
            elif check == "no_outage" and not any(
                _overlap(mine, one) for mine in row["outages"] for one in any_seen
            ):
                found.append(f"FAIL {label}: the client saw no outage there")
        elif status == "PASS" and check == "no_outage" and sure:
            found.append(f"PASS {label}: the client saw {sure[0]}")
        elif status == "PASS" and check == "outage_within_budget":
            found += [
                f"PASS {label}: the client saw {one}" for one in sure if one[2] - one[1] > row["budget"]
            ]
    if row["status"] == "PASS":
        found += [
            f"PASS, and an outage of the client is missing in the record: {one}"
            for one in sure
            if not any(_overlap(mine, one) for mine in row["outages"])
        ]
    return found


def _sure(outage: list[float | None], window: list[float] | None) -> bool:
    """Whether the client certainly saw it while the drill observed: it was long enough, and within the record."""
    _, first, last, _ = outage
    return (
        window is not None
        and first is not None
        and last is not None
        and last - first >= SURE_S
        and window[0] <= first
        and last <= window[1]
    )


def _overlap(mine: list[float | None], other: list[float | None]) -> bool:
    """Whether two outages can be the same one: the times between their last and next good requests meet."""
    since, until = mine[0] or 0.0, float("inf") if mine[3] is None else mine[3]
    return (other[0] or 0.0) <= until and since <= (float("inf") if other[3] is None else other[3])


def figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum of it."""
    hanging = [row for row in rows if row.get("hang")]
    return {
        "runs": len(rows),
        "status": Counter(row["status"] for row in rows),
        "status where the web server hung": Counter(row["status"] for row in hanging),
        "wrong": [f"run {row['run']}: {one}" for row in rows for one in row["wrong"]],
        "requests of the client": sum(row["client"]["requests"] for row in rows if "client" in row),
        "outages of the client": sum(len(row["client"]["outages"]) for row in rows if "client" in row),
    }


if __name__ == "__main__":
    sys.exit(main())
