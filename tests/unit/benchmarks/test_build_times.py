"""Several ways to build, alternately: only missing builds are measured, and a failed build does not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.build_times import MOST_FAILURES, BuildTimes, Way, cpu_seconds, table
from benchmarks.measurements import MeasurementsFile, read
from inventory.errors import LabError
from tests.support.fake_session import fake_clock


class Builds:
    """Two ways that take their seconds on a fake clock; `fails` has how often each way still fails."""

    def __init__(self, path: Path) -> None:
        self.clock, self.path = fake_clock(), path
        self.did: list[str] = []
        self.fails: dict[str, int] = {}

    def way(self, name: str, machines: float, rest: float) -> Way:
        def build() -> Mapping[str, float]:
            self.did.append(f"build {name}")
            if self.fails.get(name, 0):
                self.fails[name] -= 1
                raise LabError("no engine", hint="start it")
            self.clock.sleep(machines + rest)
            return {"machines": machines, "cluster": rest}

        return Way(
            name,
            build,
            lambda: self.did.append(f"before {name}"),
            lambda: self.did.append(f"after {name}"),
        )

    def times(self) -> BuildTimes:
        ways = (self.way("pcs", 2.0, 40.0), self.way("up", 9.0, 10.0))
        file = MeasurementsFile(self.path, {"platform": "debian12"})
        return BuildTimes(ways, file, self.clock, stat=self.stat, wall=lambda: 0.0)

    def stat(self) -> str:
        return f"cpu  {int(self.clock.now() * 100)} 0 0 12345 0 0 0 0 0 0\n"


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path / "up.jsonl")


def never() -> bool:
    return False


def test_in_turn(builds: Builds) -> None:
    assert builds.times().run(2, never)
    one = [f"{what} {name}" for name in ("pcs", "up") for what in ("before", "build", "after")]
    assert builds.did == one * 2
    rows = read(builds.path)
    assert [(row.setting, row.number, row.seconds) for row in rows] == [
        ("pcs", 0, 42.0), ("up", 0, 19.0), ("pcs", 1, 42.0), ("up", 1, 19.0),
    ]  # fmt: skip
    assert rows[1].parts == {"machines": 9.0, "cluster": 10.0}
    assert rows[1].cpu_s == pytest.approx(19.0, abs=0.05)
    assert rows[0].conditions == {"platform": "debian12"}
    stored = json.loads(builds.path.read_text().splitlines()[0])
    assert "outage" not in stored, "what does not apply is left out"


def test_only_what_is_missing(builds: Builds) -> None:
    assert not builds.times().run(2, lambda: len(builds.did) > 3)
    done = len(read(builds.path))
    builds.did.clear()
    assert builds.times().run(2, never)
    assert len(builds.did) == 3 * (4 - done)
    builds.did.clear()
    assert builds.times().run(2, never)
    assert builds.did == []


def test_a_failure_does_not_count_and_is_made_again(builds: Builds) -> None:
    builds.fails = {"pcs": 1}
    builds.times().run(1, never)
    first, second = read(builds.path)
    assert (first.seconds, first.doubt) == (None, "it could not be measured: no engine")
    assert second.doubt == ""
    assert builds.did[2] == "after pcs", "it is cleaned up"
    builds.times().run(1, never)
    assert [row.setting for row in read(builds.path)] == ["pcs", "up", "pcs"]


def test_failures_in_a_row_end_it(builds: Builds) -> None:
    builds.fails = {"pcs": 9, "up": 9}
    with pytest.raises(LabError, match="no engine"):
        builds.times().run(9, never)
    assert len(read(builds.path)) == MOST_FAILURES - 1


def test_the_table(builds: Builds) -> None:
    times = builds.times()
    assert "| pcs |" not in table(times.file.rows)
    times.run(2, never)
    head, _, pcs, up = table(times.file.rows).splitlines()
    assert head.startswith("| way | counted | median | shortest | longest | machines | cluster | processor")
    assert pcs.startswith("| pcs | 2 | 42.0 s | 42.0 s | 42.0 s | 2.0 s | 40.0 s | 42.0 s |")
    assert up.startswith("| up | 2 | 19.0 s | 19.0 s | 19.0 s | 9.0 s | 10.0 s |")


def test_processor_time() -> None:
    assert cpu_seconds("cpu  100 20 30 999 999 5 5 7 0 0\ncpu0 1 1\n") == pytest.approx(1.6)
