from __future__ import annotations

import math
from pathlib import Path

import pytest

from drill.execute.node_journal import NodeJournals
from drill.observe.clock_offset import ClockOffset
from drill.record.header import LoggedMoment
from inventory.errors import TimedOut
from inventory.model import Command
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import BOOTED_S, Answer, FakeLab, Usual

BEGAN = 40.0
"""The lab's time when the record began."""


def line(at: float) -> str:
    return f"[ {at + BOOTED_S:.6f}] {NODE2} corosync[7]:   [TOTEM ] A new membership (2.15) was formed. Members left: 1"


@pytest.fixture
def lab(tmp_path: Path) -> FakeLab:
    lab = FakeLab(tmp_path)
    lab.time = 60.0
    lab.journal[NODE2] = [line(at) for at in (20.0, 45.5, 50.25)]
    return lab


def read(lab: FakeLab) -> tuple[LoggedMoment, ...]:
    return NodeJournals(lab.session(), lambda: lab.time - BEGAN).moments


def test_the_lines_since_the_record_began_have_its_times(lab: FakeLab) -> None:
    found = read(lab)
    assert [(one.node, one.kind) for one in found] == [(NODE2, "membership")] * 2
    assert [one.at for one in found] == pytest.approx([5.5, 10.25], abs=0.006)
    assert all(one.within == pytest.approx(0.005, abs=0.001) for one in found), "an uptime has hundredths"


def test_the_time_in_which_the_machine_was_suspended_does_not_move_the_lines(lab: FakeLab) -> None:
    lab.suspended = 1234.5
    lab.journal[NODE2] = [line(at - 1234.5) for at in (20.0, 45.5, 50.25)]
    found = read(lab)
    assert [one.at for one in found] == pytest.approx([5.5, 10.25], abs=0.016)
    assert all(abs(one.at - at) <= one.within for one, at in zip(found, (5.5, 10.25), strict=True))


def test_the_quickest_questions_decide_how_well_the_clock_is_known(lab: FakeLab) -> None:
    """Each answer is on its way for a time; the true offset is always inside."""
    delays = iter([(0.3, 0.1), (0.02, 0.2), (0.2, 0.04)])

    def slow(command: Command, usual: Usual) -> Answer:
        before, after = next(delays)
        lab.time += before
        answer = usual(command)
        lab.time += after
        return answer

    lab.journal[NODE1] = []
    lab.instead("read-uptime", slow)
    lab.instead(
        "read-journal",
        lambda command, usual: slow(command, usual) if command.node == NODE2 else usual(command),
    )
    first = read(lab)[0]
    assert first.within == pytest.approx((0.02 + 0.04 + 0.01) / 2, abs=0.006)
    assert abs(first.at - 5.5) <= first.within + 0.0001


def test_a_node_that_cannot_read_its_journal_says_why(lab: FakeLab) -> None:
    """Then the outages have no phases, and nothing is learned for the predictions: it must not pass in silence."""
    lab.instead("read-journal", lambda command, usual: (2, "", "sh: 1: Syntax error"))
    journals = NodeJournals(lab.session(), lambda: lab.time - BEGAN)
    assert journals.moments == ()
    assert journals.unread == dict.fromkeys((NODE1, NODE2), "status 2 sh: 1: Syntax error")


def test_the_first_reason_is_kept(lab: FakeLab) -> None:
    """The command for the journal fails after some lines, and then the uptime is missing in its answer."""

    def cut_off(command: Command, usual: Usual) -> Answer:
        _, text, _ = usual(command) or (1, "", "")
        return 2, "\n".join(text.splitlines()[:-1]), "sh: 1: Syntax error"

    lab.instead("read-journal", cut_off)
    journals = NodeJournals(lab.session(), lambda: lab.time - BEGAN)
    assert journals.moments == ()
    assert journals.unread[NODE2] == "status 2 sh: 1: Syntax error"


def test_a_node_that_does_not_answer_has_no_lines(lab: FakeLab) -> None:
    lab.machines.on[NODE2] = False
    assert read(lab) == ()


@pytest.mark.parametrize("out", ["", "nothing\n"])
def test_a_node_without_an_uptime_has_no_lines(lab: FakeLab, out: str) -> None:
    def without(command: Command, usual: Usual) -> Answer:
        status, text, error = usual(command) or (1, "", "")
        return status, "\n".join([out, *text.splitlines()[1:-1], out]), error

    lab.instead("read-journal", without)
    lab.instead("read-uptime", without)
    assert read(lab) == ()


def test_the_clocks_that_the_watch_compared_need_no_question(lab: FakeLab) -> None:
    known = ClockOffset(shares_kernel=True)
    for late in (0.0, 0.003, 0.006, 0.009):
        known.take(10.0 + late, 10.001 + late, math.floor(100 * (BEGAN + BOOTED_S + 10 + late)) / 100)
    lab.instead("read-uptime", lambda command, usual: pytest.fail("nothing more needs to be asked"))
    found = NodeJournals(lab.session(), lambda: lab.time - BEGAN, {NODE2: known}).moments
    assert [one.at for one in found] == pytest.approx([5.5, 10.25], abs=0.004)
    assert all(one.within < 0.004 for one in found)


def test_the_reason_is_kept_when_a_node_hangs(lab: FakeLab) -> None:
    def hang(command: Command, usual: Usual) -> Answer:
        raise TimedOut("no answer", hint="")

    lab.instead("read-journal", hang)
    journals = NodeJournals(lab.session(), lambda: lab.time - BEGAN)
    assert journals.moments == ()
    assert journals.unread == dict.fromkeys((NODE1, NODE2), "no answer")
