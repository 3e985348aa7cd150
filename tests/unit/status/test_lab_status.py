"""A look at the whole lab, and the few seconds that it waits for a DC that is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory import files, journal
from inventory.errors import RouteRefused, Unreachable
from inventory.journal import Journal
from status import lab_status
from status.lab_status import REST_WAIT_S, at_rest
from status.web_page import WebPage
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_clock, fake_session
from tests.support.node_readings import LAB, ClusterWords, reading


def test_everything_is_read(tmp_path: Path) -> None:
    Journal(tmp_path).begin("power-off", target=LAB.node1.name)
    session = fake_session(
        root=tmp_path,
        remote=lambda command: (0, reading(LAB.node(command.node), ClusterWords(), holds_vip=True), ""),
    )
    seen = lab_status.look(session, lambda: "a page")
    assert seen.owners == LAB.nodes
    assert seen.page == WebPage("a page")
    assert [entry.what for entry in seen.pending] == ["power-off"]
    assert seen.drill == ""
    assert seen.best is not None


def test_a_page_that_may_not_be_asked_for(tmp_path: Path) -> None:
    def refuse() -> str:
        raise RouteRefused("it would leave by eth0")

    session = fake_session(root=tmp_path, remote=lambda command: None)
    assert lab_status.look(session, refuse).page == WebPage(refused="it would leave by eth0")
    assert lab_status.look(session).page is None


def test_a_quorate_node_is_believed_before_others(tmp_path: Path) -> None:
    views = {NODE1: ClusterWords(quorate=False), NODE2: ClusterWords(dc=NODE2)}
    session = fake_session(
        root=tmp_path,
        remote=lambda command: (0, reading(LAB.node(command.node), views[command.node]), ""),
    )
    best = lab_status.look(session).best
    assert best is not None
    assert best.dc == NODE2


def test_resources_may_move_soon_when_a_member_does_not_answer(tmp_path: Path) -> None:
    def seen(unanswered: str) -> bool:
        session = fake_session(
            root=tmp_path,
            remote=lambda command: (
                0,
                reading(LAB.node(command.node), ClusterWords(), unanswered=unanswered),
                "",
            ),
        )
        return lab_status.look(session).about_to_change

    assert seen(NODE2)
    assert not seen("")


@pytest.mark.parametrize(("looks", "last"), [([False], 1), ([True, True, False, False], 3)])
def test_a_dc_at_work_is_waited_for(looks: list[bool], last: int) -> None:
    seen = iter(enumerate(looks, 1))
    assert at_rest(lambda: next(seen), lambda one: one[1], fake_clock())[0] == last


def test_a_dc_that_is_at_work_all_the_time_ends_the_waiting() -> None:
    clock = fake_clock()
    assert at_rest(lambda: "busy", lambda one: True, clock) == "busy"
    assert REST_WAIT_S <= clock.now() < REST_WAIT_S + 1


def test_an_error_is_raised_at_once() -> None:
    clock = fake_clock()

    def read() -> str:
        raise Unreachable("node1 does not answer")

    with pytest.raises(Unreachable):
        at_rest(read, lambda one: True, clock)
    assert clock.now() == 0


def test_the_holder_of_the_drill_lock_is_named(tmp_path: Path) -> None:
    state = tmp_path / ".lab"
    assert journal.running_drill(state) == "", "no drill ever ran"
    with journal.exclusive(tmp_path):
        assert journal.running_drill(state).isdigit()
    assert journal.running_drill(state) == "", "the file stays, the lock does not"
    assert files.holder(state / "nothing") is None


@pytest.mark.parametrize("text", ["", "no number", "99999999999999999999", "4194304", "\udcff"])
def test_a_lock_file_of_a_process_that_is_gone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "drill.lock"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert files.holder(path) is None
