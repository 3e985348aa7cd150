"""What the live cluster lets expect: its timings and its CIB in, the prediction out."""

from __future__ import annotations

from typing import Any

import pytest

from cluster import cib
from cluster.cib import Cib
from drill.execute.prediction import predict
from drill.scenarios.base import Scenario
from drill.scenarios.catalog import get
from drill.scenarios.overrides import Overrides, edited_cib
from inventory.errors import LabError
from inventory.model import Command, Lab
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


def test_a_lab_without_its_address_is_told() -> None:
    bare = live(Overrides(resources=()))
    with pytest.raises(LabError, match="WebIP is not configured") as error:
        predicted(Scenario("story", "", (), (), kind="none"), bare)
    assert "./lab provision" in error.value.hint
