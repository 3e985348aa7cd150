"""keepalived on two machines in memory: what is measured, and that each fault is healed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from benchmarks.measurements import MeasurementsFile
from benchmarks.peer_faults import FAULTS, TABLE
from benchmarks.peers import PeerRuns, peer_lab, setting
from drill.record.timeline import Lateness, Sample
from inventory.errors import LabError, TimedOut
from inventory.host.command import Output
from inventory.model import Node
from inventory.providers.bench_nodes import Word
from inventory.waiting import Clock
from tests.support.example_lab import NODE1, NODE2, example_lab

LAB = peer_lab(example_lab(), IPv4Network("198.19.255.0/24"))
WALL = datetime(2026, 11, 26, 18, tzinfo=timezone.utc).timestamp()
TAKES_OVER_S = 0.4


@dataclass
class FakePeers:
    """Two machines with keepalived. The other node takes the address over some time after the first one is broken."""

    time: float = 0.0
    holds: dict[str, float | None] = field(default_factory=lambda: {NODE1: None, NODE2: None})
    running: set[str] = field(default_factory=set)
    broken: str = ""
    cut: bool = False
    hopeless: bool = False
    events: dict[str, list[str]] = field(default_factory=lambda: {NODE1: [], NODE2: []})
    did: list[str] = field(default_factory=list)
    on_sample: Callable[[Sample], None] | None = None
    since: Callable[[], float] = lambda: 0.0
    _breaks_at: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self._settle()
        if self.on_sample is not None:
            at = self.since()
            owner = next((name for name in self.owners() if name != self.broken or self.cut), "")
            self.on_sample(Sample(at, at, outcome="ok" if owner else "timeout", page=owner))

    def owners(self) -> list[str]:
        return [name for name, since in self.holds.items() if since is not None]

    def _settle(self) -> None:
        other = NODE2 if self.broken == NODE1 else NODE1
        if self.broken and not self.hopeless and self.time - self._breaks_at >= TAKES_OVER_S:
            self._get(other)
        if not self.broken and not self.cut and {NODE1, NODE2} <= self.running:
            if not self.owners():
                self._get(NODE1)
            for name in self.owners()[1:]:
                self._lose(self.owners()[0] if self.owners()[0] != name else name)

    def _get(self, name: str) -> None:
        if self.holds[name] is None:
            self.holds[name] = self.time
            self.events[name].append(self._event())

    def _lose(self, name: str) -> None:
        if self.holds[name] is not None:
            self.holds[name] = None
            self.events[name].append(self._event("Deleted "))

    def _event(self, word: str = "") -> str:
        at = datetime.fromtimestamp(WALL + self.time, timezone.utc).replace(tzinfo=None)
        return f"[{at.isoformat(timespec='microseconds')}] {word}9: eth0    inet {LAB.vip}/24 scope global"

    def _break(self, name: str) -> None:
        self.broken, self._breaks_at = name, self.time

    # The machines

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        good, out = True, ""
        if "addr show | grep" in text:
            good = self.holds[node.name] is not None
        elif "pidof keepalived" in text:
            good = node.name in self.running
        elif text.startswith("cat /var"):
            out = "\n".join(self.events[node.name])
        elif text.startswith("pkill"):
            self.events[node.name].clear()
        elif "awk" in text:
            out = "eth0\n"
        elif "restart keepalived" in text or "start keepalived" in text or text.endswith(" keepalived"):
            self.did.append(f"{'stop' if ' stop ' in text else 'start'} {node.alias}")
            if " stop " in text:
                self.running.discard(node.name)
                self._lose(node.name)
                self._break(node.name)
            else:
                self.running.add(node.name)
                self.broken = ""
        elif text == "nft -f -":
            assert f"add rule {TABLE} input ip saddr {LAB.peers(node)[0].address} drop" in stdin
            self.did.append(f"cut {node.alias}")
            self.cut = True
            self._break(node.name)
        elif "nft delete table" in text:
            self.did.append(f"mend {node.alias}")
            self.cut, self.broken = False, ""
        self._settle()
        return Output((), 0 if good else 1, out, "")

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        return self.run(node, text, stdin=stdin).out

    def start(self, node: Node, text: str) -> None:
        assert "ip -ts -o monitor address" in text

    def power(self, word: Word, node: Node) -> None:
        self.did.append(f"{word} {node.alias}")
        if word == "halt":
            self.running.discard(node.name)
            self._lose(node.name)
        if word in ("halt", "freeze"):
            self._break(node.name)
        if word == "thaw":
            self.broken = ""

    @contextlib.contextmanager
    def probe(self, since: Callable[[], float], on_sample: Callable[[Sample], None]) -> Iterator[None]:
        self.since, self.on_sample = since, on_sample
        yield
        self.on_sample = None


@contextlib.contextmanager
def punctual(clock: Callable[[], float], on_late: Callable[[Lateness], None]) -> Iterator[None]:
    yield


@contextlib.contextmanager
def late(clock: Callable[[], float], on_late: Callable[[Lateness], None]) -> Iterator[None]:
    yield
    on_late(Lateness(0.0, 20.0, "processor 0"))


def runs(peers: FakePeers, path: Path, watch: object = punctual) -> PeerRuns:
    file = MeasurementsFile(path, {"stack": "keepalived"})
    return PeerRuns(
        LAB,
        peers,
        file,
        "apache2",
        "apache2",
        Clock(lambda: peers.time, peers.sleep),
        peers.probe,
        watch,  # type: ignore[arg-type]
        wall=lambda: WALL + peers.time,
    )


def never() -> bool:
    return False


def test_each_fault_is_made_and_healed(tmp_path: Path) -> None:
    peers = FakePeers()
    made = runs(peers, tmp_path / "peers.jsonl")
    assert made.run([1.0], 1, never)
    assert peers.did == [
        *(
            "start node1",
            "start node2",
            "stop node1",
            "start node1",
            "halt node2",
            "power_on node2",
            "start node2",
        ),
        *("freeze node1", "thaw node1", "start node1", "cut node2", "mend node2", "start node2"),
    ]
    found = {row.what: row for row in made.file.rows}
    assert list(found) == list(FAULTS)
    for what in ("stop", "halt", "freeze"):
        outage = found[what].outage
        assert outage is not None
        assert outage[0] == pytest.approx(TAKES_OVER_S, abs=0.11), what
        assert found[what].doubt == ""
    assert found["stop"].two_owners == (0.0, 0.0)
    assert found["partition"].outage == (0.0, 0.0)
    both = found["partition"].two_owners
    assert both is not None
    assert both[0] == pytest.approx(3.0, abs=0.5), "as long as the partition lasts"


def test_only_the_missing_ones(tmp_path: Path) -> None:
    path = tmp_path / "peers.jsonl"
    assert runs(FakePeers(), path).run([1.0], 1, never)
    peers = FakePeers()
    again = runs(peers, path)
    assert again.run([1.0], 1, never)
    assert peers.did == []
    assert again.run([1.0, 0.1], 1, never)
    assert [row.setting for row in again.file.rows] == [setting(1.0)] * 4 + [setting(0.1)] * 4


def test_the_time_is_over(tmp_path: Path) -> None:
    peers = FakePeers()
    assert not runs(peers, tmp_path / "peers.jsonl").run([1.0], 1, lambda: True)
    assert peers.did == []


def test_a_late_machine_makes_it_doubtful(tmp_path: Path) -> None:
    made = runs(FakePeers(), tmp_path / "peers.jsonl", late)
    made.run([1.0], 1, never)
    assert "processor 0 did not run" in made.file.rows[0].doubt


def test_a_peer_that_never_takes_over(tmp_path: Path) -> None:
    peers = FakePeers(hopeless=True)
    made = runs(peers, tmp_path / "peers.jsonl")
    with pytest.raises(TimedOut, match=r"both nodes hold|serves"):
        made.run([1.0], 1, never)
    assert [row.doubt[:25] for row in made.file.rows] == ["it could not be measured:"] * 2
    assert peers.did.count("start node1") + peers.did.count("start node2") == 2 + 3, (
        "each is healed all the same"
    )


def test_two_owners_at_the_beginning(tmp_path: Path) -> None:
    peers = FakePeers()
    made = runs(peers, tmp_path / "peers.jsonl")
    made.run([1.0], 1, never)
    peers.holds = {NODE1: 0.0, NODE2: 0.0}
    with pytest.raises(LabError, match="2 peers hold"):
        made._owner()
