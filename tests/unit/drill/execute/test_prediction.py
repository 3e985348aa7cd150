"""What the live cluster lets expect: its timings and its CIB in, the prediction out."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from cluster import cib
from cluster.cib import Cib
from cluster.outage_interval import Course
from drill.execute.measured_times import FILE, Row, fingerprint
from drill.execute.prediction import predict
from drill.record.header import Prediction
from drill.scenarios.base import Inject, Scenario, Target
from drill.scenarios.catalog import get
from drill.scenarios.overrides import Overrides, edited_cib
from inventory.errors import LabError
from inventory.model import Command, Lab
from inventory.session import LabSession
from tests.support.example_lab import CASES, METADATA, example_lab
from tests.support.fake_session import fake_session

TEXT = (CASES / "cib" / "2.1.5.xml").read_text()
STOP = Overrides(properties={"no-quorum-policy": "stop"})
MONITOR = '<op name="monitor" interval="10s"'


def answer(command: Command) -> tuple[int, str, str]:
    if command.purpose == "read-totem-times":
        keys = "runtime.config.totem.token (u32) = 1000\nruntime.config.totem.consensus (u32) = 1200\n"
        return 0, keys, ""
    return 0, METADATA.format(name="ARP_INTERVAL_MS", default=4500), ""


def live(overrides: Overrides, text: str = TEXT) -> Cib:
    return cib.parse(edited_cib(text, overrides, example_lab()))


def predicted(scenario: Scenario, of: Cib, lab: Lab | None = None) -> Any:
    return predict(fake_session(lab=lab, remote=answer), scenario, of).prediction


@pytest.mark.parametrize(
    ("overrides", "two_node", "ends"),
    [
        (STOP, False, False),
        (STOP, True, True),
        (Overrides(properties=STOP.properties, two_node=True), False, True),
        (Overrides(), False, True),
    ],
)
def test_a_survivor_acts_by_policy_or_by_two_node_of_either_place(
    overrides: Overrides, two_node: bool, ends: bool
) -> None:
    scenario = Scenario("story", "", (), (), overrides, "crash")
    found = predicted(scenario, live(overrides), example_lab(corosync={"two_node": two_node}))
    assert (found.most is not None) is ends


@pytest.mark.parametrize(("fencing", "ends"), [("false", True), ("true", False)])
def test_the_new_name_of_fencing_goes_before_the_old_one(fencing: str, ends: bool) -> None:
    scenario = Scenario("story", "", (), (), Overrides(), "crash")
    assert "stonith-enabled" in live(Overrides()).configuration.properties
    found = predicted(scenario, live(Overrides(properties={"fencing-enabled": fencing})))
    assert (found.most is not None) is ends


@pytest.mark.parametrize(("platform", "least"), [("debian12", 0.0), ("centos9", 0.95)])
def test_stop_and_start_take_as_long_as_on_the_platform(platform: str, least: float) -> None:
    session = fake_session(platform, remote=answer)
    found = predict(session, Scenario("story", "", (), (), kind="graceful"), live(Overrides())).prediction
    assert found is not None
    assert found.least == pytest.approx(least)
    start = f"start: {session.platform.times.start[0]:.2f} to {session.platform.times.start[1]:.2f} s"
    assert any(line.startswith(start) for line in found.lines)


@pytest.mark.parametrize(
    ("platform", "given", "seconds"),
    [
        ("debian12", {}, 5),
        ("centos9", {}, 10),
        ("centos9", {"graceful": 3}, 3),
        ("debian12", {"graceful": 7}, 7),
    ],
)
def test_the_budget_is_lab_yamls_or_the_platforms(
    platform: str, given: dict[str, float], seconds: float
) -> None:
    session = fake_session(platform, drill={"budget_s": {"crash": 30, **given}})
    assert session.budget_s("graceful") == seconds
    assert session.budget_s("crash") == 30


def test_the_usual_budget_is_longer_on_a_slow_machine() -> None:
    """A reboot of an emulated machine: an outage of 36 s failed against a budget of 5 s."""
    session = fake_session("debian12", patience=20.0, drill={"budget_s": {"crash": 30}})
    assert session.budget_s("graceful") == 100
    assert session.budget_s("crash") == 30


@pytest.mark.parametrize(
    ("name", "heard"), [("web-broken", True), ("five-in-a-row", True), ("web-kill", False)]
)
def test_a_process_that_a_migration_threshold_moves_must_be_heard_of(name: str, heard: bool) -> None:
    scenario = get(name)
    lines = predicted(scenario, live(scenario.overrides)).lines
    assert any("ARP: 0.00 to 4.50 s" in line for line in lines) is heard


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ("", "no monitor checks it"),
        ('<op name="monitor" interval="0"', "no monitor checks it"),
        ('<op name="monitor" enabled="false" interval="10s"', "no monitor checks it"),
        ('<op name="monitor" interval="9s" id="m"/><op name="monitor" interval="10s"', "a monitor every 9 s"),
    ],
    ids=["missing", "interval 0", "disabled", "two"],
)
def test_the_monitor_is_the_one_that_runs(edit: str, says: str) -> None:
    assert TEXT.count(MONITOR) == 1
    text = TEXT.replace(MONITOR, edit or '<op name="nothing" interval="10s"')
    found = predicted(Scenario("story", "", (), (), kind="process"), live(Overrides(), text))
    assert says in found.lines[0]
    assert (found.most is None) is (says == "no monitor checks it")


def test_resources_in_a_group_have_their_monitors_too() -> None:
    text = TEXT.replace("<resources>", '<resources><group id="site">').replace(
        "</resources>", "</group></resources>"
    )
    text = text.replace(MONITOR, '<op name="monitor" interval="9s"')
    scenario = Scenario("story", "", (), (), kind="process")
    found = predict(fake_session(remote=answer), scenario, cib.parse(text), text).prediction
    assert found is not None
    assert "a monitor every 9 s" in found.lines[0]


def test_a_lab_without_its_address_is_told() -> None:
    bare = live(Overrides(resources=()))
    with pytest.raises(LabError, match="WebIP is not configured") as error:
        predicted(Scenario("story", "", (), (), kind="none"), bare)
    assert "./lab provision" in error.value.hint


def taught(
    session: LabSession, of: Cib, course: Course, count: int = 5, contention: float | None = 0.2
) -> None:
    """Rows of a course that the session's lab has measured."""
    lengths = {"membership": 0.003, "decided": 0.11, "stopped": 0.16, "started": 0.1, "answered": 0.08}
    row = Row(
        fingerprint(session, of), course, "standby", "2026-11-26T10:00:00", lengths, contention, contention
    )
    path = session.journal.path.with_name(FILE)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps([asdict(row)] * count))


def narrow(tmp_path: Path, name: str, course: Course, text: str = TEXT, **more: Any) -> Prediction:
    session, scenario = fake_session(remote=answer, root=tmp_path), get(name)
    text = edited_cib(text, scenario.overrides, example_lab())
    of = cib.parse(text)
    taught(session, of, course, **more)
    found = predict(session, scenario, of, text, 0.3).prediction
    assert found
    return found


@pytest.mark.parametrize(
    ("name", "course", "usual", "width"),
    [
        ("standby", "move", (0.3, 0.34), 1.0),
        ("stickiness-100", "move", (0.3, 0.34), 2.0),  # pacemaker may wait for 1 s when a node leaves
        ("freeze", "loss", (2.3, 2.5), 3.2),
        ("power-off", "loss", (2.3, 2.5), 3.2),
        ("web-kill", "web restart", (0.4, 2.5), 5.5),
        ("vip-removed", "address restart", (0.5, 2.5), 5.5),
    ],
)
def test_measured_times_give_an_interval_with_a_coverage(
    tmp_path: Path, name: str, course: Course, usual: tuple[float, float], width: float
) -> None:
    """Token 1000 and consensus 1200 of the running corosync."""
    found = narrow(tmp_path, name, course)
    assert found.coverage == 0.9995
    assert found.most is not None
    assert found.least < usual[0]
    assert usual[1] < found.most
    assert found.most - found.least <= width
    assert found.likely is not None
    assert course != "move" or found.likely[1] - found.likely[0] <= 1.0
    assert found.possible is not None
    assert found.possible[0] <= found.least
    assert found.most <= (found.possible[1] or 0)
    assert found.contention == 0.2
    assert "standby, 2026-11-26T10:00 to 2026-11-26T10:00, this lab" in found.source
    assert any("5 measurements: standby" in line for line in found.lines)


@pytest.mark.parametrize(
    "name", ["corosync-kill", "partition", "reboot", "five-in-a-row", "web-broken", "web-hang"]
)
def test_where_no_interval_can_be_computed_the_limits_stand_and_say_so(tmp_path: Path, name: str) -> None:
    session, scenario = fake_session(remote=answer, root=tmp_path), get(name)
    found = predict(session, scenario, live(scenario.overrides), TEXT, 0.3).prediction
    if found is None:
        return
    assert (found.coverage, found.possible) == (None, None)
    assert found.source.startswith("the limits of what is possible: ")
    assert found.source in found.lines


@pytest.mark.parametrize(
    ("count", "contention", "says"),
    [
        (2, 0.2, "2 outages of this course were measured, and 3 are needed"),
        (5, 0.65, "about the same contention of the processors as now"),
    ],
)
def test_without_enough_measured_times_the_limits_stand(
    tmp_path: Path, count: int, contention: float, says: str
) -> None:
    found = narrow(tmp_path, "standby", "move", count=count, contention=contention)
    assert found.coverage is None
    assert (found.least, found.most) == pytest.approx((0.0, 13.1))
    assert says in found.source


@pytest.mark.parametrize(("milliseconds", "says"), [(370, "answering in 0.37 s"), (0, "answering in 1 s")])
def test_the_monitor_answers_as_quickly_as_in_the_operation_history(
    tmp_path: Path, milliseconds: int, says: str
) -> None:
    lines = narrow(
        tmp_path, "web-kill", "web restart", text=TEXT.replace('exec-time="0"', f'exec-time="{milliseconds}"')
    ).lines
    assert any(says in line for line in lines), lines


@pytest.mark.parametrize(
    ("dc", "target", "lost"),
    [("1", "active", True), ("2", "active", False), ("1", "dc", True), ("", "active", None)],
)
def test_the_loss_of_the_dc_is_known_beforehand(
    tmp_path: Path, dc: str, target: Target, lost: bool | None
) -> None:
    """node1 holds the address. A DC that survives may wait twice, a new one once."""
    scenario = Scenario("story", "", (Inject("freeze", target),), (), kind="freeze")
    session, of = fake_session(remote=answer, root=tmp_path), live(Overrides())
    taught(session, of, "loss", count=20)
    found = predict(session, scenario, of, TEXT.replace('dc-uuid="1"', f'dc-uuid="{dc}"'), 0.3).prediction
    assert found
    assert found.likely
    assert (found.likely[1] < 4.0) is (lost is True)
    assert found.likely_coverage == 0.98
    assert found.likely[1] - found.likely[0] < (found.most or 0.0) - found.least
    assert any("with a probability of 98%" in line for line in found.lines)


def test_with_a_clone_of_the_web_server_only_the_address_moves(tmp_path: Path) -> None:
    lab = example_lab()
    clone = replace(lab, resources=tuple(replace(one, clone=one.kind == "web") for one in lab.resources))
    usual, fast = (
        predict(fake_session(lab=one, remote=answer), get("standby"), live(Overrides())).prediction
        for one in (lab, clone)
    )
    assert usual
    assert fast
    assert fast.least == 0.0
    assert (fast.most or 0.0) < (usual.most or 0.0) - 2.0, "nobody waits for the web server"
    assert any("only the address" in line for line in fast.lines)
