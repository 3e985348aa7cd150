"""Run scenarios on a busy and pausing machine, beside an independent client, and compare each verdict with what it saw.

    .venv/bin/python tests/soak/under_load.py --root LAB --runs 100 --seed 1 --output FILE [--minutes 14]

Each run has its own load, made from seed and number: busy processes, SIGSTOP of the drill's process, freezes of a node
(containers only), all of them short. In some runs the web server really hangs for a while, and a PASS would be wrong.
Appends a JSON line for each run to FILE and goes on behind its last line, at most for `--minutes`. Prints the figures;
exit status 1 when a verdict was wrong.

A FAIL is wrong when the cluster was given no reason (only the machine was disturbed), or when the client saw no outage
where the drill saw one. A PASS is wrong when the client certainly saw an outage that the verdict denies.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
QUIET = ("nothing", "corosync-stop-passive", "maintenance")
ACTIVE = ("stickiness-100", "location-500", "web-kill", "order")
BUSY = "while True: pass"
LONGEST_S = 240
SURE_S = 0.25
"""An outage of the client that is shorter may lie between two requests of the drill (seconds)."""


@dataclass(frozen=True)
class Disturbance:
    """What a run is disturbed with: busy processes, pauses [after, seconds, what] and a hanging web server."""

    scenario: str
    busy: int
    pauses: tuple[tuple[float, float, str], ...]
    hang: tuple[float, float] | None

    @classmethod
    def of(cls, seed: int, number: int, cores: int) -> Disturbance:
        """That of one run. The same seed and number give the same."""
        chance = random.Random(f"{seed} {number}")
        scenario = chance.choice(QUIET if chance.random() < 0.7 else ACTIVE)
        pauses = []
        for _ in range(chance.choice((0, 1, 1, 2))):
            what = chance.choice(("drill", "drill", "node0", "node1"))
            longest = 3.6 if chance.random() < 0.2 else 1.3
            pauses.append((round(chance.uniform(3, 16), 2), round(chance.uniform(0.2, longest), 2), what))
        hang = (round(chance.uniform(5, 11), 2), round(chance.uniform(0.8, 2.0), 2))
        sabotage = scenario in ("nothing", "corosync-stop-passive") and chance.random() < 0.25
        return cls(scenario, chance.choice((0, cores, 2 * cores)), tuple(pauses), hang if sabotage else None)


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
    for number in range(len(rows), args.runs):
        if time.monotonic() - began > 60 * args.minutes:
            break
        row = {"run": number, **run(root, Disturbance.of(args.seed, number, os.cpu_count() or 1), args.seed)}
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


@contextlib.contextmanager
def started(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """A program beside the run; it is ended with it, however it ends."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=HERE.parents[2])
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextlib.contextmanager
def disturbed(root: Path, what: Disturbance, drill: subprocess.Popen[str]) -> Iterator[None]:
    """Pause the drill's process or a node for short times, and let the web server hang; all of it ends here."""
    over = threading.Event()
    nodes = sorted(root.glob(".vagrant/machines/*/docker/id"))
    ids = [path.read_text().strip() for path in nodes]

    def pause(after: float, seconds: float, target: str) -> None:
        if over.wait(after):
            return
        if target == "drill":
            _signal(drill, signal.SIGSTOP)
            over.wait(seconds)
            _signal(drill, signal.SIGCONT)
        else:
            id_ = ids[int(target[-1])]
            subprocess.run(["docker", "pause", id_], check=False, capture_output=True)
            over.wait(seconds)
            subprocess.run(["docker", "unpause", id_], check=False, capture_output=True)

    def hang(after: float, seconds: float) -> None:
        if over.wait(after):
            return
        for word, time_s in (("STOP", seconds), ("CONT", 0.0)):
            for id_ in ids:
                argv = ["docker", "exec", id_, "pkill", f"-{word}", "apache2"]
                subprocess.run(argv, check=False, capture_output=True)
            over.wait(time_s)

    jobs = [threading.Thread(target=pause, args=one) for one in what.pauses]
    jobs += [threading.Thread(target=hang, args=what.hang)] if what.hang else []
    for job in jobs:
        job.start()
    try:
        yield
    finally:
        over.set()
        for job in jobs:
            job.join()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    if process.poll() is None:
        process.send_signal(number)


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
    sys.path.insert(0, str(HERE.parents[2]))
    sys.exit(main())
