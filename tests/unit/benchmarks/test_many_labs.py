"""Idle labs: how they are measured, and how many fit a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from benchmarks.many_labs import Figures, IdleRuns, Labs, conclusion, described, doubt, figures, table
from benchmarks.measurements import MeasurementsFile
from cluster import feasible
from inventory.config import lab_yaml
from inventory.config.numbered import numbered
from inventory.errors import LabError
from language import fast_yaml
from tests.support.example_lab import CASES
from tests.support.fake_session import fake_clock

DOCUMENT = fast_yaml.read((CASES.parent.parent / "lab.yaml").read_text())


class Server:
    """A server on which each lab takes 300 MiB and 0.05 processors, and everything else 0.2 processors."""

    def __init__(self, path: Path) -> None:
        self.clock, self.path = fake_clock(), path
        self.up, self.did, self.fails = set[int](), list[str](), 0
        self.busy, self.others = 0.0, 0.2
        plain = self.clock.sleep

        def sleep(seconds: float) -> None:
            self.busy += seconds * min(2.0, self.others + 0.05 * len(self.up))
            plain(seconds)

        self.clock = replace(self.clock, sleep=sleep)

    def boot(self, number: int) -> None:
        self.did.append(f"up {number}")
        if number == self.fails:
            raise LabError("no memory", hint="")
        self.up.add(number)

    def remove(self) -> None:
        self.did.append("down")
        self.up.clear()

    def runs(self) -> IdleRuns:
        stat: Callable[[], str] = lambda: f"cpu  {int(self.busy * 100)} 0 0 1 0 0 0 0 0 0\n"  # noqa: E731
        return IdleRuns(
            Labs(self.boot, lambda number: 300, self.remove),
            MeasurementsFile(self.path, {"platform": "debian12"}),
            self.clock,
            30.0,
            stat=stat,
            processors=2,
        )


@pytest.mark.parametrize(
    ("others", "says"),
    [
        (1.99, "other programs keep 1.99 of 2 processors busy"),
        (0.7, "other programs keep 0.70 of 2 processors busy"),
    ],
)
def test_a_busy_machine_tells_nothing_about_labs(tmp_path: Path, others: float, says: str) -> None:
    server = Server(tmp_path / "labs.jsonl")
    server.others = others
    runs = server.runs()
    runs.run([1, 2], 1)
    assert runs.file.rows[0].doubt == says
    assert figures(runs.file.rows) is None
    assert conclusion(runs.file.rows, 16, 8) == "Not enough was measured to say how many labs fit."


def test_full_processors_are_in_doubt() -> None:
    assert doubt(8, 1.98, 2) == "all 2 processors are busy: how many more are needed cannot be told"
    assert doubt(8, 1.8, 2) == doubt(0, 0.5, 2) == ""


def test_labs_are_booted_one_after_another_and_removed(tmp_path: Path) -> None:
    server = Server(tmp_path / "labs.jsonl")
    runs = server.runs()
    runs.run([4, 1, 2], 2)
    assert server.did == ["up 1", "up 2", "up 3", "up 4", "down"]
    assert [(row.value, row.memory_mb) for row in runs.file.rows] == [
        (0, 0), (0, 0), (1, 300), (1, 300), (2, 600), (2, 600), (4, 1200), (4, 1200),
    ]  # fmt: skip
    found = figures(runs.file.rows)
    assert found is not None
    assert (found.memory_mb, found.processors) == (300.0, pytest.approx(0.05, abs=0.002))
    assert "| 4 | 2 | 1200 MiB | 0.40 |" in table(runs.file.rows)
    assert "takes 47 labs" in conclusion(runs.file.rows, 16, 8)


def test_only_what_is_missing_is_measured(tmp_path: Path) -> None:
    server = Server(tmp_path / "labs.jsonl")
    server.runs().run([1], 1)
    server.did.clear()
    server.runs().run([1], 1)
    assert server.did == []
    server.runs().run([1, 2], 1)
    assert server.did == ["up 1", "up 2", "down"]


def test_the_labs_are_removed_when_one_does_not_boot(tmp_path: Path) -> None:
    server = Server(tmp_path / "labs.jsonl")
    server.fails = 2
    runs = server.runs()
    with pytest.raises(LabError, match="no memory"):
        runs.run([1, 2], 1)
    assert server.did == ["up 1", "up 2", "down"]
    assert [row.value for row in runs.file.rows] == [0, 1], "what was measured is kept"


@pytest.mark.parametrize(
    ("one", "memory_gb", "processors", "fits"),
    [
        (Figures(300, 0.05), 16, 8, 47),
        (Figures(300, 0.2), 16, 8, 20),
        (Figures(300, 0.0), 16, 8, 47),
        (Figures(0, 0), 16, 8, 0),
        (Figures(300, 0.05), 1, 8, 0),
    ],
)
def test_how_many_fit(one: Figures, memory_gb: float, processors: int, fits: int) -> None:
    assert one.fit(memory_gb, processors) == fits


def test_without_measurements_nothing_is_claimed() -> None:
    assert conclusion((), 16, 8) == "Not enough was measured to say how many labs fit."


def test_the_labs_of_the_benchmark_are_legal_and_apart() -> None:
    text = yaml.safe_dump(described(DOCUMENT, "198.19.252.0/24", "198.19.0.0/17"), sort_keys=False)
    lab = lab_yaml.parse(text, "lab.yaml", judge=feasible.problems)
    networks = [numbered(lab, number).network for number in range(1, 13)]
    assert len(set(networks)) == 12
