"""Stops and load of a node that is well, on two nodes in memory: what is seen, and that the node always runs on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.host_pauses import LOAD_S, HostPauses
from benchmarks.steady import Steady
from drill.faults import registry as faults
from drill.record.timeline import Lateness, Sample
from inventory import waiting
from inventory.errors import LabError
from inventory.journal import pending
from inventory.model import Command, Node
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import CRACK, Answer, FakeLab

STAMP = "Nov 26 17:39:31 [1053] node2 corosync notice  "
TOKEN = (
    f"{STAMP}[TOTEM ] A processor failed, forming new configuration: token timed out (3000ms), waiting ..."
)
LOST = f"{STAMP}[TOTEM ] A new membership (2.d) was formed. Members left: 1"
SAME = f"{STAMP}[TOTEM ] A new membership (1.11) was formed. Members joined: 1"
OLD = f"{TOKEN}\n{LOST}\n"
STARTED_THERE = """<status><node_state uname="node2.magedu.com"><lrm><lrm_resources><lrm_resource id="WebIP">
<lrm_rsc_op id="WebIP_start_0" operation="start" call-id="17" rc-code="0" interval="0" last-rc-change="1"
 on_node="node2.magedu.com"/></lrm_resource></lrm_resources></lrm></node_state></status>"""


class PausedLab(FakeLab):
    """The peer's log gets `after` when the first node was stopped, and `later` at the second look at it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.logs = {NODE1: "", NODE2: OLD}
        self.after = self.later = self.history = ""
        self.steady_waits = 0

    def noticed(self) -> None:
        self.logs[NODE2] += self.after
        self.cib = self.cib.replace("<status/>", self.history or "<status/>")

    def _read_log_size(self, command: Command) -> Answer:
        return 0, f"{len(self.logs[command.node])}\n", ""

    def _read_log_since(self, command: Command) -> Answer:
        since = int(command.line.split("+")[1].split()[0]) - 1
        text = self.logs[command.node][since:]
        if command.node == NODE2:
            self.logs[NODE2] += self.later
            self.later = ""
        return 0, text, ""

    @contextlib.contextmanager
    def probe(self, since: Callable[[], float], on_sample: Callable[[Sample], None]) -> Iterator[None]:
        on_sample(Sample(0.0, 0.01, page=NODE1))
        yield
        for at in (0.1, 0.5):
            on_sample(Sample(at, at + 0.1, outcome="timeout"))
        on_sample(Sample(0.7, 0.71, page=NODE1))
        on_sample(Sample(0.2, 0.21, client="keepalive", page=NODE1))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PausedLab:
    made = PausedLab(tmp_path)
    freeze, thaw = made.machines.freeze, made.machines.thaw
    real = faults.get

    def frozen(node: Node) -> None:
        assert pending(tmp_path), "the journal knows of it before anything is done"
        freeze(node)

    def thawed(node: Node) -> None:
        thaw(node)
        made.noticed()

    monkeypatch.setattr(made.machines, "freeze", frozen)
    monkeypatch.setattr(made.machines, "thaw", thawed)
    monkeypatch.setattr(faults, "get", lambda name: CRACK if name == "cpu" else real(name))
    return made


@contextlib.contextmanager
def punctual(clock: Callable[[], float], on_late: Callable[[Lateness], None]) -> Iterator[None]:
    yield
    on_late(Lateness(0.0, 0.15, "processor 0"))


def pauses(lab: PausedLab) -> HostPauses:
    return HostPauses(lab.session(), Steady(), lab.probe, punctual)


def test_a_stop_that_nobody_noticed(lab: PausedLab) -> None:
    seen = pauses(lab).stop(0.4)
    assert (seen.token_lost, seen.lost, seen.moved) == (False, False, False), (
        "the log of before does not count"
    )
    assert lab.machines.summary == ["freeze node1", "thaw node1"]
    assert seen.pause is not None
    assert seen.pause[0] == pytest.approx(0.4, abs=0.01)
    assert seen.outage == (0.4, 0.71)
    assert seen.late_s == 0.15
    assert pending(lab.root) == ()


@pytest.mark.parametrize(
    ("after", "history", "expected"),
    [
        (f"{TOKEN}\n{SAME}\n", "", (True, False, False)),
        (f"{TOKEN}\n{LOST}\n{SAME}\n", "", (True, True, False)),
        (f"{TOKEN}\n{LOST}\n{SAME}\n", STARTED_THERE, (True, True, True)),
        (f"{TOKEN}\n{LOST}\n{SAME}\n", STARTED_THERE.replace("start", "stop"), (True, True, True)),
        (f"{TOKEN}\n{SAME}\n", STARTED_THERE.replace("start", "monitor"), (True, False, False)),
    ],
)
def test_what_the_peer_noticed(
    lab: PausedLab, after: str, history: str, expected: tuple[bool, bool, bool]
) -> None:
    lab.after, lab.history = after, history
    seen = pauses(lab).stop(2.0)
    assert (seen.token_lost, seen.lost, seen.moved) == expected


def test_a_membership_that_is_still_forming_is_waited_for(lab: PausedLab) -> None:
    lab.after, lab.later = f"{TOKEN}\n", f"{LOST}\n"
    assert pauses(lab).stop(2.0).lost


@pytest.mark.parametrize("error", [KeyboardInterrupt, LabError("the engine is gone")])
def test_the_node_always_runs_on(
    lab: PausedLab, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = pauses(lab)

    def interrupted(seconds: float, **settings: object) -> None:
        raise error

    monkeypatch.setattr(waiting, "let_pass", interrupted)
    with pytest.raises((KeyboardInterrupt, LabError)):
        measured.stop(1.0)
    assert lab.machines.paused == set()
    assert pending(lab.root) == ()


def test_load_lasts_longer_than_token_and_consensus(lab: PausedLab) -> None:
    seen = pauses(lab).load()
    assert lab.time > LOAD_S
    assert seen.pause is None
    assert lab.did == [f"arm-timer {NODE1}", f"inject-fault {NODE1}", f"repair {NODE1}: crack"]
    assert pending(lab.root) == ()


def test_no_owner_no_measurement(lab: PausedLab) -> None:
    lab.cracked = {NODE1: 0.0, NODE2: 0.0}
    with pytest.raises(LabError, match="0 nodes hold"):
        pauses(lab).stop(1.0)
    assert lab.machines.summary == []
