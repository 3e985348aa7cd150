from __future__ import annotations

import re

from tests.support.fake_session import fake_clock
from tests.support.watched import BEGIN, StillHub, failover, state_of
from watch import lines
from watch.model.facts import Told
from watch.model.state import MOST_TOLD, State


def test_each_line_is_written_once_with_its_time() -> None:
    hub, written = StillHub(failover(20, 26)), list[str]()
    lines.follow(hub, written.append, 1.0, fake_clock())
    assert len(written) == hub.state.told_ever
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d  \S.*", one) for one in written)
    assert [one.split("  ", 1)[1] for one in written][-3:] == [
        "node2: holds the address; web running; members: node2; DC node2; WebIP on node2; WebServer on node2",
        "a client gets node2",
        "not healthy: node1 does not answer over ssh",
    ]


def test_new_lines_are_those_that_were_not_written_yet() -> None:
    told = [Told(BEGIN, "lab", str(n)) for n in range(MOST_TOLD + 50)]
    state = state_of(told, State())
    assert [one.text for one in lines.after(state, MOST_TOLD + 48)] == [
        str(MOST_TOLD + 48),
        str(MOST_TOLD + 49),
    ]
    assert lines.after(state, state.told_ever) == ()
    assert len(lines.after(state, 0)) == MOST_TOLD


def test_lines_that_were_lost_are_marked() -> None:
    hub, written = StillHub([Told(BEGIN, "lab", str(n)) for n in range(MOST_TOLD + 1)]), list[str]()
    lines.follow(hub, written.append, 0.2, fake_clock())
    assert written[0] == lines.LOST
    assert len(written) == MOST_TOLD + 1
