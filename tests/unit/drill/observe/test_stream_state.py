"""What the lines of a stream say: recorded streams of real nodes, and each kind of line by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest
from msgspec.structs import replace

from drill.observe import node_watch
from drill.observe.selection import Selection
from drill.observe.stream_state import StreamState
from drill.record.timeline import NodeReading
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.old_stack import members, old_lab, recorded

LAB = example_lab()
RECORDED = ("debian11", "debian12", "debian13")
"""The platforms with recorded streams (tests/support/record_stream.py makes them)."""
DEBIAN, CENTOS6 = PLATFORMS["debian12"], PLATFORMS["centos6"]
ALL_ON_1 = {"WebIP": NODE1, "WebServer": NODE1}
ADDED = "13: eth1    inet 172.16.100.11/16 brd 172.16.255.255 scope global secondary eth1:0\\       valid_lft forever"
RING = """\
Quorum information
------------------
Nodes:            2
Quorate:          Yes

Membership information
----------------------
    Nodeid      Votes Name
         1          1 node1.magedu.com (local)
         2          1 node2.magedu.com
"""


def replayed(name: str, node: str, platform: str, lab: Lab = LAB) -> Iterator[NodeReading]:
    """The readings that are recorded from a recorded stream: its lines with their time and direction."""
    state = StreamState(lab, PLATFORMS[platform], lab.nodes[0 if node == "node1" else 1], 0.1)
    selection = Selection(0.25, node_watch._content)
    rows = [
        row.split(" ", 2) for row in (CASES / f"watch/{platform}-{name}-{node}.txt").read_text().splitlines()
    ]
    for (moment, direction), together in groupby(rows, key=lambda row: row[:2]):
        for _, _, line in together:
            if direction == ">":
                number, _, letters = line.partition(" ")
                state.ask(int(number), float(moment), view="v" in letters)
            elif direction == "!":
                state.take_view(line)
            else:
                state.take(line)
        found = state.reading(float(moment))
        if found is not None:
            yield from selection.take(replace(found, late=0.0))


def changes(readings: Iterator[NodeReading], field: str) -> list[object]:
    found: list[object] = []
    for one in readings:
        value = getattr(one, field)
        if not found or found[-1] != value:
            found.append(value)
    return found


@pytest.mark.parametrize("platform", RECORDED)
def test_a_graceful_stop_of_the_active_node_as_it_tells_it(platform: str) -> None:
    def of(field: str) -> list[object]:
        return changes(replayed("stop", "node1", platform), field)

    assert of("owns_vip") == [True, False]
    assert of("web") == ["running", "stopped"]
    assert of("corosync") == [True, False]
    assert of("members")[-1] == ()
    assert of("placements")[0] == ALL_ON_1
    assert of("placements")[-1] == {}


@pytest.mark.parametrize("platform", RECORDED)
def test_a_graceful_stop_of_the_active_node_as_its_peer_tells_it(platform: str) -> None:
    def of(field: str) -> list[object]:
        return changes(replayed("stop", "node2", platform), field)

    assert of("owns_vip") == [False, True]
    assert of("web") == ["stopped", "running"]
    assert of("members") == [(NODE1, NODE2), (NODE2,)]
    assert of("quorate") == [True, False]
    assert of("dc")[-1] == NODE2
    assert of("placements")[-1] == dict.fromkeys(ALL_ON_1, NODE2)


def test_a_reading_lies_between_the_last_answered_question_and_its_line() -> None:
    found = list(replayed("stop", "node2", "debian12"))
    taken = next(one for one in found if one.owns_vip)
    before = found[found.index(taken) - 1]
    assert before.asked <= before.at <= taken.at
    assert 0 < taken.at - taken.asked < 0.1
    assert taken.asked >= before.asked
    assert taken.view_asked is not None
    assert taken.view_asked < taken.at


def state_after(*lines: str) -> StreamState:
    """A state that has been told everything once, then the lines."""
    state = StreamState(LAB, DEBIAN, LAB.node1, 0.1)
    state.ask(1, 1.0, view=True)
    for line in ("@beat 1 100.00 no SS S", *RING.splitlines()):
        state.take(line)
    for line in ("@view 1", "@@part state", "", "@end 1"):
        state.take_view(line)
    for line in lines:
        state.take(line)
    return state


def seen(state: StreamState) -> NodeReading:
    found = state.reading(1.02)
    assert found is not None
    return found


def test_nothing_is_told_before_everything_was_told_once() -> None:
    state = StreamState(LAB, DEBIAN, LAB.node1, 0.1)
    state.take("@beat 1 100.00 no SS S")
    assert state.reading(1.0) is None
    state.ask(1, 0.9, view=True)
    state.take("@beat 1 100.00 yes SS S")
    assert state.reading(1.0) is None
    state.take_view("@end 1")
    assert state.reading(1.0) is None, "the members come a little later"
    for line in RING.splitlines():
        state.take(line)
    assert state.reading(1.0) is not None


def test_a_corosync_that_tells_no_members_is_not_waited_for() -> None:
    state = StreamState(LAB, DEBIAN, LAB.node1, 0.1)
    for number, asked in ((1, 1.0), (2, 1.5), (3, 2.1)):
        state.ask(number, asked, view=number == 1)
        state.take(f"@beat {number} 10{number}.00 no SS S")
        state.take_view(f"@end {number}")
        found = state.reading(asked)
    assert found is not None
    assert (found.members, found.quorate) == ((), None)


@pytest.mark.parametrize("word", ["yes", "no"])
def test_the_address(word: str) -> None:
    state = state_after()
    state.ask(2, 1.1, view=False)
    state.take(f"@beat 2 100.10 {word} SS S")
    assert seen(state).owns_vip is (word == "yes")


@pytest.mark.parametrize(
    ("line", "hurry"),
    [
        (ADDED, True),
        (f"[ADDR]{ADDED}", True),
        (f"Deleted {ADDED}", True),
        (ADDED.replace("100.11/", "100.110/"), False),
        ("Deleted inet", False),
        ("Diff: +++ 0.1.2", False),
    ],
)
def test_an_event_of_the_address_asks_the_node_at_once(line: str, hurry: bool) -> None:
    """An event may come late, so it does not change the state by itself."""
    state = state_after()
    state.ask(2, 1.1, view=True)
    before = seen(state)
    state.take(line)
    assert (state.hurry, seen(state)) == (hurry, before)
    state.ask(3, 1.2, view=False)
    assert not state.hurry


@pytest.mark.parametrize(
    ("states", "web"),
    [("SS", "running"), ("TT", "hung"), ("TS", "running"), ("Z", "stopped"), ("-", "stopped")],
)
def test_the_web_server(states: str, web: str) -> None:
    state = state_after()
    state.ask(2, 1.1, view=False)
    state.take(f"@beat 2 100.10 no {states} S")
    assert seen(state).web == web


@pytest.mark.parametrize(
    ("states", "runs"), [("S", True), ("R", True), ("T", False), ("Z", False), ("-", False)]
)
def test_corosync(states: str, runs: bool) -> None:
    state = state_after()
    state.ask(2, 1.1, view=False)
    state.take(f"@beat 2 100.10 no SS {states}")
    found = seen(state)
    assert (found.corosync, found.members, found.quorate) == (
        (True, (NODE1, NODE2), True) if runs else (False, (), None)
    )
    state.ask(3, 1.2, view=False)
    state.take("@beat 3 100.20 no SS S")
    kept = states not in {"Z", "-"}
    assert seen(state).members == ((NODE1, NODE2) if kept else ()), (
        "a new corosync has to tell its members first"
    )


def test_a_block_of_the_quorum_tool_counts_when_it_is_complete() -> None:
    alone = RING.replace("2\nQuorate:          Yes", "1\nQuorate:          No").splitlines()[:-1]
    assert seen(state_after(*alone[:-1])).members == (NODE1, NODE2)
    found = seen(state_after(*alone))
    assert (found.members, found.quorate) == ((NODE1,), False)
    mixed = [alone[0], "@beat 1 100.00 no SS S", *alone[1:3], ADDED, *alone[3:]]
    found = seen(state_after(*mixed))
    assert (found.members, found.quorate) == ((NODE1,), False)


def test_a_pause_of_the_node_is_in_the_next_reading() -> None:
    """The node's clock went on by 0.85 s between two answers, whose questions were 0.05 s apart."""
    state = state_after()
    state.ask(2, 1.05, view=False)
    state.take("@beat 2 100.85 no SS S")
    assert seen(state).late == 0.8
    assert seen(state).late == 0.0
    state.ask(3, 3.05, view=False)
    state.take("@beat 3 102.85 no SS S")
    assert seen(state).late == 0.0, "this machine asked late"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "@beat",
        "@beat 2",
        "@beat 9 100.0 no S S",
        "@beat 1 x no S S",
        "Nodes:",
        "sh: 1: ip: not found",
        "@held",
    ],
)
def test_a_line_that_means_nothing_changes_nothing(line: str) -> None:
    assert seen(state_after(line)) == seen(state_after())


@pytest.mark.parametrize("line", [ADDED, "Diff: +++ 0.15.7", "Diff: +++ 0.15.8 (null)"])
def test_news(line: str) -> None:
    state = state_after()
    state.ask(2, 1.1, view=True)
    assert not state.news
    state.take(line)
    assert state.news


def test_a_view_of_another_question_is_not_taken() -> None:
    state = state_after()
    state.ask(2, 1.1, view=True)
    assert not state.take_view("@end 1")
    state.give_up_view()
    assert not state.take_view("@end 2")
    assert state.news


def test_corosync_1_4_is_polled_and_has_its_quorum_from_pacemaker() -> None:
    """Recorded: before and after the loss of node2. The plugin's corosync-quorumtool is always quorate."""
    lab = old_lab()

    def found(ring: str, cluster: str) -> NodeReading:
        state = StreamState(lab, CENTOS6, lab.node1, 0.1)
        state.ask(1, 1.0, view=True)
        state.take("@beat 1 100.00 yes SS S")
        view = f"@view 1\n@@part ring\n{members(recorded(ring))}\n@@part state\n{recorded(cluster)}\n@end 1"
        assert [state.take_view(line) for line in view.splitlines()][-1]
        return seen(state)

    whole = found("corosync-objctl-a.txt", "crm_mon-X-r-up.xml")
    assert (whole.owns_vip, whole.web, whole.quorate, whole.members) == (
        True,
        "running",
        True,
        (NODE1, NODE2),
    )
    assert (whole.dc, whole.placements) == (NODE2, ALL_ON_1)
    alone = found("partition-ttl0-target.txt", "crm_mon-X-r-alone-dc-without-quorum.xml")
    assert (alone.quorate, alone.members, alone.placements) == (False, (NODE1,), ALL_ON_1)
    assert "Quorate:          Yes" in recorded("corosync-quorumtool-s.txt")
