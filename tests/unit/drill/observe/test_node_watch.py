"""The watch: what a reader makes of lines that come, come late, or don't, and the program that runs on a node."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from drill.observe import node_watch
from drill.observe.node_watch import ANSWER_LIMIT_S, BEAT_S, QUIET_BEAT_S, RETRY_S, Reader
from drill.observe.wants import LIVELY_S, ViewTurns
from drill.record.timeline import NodeReading
from inventory.platforms.base import Platform
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab
from tests.support.rendered_script import parsed
from tests.support.shell_sandbox import Sandbox

LAB = example_lab()
DEBIAN = PLATFORMS["debian12"]
ADDED = "13: eth1    inet 172.16.100.11/16 brd 172.16.255.255 scope global secondary eth1:0"
Lines = list[tuple[bool, str]]


class Time:
    """A clock that a session moves."""

    now = 10.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Session:
    """A node that answers each question `delay` seconds later; `plan` changes its delay or adds lines at a moment."""

    clock: Time
    plan: list[tuple[float, float | str | type[EOFError]]] = field(default_factory=list)
    delay: float = 0.001
    asked: list[str] = field(default_factory=list)
    closed: bool = False
    _due: list[tuple[float, bool, str]] = field(default_factory=list)
    _held: bool = False

    def ask(self, line: str) -> None:
        self.asked.append(line)
        number, _, letters = line.partition(" ")
        at = self.clock.now + self.delay
        self._due.append((at, False, f"@beat {number} {at:.2f} ? - -"))
        if "v" in letters:
            self._due += [(at, True, f"@view {number}"), (at, True, f"@end {number}")]

    def lines(self, limit: float) -> Lines:
        until = self.clock.now + limit
        for row in [one for one in self.plan if one[0] <= until]:
            self.plan.remove(row)
            if isinstance(row[1], float):
                self.delay = row[1]
            elif isinstance(row[1], str):
                self._due.append((row[0], False, row[1]))
            else:
                self.clock.now = max(self.clock.now, row[0])
                raise row[1]("it ended")
        first = min((at for at, _, _ in self._due), default=until)
        self.clock.now = max(self.clock.now, min(first, until))
        ready = [one for one in self._due if one[0] <= self.clock.now]
        self._due = [one for one in self._due if one not in ready]
        self._held = self._held or any(text == ADDED for _, _, text in ready)
        return [(error, text.replace("?", "yes" if self._held else "no")) for _, error, text in ready]

    def close(self) -> None:
        self.closed = True


def watched(
    seconds: float,
    *plan: tuple[float, float | str | type[EOFError]],
    monkeypatch: pytest.MonkeyPatch | None = None,
) -> tuple[list[NodeReading], list[Session]]:
    """The readings of a node that is watched for so long; after the end of a session the next one has no plan."""
    clock, opened = Time(), list[Session]()

    def begin(node: object) -> Session:
        opened.append(Session(clock, list(plan) if not opened else []))
        return opened[-1]

    def sleep(limit: float) -> None:
        clock.now += limit

    if monkeypatch is not None:
        monkeypatch.setattr(node_watch.time, "sleep", sleep)  # type: ignore[attr-defined]
    reader = Reader(LAB, DEBIAN, LAB.node1, begin, clock, 0.25, ViewTurns([LAB.node1.name]))
    found, end = [], clock.now + seconds
    while clock.now < end:
        found += reader.look()
    return [*found, *reader.close()], opened


def test_a_node_is_asked_at_fixed_times_and_recorded_once_in_a_period() -> None:
    found, [session] = watched(2.0)
    assert len(session.asked) == pytest.approx(2.0 / BEAT_S, abs=2)
    assert len(found) == pytest.approx(2.0 / 0.25, abs=2)
    assert all(one.seen and 0 < one.at - one.asked < 0.01 for one in found)
    assert session.closed


def test_a_quiet_node_is_asked_half_as_often_until_something_changes() -> None:
    _, [session] = watched(LIVELY_S + 10.0)
    quiet = 10.0 / QUIET_BEAT_S
    assert len(session.asked) == pytest.approx(LIVELY_S / BEAT_S + quiet, abs=5)
    _, [session] = watched(LIVELY_S + 10.0, (10.0 + LIVELY_S + 5.0, "Diff: +++ 0.1.2"))
    assert len(session.asked) == pytest.approx(LIVELY_S / BEAT_S + quiet + LIVELY_S / BEAT_S / 2, abs=5)


def test_a_change_is_recorded_at_its_arrival_with_the_reading_before_it() -> None:
    found, _ = watched(2.0, (11.123, ADDED))
    before, taken = next((a, b) for a, b in pairwise(found) if b.owns_vip and not a.owns_vip)
    assert taken.at == pytest.approx(11.123, abs=0.005), "it is asked at once"
    assert 0 < taken.at - taken.asked <= BEAT_S + 0.002
    assert taken.at - before.at <= BEAT_S + 0.002


def test_a_silent_node_is_not_seen_and_its_late_answer_is_not_recorded() -> None:
    """It answers nothing from 11 s on, for 4 s."""
    found, [session] = watched(7.0, (11.0, 4.0), (15.0, 0.001))
    unseen = [one for one in found if not one.seen]
    assert unseen[0].at == pytest.approx(11.0 + ANSWER_LIMIT_S, abs=2 * BEAT_S)
    assert unseen[0].asked == pytest.approx(11.0, abs=2 * BEAT_S)
    assert unseen[-1].at == pytest.approx(15.0, abs=2 * BEAT_S)
    assert max(one.at - one.asked for one in found if one.seen) <= ANSWER_LIMIT_S
    assert found[-1].seen
    assert len(session.asked) < 4.5 / BEAT_S, "a question that is not answered is not asked again"


def test_an_event_while_answers_are_missing_is_in_the_next_reading_that_has_an_interval() -> None:
    found, _ = watched(7.0, (11.0, 3.0), (13.5, ADDED), (13.9, 0.001))
    taken = next(one for one in found if one.owns_vip)
    assert taken.asked > 13.5
    assert taken.at - taken.asked <= ANSWER_LIMIT_S


def test_a_lost_session_is_opened_anew_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    found, opened = watched(4.0, (12.0, EOFError), monkeypatch=monkeypatch)
    assert [one.closed for one in opened] == [True, True]
    unseen = [one for one in found if not one.seen]
    assert unseen[0].at == pytest.approx(12.0, abs=BEAT_S)
    assert unseen[-1].at == pytest.approx(12.0 + RETRY_S, abs=3 * BEAT_S)
    assert found[-1].seen


def test_sessions_are_not_opened_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, opened = Time(), 0

    def begin(node: object) -> Session:
        nonlocal opened
        opened += 1
        raise EOFError("no connection")

    def sleep(limit: float) -> None:
        clock.now += limit

    monkeypatch.setattr(node_watch.time, "sleep", sleep)  # type: ignore[attr-defined]
    reader = Reader(LAB, DEBIAN, LAB.node1, begin, clock, 0.25, ViewTurns([LAB.node1.name]))
    found: list[NodeReading] = []
    while clock.now < 14.0:
        found += reader.look()
    assert not any(one.seen for one in found)
    assert 3 <= opened <= 5, "4 s of that clock"


PROGRAMS = {"crm_mon -X -r": "<crm_mon/>"}
STAT = f"{{id}} ({{name}}) {{state}} {' '.join(['0'] * 34)} {{signal}} 0 0 0"


@dataclass
class Node:
    """The folder /proc of a node in a sandbox."""

    sandbox: Sandbox

    def process(self, number: int, name: str, state: str = "S", *, thread: bool = False) -> None:
        folder = self.sandbox.root / f"proc/{number}"
        folder.mkdir(exist_ok=True)
        text = STAT.format(id=number, name=name, state=state, signal=-1 if thread else 17)
        (folder / "stat").write_text(f"{text}\n")
        self.newest(number)

    def newest(self, number: int) -> None:
        (self.sandbox.root / "proc/loadavg").write_text(f"0.1 0.2 0.3 1/99 {number}\n")

    def end(self, number: int) -> None:
        shutil.rmtree(self.sandbox.root / f"proc/{number}")

    def answers(
        self, stdin: str, shell: str = "bash", platform: Platform = DEBIAN
    ) -> tuple[list[str], list[str]]:
        done = self.sandbox.run(node_watch.stream(LAB, platform), shell, stdin=stdin)
        return done.stdout.splitlines(), done.stderr.splitlines()


@pytest.fixture
def node(sandbox: Sandbox) -> Node:
    sandbox.answer(PROGRAMS)
    (sandbox.root / "proc/uptime").write_text("345.67 1.0\n")
    (sandbox.root / "proc/net").mkdir()
    (sandbox.root / "proc/net/fib_trie").write_text("     |-- 172.16.100.11\n        /32 host LOCAL\n")
    found = Node(sandbox)
    found.process(40, "corosync")
    for number in (50, 51):
        found.process(number, "apache2")
    found.process(52, "apache2", thread=True)
    found.process(60, "apachectl")
    return found


def test_the_program_answers_each_line(node: Node) -> None:
    out, err = node.answers("7 fpq\n8 \n")
    assert (out, err) == (["@beat 7 345.67 yes SS S", "@beat 8 345.67 yes SS S"], [])


def test_the_view_is_on_standard_error(node: Node) -> None:
    out, err = node.answers("7 fv\n")
    assert out == ["@beat 7 345.67 yes SS S"]
    assert err == ["@view 7", "@@part state", "<crm_mon/>", "", "@end 7"]


@pytest.mark.parametrize("letters", ["p", "f", "pq"])
def test_new_processes_are_found(node: Node, letters: str) -> None:
    node.process(61, "apache2", "R")
    assert node.answers(f"1 {letters}\n")[0] == ["@beat 1 345.67 yes SSR S"]


@pytest.mark.parametrize(
    ("trie", "held"),
    [
        ("     |-- 172.16.100.11\n        /32 host LOCAL\n", "yes"),
        ("     |-- 172.16.100.110\n        /32 host LOCAL\n", "no"),
        (
            "     |-- 172.16.100.11\n        /32 universe UNICAST\n     |-- 172.16.100.12\n        /32 host LOCAL\n",
            "no",
        ),
        ("Main:\n", "no"),
    ],
)
def test_whether_the_kernel_has_the_address(node: Node, trie: str, held: str) -> None:
    (node.sandbox.root / "proc/net/fib_trie").write_text(trie)
    assert node.answers("7 p\n")[0] == [f"@beat 7 345.67 {held} SS S"]


@pytest.mark.parametrize(
    ("printed", "held"), [("3: eth1    inet 172.16.100.11/16 scope global", "yes"), ("", "no")]
)
def test_a_kernel_without_that_table_is_asked_by_a_program(node: Node, printed: str, held: str) -> None:
    (node.sandbox.root / "proc/net/fib_trie").unlink()
    node.sandbox.answer({**PROGRAMS, "ip -o -4 addr show to 172.16.100.11": printed})
    assert node.answers("7 p\n")[0] == [f"@beat 7 345.67 {held} SS S"]


def test_the_sources_run_beside_it_and_end_with_it(node: Node) -> None:
    node.sandbox.answer(
        {
            **PROGRAMS,
            "ip -o -4 monitor address": "moved",
            "stdbuf -oL corosync-quorumtool -m": "joined",
            "tail": "Diff: +++ 0.1.2\nother",
        }
    )
    out, _ = node.answers("1 s\n")
    assert sorted(line for line in out if not line.startswith("@")) == ["Diff: +++ 0.1.2", "joined", "moved"]
    [killed] = [call.split() for call in node.sandbox.calls if call.startswith("kill")]
    assert len(killed) == 3, "the sources of addresses and of the ring; tail looks whether the program runs"


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_program_asks_what_the_platform_has(sandbox: Sandbox, platform: Platform) -> None:
    asked = parsed(node_watch.stream(LAB, platform))
    assert asked["web_process"] == platform.web_process
    assert asked["vip"] == str(LAB.vip)
    if platform.corosync == "1.4":
        assert (asked["ring_events"], asked["change_events"]) == ("", "")
        assert asked["ring_command"].startswith("corosync-objctl")
    else:
        assert asked["ring_command"] == ""
        assert platform.pacemaker_log in asked["change_events"]
