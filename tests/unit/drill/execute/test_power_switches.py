"""What the BMCs switched during a scenario, on the clock of its record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from drill.execute.power_switches import PowerSwitches
from drill.record.header import Header
from drill.record.power_switch import BY_CLUSTER, PowerSwitch
from drill.record.recorder import Recorder
from inventory.bmc import power_log
from inventory.errors import CommandFailed
from inventory.model import OWN, Command
from inventory.session import LabSession
from inventory.waiting import Clock
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_session

BEGAN = 500.0
"""When the record began, on the monotonic clock."""


def clock() -> Clock:
    return Clock(now=lambda: 530.0)


@pytest.fixture
def session(tmp_path: Path) -> LabSession:
    made = fenced_session(root=tmp_path, clock=clock())
    for alias in ("node1", "node2"):
        log(made, alias).parent.mkdir(parents=True)
    return made


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    with Recorder(tmp_path / "timeline.jsonl", Header(), lambda: 530.0 - BEGAN) as made:
        yield made


def log(session: LabSession, alias: str) -> Path:
    return power_log.path(session.journal.path.parent, alias)


def switch(session: LabSession, alias: str, word: str, begun: float, done: float | None) -> None:
    power_log.note(log(session, alias), f"{word}: begun", begun)
    if done is not None:
        power_log.note(log(session, alias), f"{word}: done", done)


def test_the_moments_are_on_the_clock_of_the_record(session: LabSession, recorder: Recorder) -> None:
    with PowerSwitches(session, recorder):
        switch(session, "node2", "off", 507.0, 507.5)
        switch(session, "node1", "off", 510.25, None)
    assert recorder.timeline().power == (
        PowerSwitch(10.25, None, NODE1, on=False),
        PowerSwitch(7.0, 7.5, NODE2, on=False),
    )


def test_older_lines_do_not_count(session: LabSession, recorder: Recorder) -> None:
    """Also those of an earlier boot of this machine, when its clock had larger values."""
    switch(session, "node1", "off", 90000.0, 90001.0)
    with PowerSwitches(session, recorder):
        switch(session, "node1", "on", 512.0, 513.0)
    assert recorder.timeline().power == (PowerSwitch(12.0, 13.0, NODE1, on=True),)


def test_they_are_recorded_also_after_an_error(session: LabSession, recorder: Recorder) -> None:
    def fail() -> None:
        with PowerSwitches(session, recorder):
            switch(session, "node1", "off", 512.0, 513.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert len(recorder.timeline().power) == 1


def test_bmcs_that_switched_nothing_have_no_log(session: LabSession, recorder: Recorder) -> None:
    with PowerSwitches(session, recorder):
        pass
    assert recorder.timeline().power == ()


def test_a_lab_without_fencing_has_no_bmc(tmp_path: Path, recorder: Recorder) -> None:
    with PowerSwitches(fake_session(root=tmp_path, clock=clock()), recorder):
        pass
    assert recorder.timeline().power == ()


def history(*completed: str) -> str:
    """What stonith_admin says: NODE1 was rebooted at these times; for NODE2 a reboot failed, and it was switched on."""
    done = "".join(event(NODE1, "reboot", "success", when) for when in completed)
    others = event(NODE2, "reboot", "failed", "2") + event(NODE2, "on", "success", "3")
    return f'<pacemaker-result api-version="2.25" request="stonith_admin">{done}{others}</pacemaker-result>'


def event(node: str, action: str, status: str, completed: str) -> str:
    return (
        f'<fence_event target="{node}" action="{action}" client="pacemaker-controld.7" origin="{NODE2}"'
        f' status="{status}" delegate="{NODE2}" completed="{completed}"/>'
    )


BOOTED_AT = 530.0 - 2000.0
"""When the nodes booted, on the monotonic clock: their uptime is 2000 s."""
REPORT = f"Operation 'reboot' targeting {NODE1} by {NODE2} for pacemaker-controld.7@{NODE2}: OK (complete)"
ORDER = f"Requesting fencing (reboot) targeting node {NODE1}"


def journal(*lines: tuple[float, str, str]) -> str:
    """A node's answer: its uptime, the lines with their times on the monotonic clock, its uptime again."""
    rows = "".join(f"[ {at - BOOTED_AT:.6f}] node2 {who}[7]:  notice: {words}\n" for at, who, words in lines)
    return f"2000.00 1.00\n{rows}2000.00 1.00\n"


FENCED = ((511.0, "pacemaker-controld", ORDER), (522.0, "pacemaker-fenced", REPORT))


@pytest.mark.parametrize(
    ("lines", "asked", "at"), [(FENCED, 10.99, 22.01), ((), 30.0, None), (FENCED[:1], 10.99, None)]
)
def test_the_cluster_itself_tells_what_its_own_devices_did(
    tmp_path: Path,
    recorder: Recorder,
    lines: tuple[tuple[float, str, str], ...],
    asked: float,
    at: float | None,
) -> None:
    """A node that was fenced has forgotten its history; the other one has all of it. The journals tell the moments."""
    answers = {NODE1: [history("1"), history()], NODE2: [history("1"), history("2", "1")]}
    journals_of = list[str]()

    def answer(command: Command) -> tuple[int, str, str]:
        if command.purpose == "read-fence-history":
            assert "--verbose" in command.argv, "it would tell only the oldest event"
            return 0, answers[command.node].pop(0), ""
        if command.purpose == "read-journal":
            journals_of.append(command.node)
        return 0, journal(*(lines if command.node == NODE2 else ())), ""

    session = fake_session(root=tmp_path, clock=clock(), remote=answer, ssh_config="file", fencing=OWN)
    with PowerSwitches(session, recorder) as switches:
        assert recorder.timeline().power == ()
    assert len(switches.journals.moments) == len(lines)
    assert journals_of == [NODE1, NODE2], "each journal is read once"
    off, on = recorder.timeline().power
    assert (off.node, off.on, off.by, on) == (NODE1, False, BY_CLUSTER, replace(off, on=True))
    assert off.asked == pytest.approx(asked, abs=0.011)
    assert off.at == (None if at is None else pytest.approx(at, abs=0.011))


def test_a_history_that_cannot_be_read_is_an_error_of_the_drill(tmp_path: Path, recorder: Recorder) -> None:
    session = fake_session(root=tmp_path, remote=lambda command: (1, "", "no fencer"), fencing=OWN)
    with pytest.raises(CommandFailed, match="no fencer"), PowerSwitches(session, recorder):
        pass
