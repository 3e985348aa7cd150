"""Labs of several sizes, one after the other: only missing measurements are made, and each lab is removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml

from benchmarks.measurements import Interval, MeasurementsFile, read
from benchmarks.sizes import MOST_FAILURES, Lab, SizeRuns, described, lab_folder, table
from cli.bench_size import outages
from cluster import feasible
from inventory.config import lab_yaml
from inventory.errors import LabError
from language import fast_yaml
from tests.support.example_lab import CASES
from tests.support.fake_session import fake_clock

ROOT = CASES.parent.parent
DOCUMENT = fast_yaml.read((ROOT / "lab.yaml").read_text())
NETWORK = IPv4Network("198.19.253.0/24")


class Labs:
    """Labs that take 10 s for each node; `doubt` has the scenarios without a good verdict."""

    def __init__(self, path: Path) -> None:
        self.clock, self.path = fake_clock(), path
        self.did: list[str] = []
        self.fails, self.doubt = 0, set[str]()

    def lab(self, nodes: int) -> Lab:
        def up() -> Mapping[str, float]:
            self.did.append(f"up {nodes}")
            if self.fails:
                self.fails -= 1
                raise LabError("no engine", hint="start it")
            self.clock.sleep(10.0 * nodes)
            return {"machines": 4.0 * nodes, "cluster": 6.0 * nodes}

        def memory_mb() -> int:
            self.clock.sleep(1.0)  # which is no part of the build
            return 150 * nodes

        def drill(scenarios: Sequence[str]) -> Mapping[str, Interval | str]:
            self.did.append(f"drill {nodes} {' '.join(scenarios)}")
            return {
                name: f"the verdict of {name} is UNKNOWN"
                if name in self.doubt
                else (nodes + 0.5, nodes + 0.6)
                for name in scenarios
            }

        return Lab(up, memory_mb, drill, lambda: self.did.append(f"down {nodes}"))

    def runs(self) -> SizeRuns:
        file = MeasurementsFile(self.path, {"platform": "debian12"})
        stat = lambda: f"cpu  {int(self.clock.now() * 100)} 0 0 1 0 0 0 0 0 0\n"  # noqa: E731
        return SizeRuns(self.lab, file, self.clock, stat=stat, wall=lambda: 0.0)


@pytest.fixture
def labs(tmp_path: Path) -> Labs:
    return Labs(tmp_path / "size.jsonl")


def never() -> bool:
    return False


def test_each_size_in_turn(labs: Labs) -> None:
    assert labs.runs().run([2, 3], 2, never)
    one = [
        what
        for nodes in (2, 3)
        for what in (f"down {nodes}", f"up {nodes}", f"drill {nodes} freeze standby", f"down {nodes}")
    ]
    assert labs.did == one * 2
    rows = read(labs.path)
    assert [(row.setting, row.what, row.number) for row in rows[:4]] == [
        ("2 nodes", "up", 0), ("2 nodes", "freeze", 0), ("2 nodes", "standby", 0), ("3 nodes", "up", 0),
    ]  # fmt: skip
    assert (rows[3].seconds, rows[3].memory_mb, rows[3].value) == (30.0, 450, 3.0)
    assert rows[4].outage == (3.5, 3.6)
    assert "| 3 | 2 | 30.0 s | 12.0 s | 18.0 s | 450 MiB | 3.5 s | 3.5 s |" in table(rows)


def test_only_what_is_missing_is_measured(labs: Labs) -> None:
    labs.doubt = {"standby"}
    assert not labs.runs().run([3], 1, never), "one of them is in doubt"
    labs.doubt, labs.did = set(), []
    assert labs.runs().run([3], 1, never)
    assert labs.did == ["down 3", "up 3", "drill 3 standby", "down 3"]
    labs.did = []
    assert labs.runs().run([3], 1, never)
    assert labs.did == [], "nothing is missing"


def test_a_failed_build_is_removed_and_does_not_count(labs: Labs) -> None:
    labs.fails = 1
    assert not labs.runs().run([3], 1, never)
    assert labs.did == ["down 3", "up 3", "down 3"]
    assert read(labs.path)[0].doubt == "it could not be measured: no engine"
    labs.fails = MOST_FAILURES
    with pytest.raises(LabError, match="no engine"):
        labs.runs().run([3, 4, 5], 1, never)


def test_enough(labs: Labs) -> None:
    assert not labs.runs().run([3], 1, lambda: True)
    assert labs.did == []


@pytest.mark.parametrize("count", [2, 3, 8])
def test_the_description_of_a_size_is_good(count: int) -> None:
    text = yaml.safe_dump(described(DOCUMENT, count, NETWORK))
    lab = lab_yaml.parse(text, "lab.yaml", judge=feasible.problems)
    assert [node.alias for node in lab.nodes] == [f"node{n}" for n in range(1, count + 1)]
    assert all(node.address in NETWORK for node in lab.nodes)
    assert lab.vip == NETWORK[10]
    assert lab.resources == lab_yaml.load(ROOT / "lab.yaml").resources, "all else is as in lab.yaml"
    assert len(DOCUMENT["nodes"]) == 2, "the document itself stays"


def test_two_node_is_for_two() -> None:
    both = {**DOCUMENT, "corosync": {**DOCUMENT["corosync"], "two_node": True, "consensus_ms": 3600}}
    assert described(both, 2, NETWORK)["corosync"]["two_node"]
    assert described(both, 3, NETWORK)["corosync"]["two_node"] is False
    assert "consensus_ms" not in described(both, 3, NETWORK)["corosync"]


def test_the_folder_of_a_size(tmp_path: Path) -> None:
    for text in ("name: a\n", "name: b\n"):
        lab_folder(ROOT, tmp_path / "3", text)
    assert (tmp_path / "3" / "lab.yaml").read_text() == "name: b\n"
    assert (tmp_path / "3" / "Vagrantfile").read_text() == (ROOT / "Vagrantfile").read_text()


def test_only_a_good_verdict_counts() -> None:
    text = (
        '{"scenarios": [{"scenario": "freeze", "status": "PASS", "outage": {"least": 7.5, "most": null}},'
        '{"scenario": "nothing", "status": "PASS", "outage": null},'
        '{"scenario": "standby", "status": "FAIL", "outage": {"least": 1, "most": 2}}]}'
    )
    assert outages(text) == {
        "freeze": (7.5, None),
        "nothing": (0.0, 0.0),
        "standby": "the drill's verdict is FAIL",
    }
