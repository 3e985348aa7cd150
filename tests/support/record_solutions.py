"""Record what crm_simulate answers about each solution: python -m tests.support.record_solutions [FOLDER].

Without an argument the crm_simulate of this machine is asked (Debian: pacemaker-cli-utils), with one that of the system
in that folder, by chroot(8). Only solutions that are not recorded yet are asked; remove the file to record all again.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from classroom.behaviour import simulated
from classroom.what_ifs import Answer, Question, Simulate
from cluster.xml import OutputError
from tests.support.example_lab import example_lab
from tests.support.local_simulator import local_simulator, version
from tests.support.solutions import Answers, Solution, file_of, recorded, solutions


def keeping(simulate: Simulate, kept: dict[str, dict[str, str]]) -> Simulate:
    """A simulator that keeps what it answers."""

    def ask(questions: Sequence[Question]) -> Sequence[Answer]:
        found = simulate(questions)
        for one, answer in zip(questions, found, strict=True):
            kept[one.what_if.label] = {"out": answer.out.lstrip(), "dot": answer.dot}
        return found

    return ask


def record(solution: Solution, simulate: Simulate) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {}
    try:
        simulated(solution.cib, example_lab(), keeping(simulate, kept))
    except (OutputError, AssertionError) as error:
        sys.stdout.write(f"{solution.name}: {error}\n")
        return {}
    return kept


def main(root: Path | None) -> None:
    file, simulate = file_of(version(root)), local_simulator(root)
    known: Answers = recorded(version(root)) if file.exists() else {}
    new = [one for one in solutions() if one.name not in known]
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = dict(
            zip((one.name for one in new), pool.map(lambda one: record(one, simulate), new), strict=True)
        )
    there = {one.name: known.get(one.name) or found.get(one.name) for one in solutions()}
    text = json.dumps({name: answers for name, answers in there.items() if answers}, indent=0)
    file.write_bytes(gzip.compress(text.encode(), mtime=0))
    count = sum(map(bool, there.values()))
    sys.stdout.write(f"{file.name}: {count} solutions, {len(new)} new, {file.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
