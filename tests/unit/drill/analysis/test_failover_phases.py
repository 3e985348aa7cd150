from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import Any

import msgspec
import pytest

from drill.analysis.failover_phases import phases
from drill.analysis.fault_windows import Period, fault_periods, fault_windows, unproven_fault
from drill.record.timeline import Event, Timeline
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.timeline_notation import EVERY, TAKES, timeline

RECORDED: dict[str, dict[str, Any]] = fast_yaml.read((CASES / "phases" / "recorded.yaml").read_text())


def recorded(name: str) -> Timeline:
    case = RECORDED[name]
    header = {"fault": case["fault"], "roles": {"target": {"node1": NODE1, "node2": NODE2}[case["target"]]}}
    told = {key: case[key] for key in ("probe", "node1", "node2", "events")}
    return run("calm", hz=20, header=header, **told)


def run(base: str, **changes: Any) -> Timeline:
    return timeline({"check": "recovered", "from": base, **changes})


def seen(one: Timeline) -> dict[str, float | None]:
    return {phase.name: phase.at for phase in phases(one)}


def words(one: Timeline) -> dict[str, str]:
    return {phase.name: phase.meaning for phase in phases(one)}


@pytest.mark.parametrize("name", RECORDED)
def test_only_the_first_fault_of_a_recorded_failover_counts(name: str) -> None:
    found = seen(recorded(name))
    del found["injected"]
    assert {step: at and round(at, 2) for step, at in found.items()} == RECORDED[name]["seen"]


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_failover_says_what_its_steps_mean(name: str) -> None:
    told = words(recorded(name))
    for step, part in RECORDED[name]["words"].items():
        assert part in told[step]


@pytest.mark.parametrize("name", RECORDED)
def test_the_steps_of_a_recorded_failover_are_in_the_order_of_time(name: str) -> None:
    steps = [phase for phase in phases(recorded(name)) if phase.at is not None]
    if name == "vip-removed":  # this fault is itself what takes the address away
        steps = [phase for phase in steps if phase.name != "stopped"]
    for one, other in combinations(steps, 2):
        assert one.at is not None
        assert other.at is not None
        assert one.at <= other.at + EVERY + TAKES, (
            f"{one.name} at {one.at:.2f} s, {other.name} at {other.at:.2f} s: further apart than two readings"
        )


def test_a_takeover_step_by_step() -> None:
    assert seen(run("failover")) == {
        "injected": 10.0,
        "detected": 10.65,
        "decided": 10.65,
        "stopped": 10.05,
        "address": 11.15,
        "answer": 11.51,
    }


def test_that_a_dead_node_let_go_of_the_address_is_seen_by_nobody() -> None:
    found = seen(run("dead"))
    assert (found["detected"], found["address"], found["answer"]) == (16.65, 17.15, 17.01)
    assert found["stopped"] is None
    assert "gave no answer for a long time before the heal" in words(run("dead"))["stopped"]


def test_a_node_that_comes_back_without_the_address_was_not_seen_to_let_go_of_it() -> None:
    back = ["0-10 vip quorate m12 all@1", "10-20 unseen", "20-31", "31-40 quorate m12 all@2"]
    assert seen(run("failover", node1=back))["stopped"] is None
    glitch = ["0-10 vip quorate m12 all@1", "10-11 unseen", "11-31", "31-40 quorate m12 all@2"]
    assert seen(run("failover", node1=glitch))["stopped"] == 11.05


def test_a_holder_whose_last_answer_is_old_is_not_said_to_have_kept_the_address() -> None:
    one = run("failover", node1=["0-10 vip quorate m12 all@1", "31-40 quorate m12 all@2"])
    assert seen(one)["stopped"] is None
    assert "gave no answer" in words(one)["stopped"]


def test_what_the_heal_brings_is_no_step_of_the_failover() -> None:
    found = seen(run("stop"))
    assert (found["detected"], found["stopped"], found["address"]) == (16.65, None, None)
    assert found["answer"] == 39.01
    assert "it came only after the heal" in words(run("stop"))["answer"]


def test_what_a_later_fault_brings_is_no_step_of_the_first() -> None:
    found = seen(run("twice"))
    assert (found["detected"], found["stopped"], found["address"]) == (10.65, 10.05, 10.65)
    assert found["answer"] == 11.01
    assert "the first of 2" in words(run("twice"))["injected"]
    quiet = run("twice", probe="node1 0-40, refused 40-41, node1 41-60")
    assert seen(quiet)["answer"] is None


def test_an_outage_that_outlasts_the_next_fault_has_no_answer_of_the_first() -> None:
    one = run("twice", probe="node1 0-10, refused 10-41, node1 41-60")
    assert seen(one)["answer"] is None
    assert words(one)["answer"].endswith("there was none")


def test_a_holder_that_takes_the_address_again() -> None:
    one = run(
        "calm",
        node1=["0-10 vip quorate m12 all@1", "10-12 quorate m12 all@1", "12-20 vip quorate m12 all@1"],
        probe="node1 0-10, timeout 10-12, node1 12-20",
        events="inject 10 node1, landed 10.1",
    )
    found = seen(one)
    assert (found["stopped"], found["address"], found["answer"]) == (10.05, 12.05, 12.01)
    assert (found["detected"], found["decided"]) == (None, None), "the cluster itself noticed nothing yet"


def test_what_was_not_seen_has_no_time() -> None:
    found = seen(run("split", probe="node1 0-40"))
    assert (found["stopped"], found["answer"]) == (None, None)
    assert found["address"] == 17.15


def test_an_open_outage_has_no_answer() -> None:
    assert seen(run("failover", probe="node1 0-10, refused 10-40"))["answer"] is None


def test_an_outage_before_the_fault_is_another_one() -> None:
    found = seen(run("failover", probe="node1 0-5, refused 5-6, node1 6-10, refused 10-12, node2 12-40"))
    assert found["answer"] == 12.01


def test_members_in_another_order_are_no_change() -> None:
    one = run(
        "failover", node2=["0-15 quorate m12 all@1", "15-20 quorate m21 all@1", "20-40 without m2 all@2"]
    )
    assert seen(one)["detected"] == 20.15


def test_a_resource_that_is_named_but_runs_nowhere_is_no_change() -> None:
    one = run(
        "calm", events="inject 10 node1, landed 10", node2=["0-15 quorate m12 WebIP@1", "15-20 quorate m12"]
    )
    told = [
        msgspec.structs.replace(s, placements={"WebServer": "", **s.placements}) if s.at > 11 else s
        for s in one.node_readings
    ]
    assert seen(dataclasses.replace(one, node_readings=tuple(told)))["decided"] == 15.15


def test_without_an_injection_there_are_no_phases() -> None:
    assert phases(run("calm")) == ()


def test_a_phase_may_be_set_by_hand() -> None:
    one = run("failover")
    events = (*one.events, Event(10.3, "note", "phase:detected"), Event(10.4, "note", "hello"))
    assert seen(dataclasses.replace(one, events=events))["detected"] == 10.3


def test_nothing_read_means_nothing_known() -> None:
    found = seen(run("failover", node1=[], node2=[], probe=""))
    assert set(found.values()) == {10.0, None}


def test_events_belong_to_the_injection_with_the_same_names() -> None:
    found = fault_windows(run("twice"))
    assert [(e.node[:5], e.injected, e.landed, e.heal, e.end) for e in found] == [
        ("node1", 10.0, 10.5, 20.0, 20.0),
        ("node2", 40.0, 40.5, 50.0, 50.0),
    ]
    assert found[0].summary == "corosync_stopped on node1.magedu.com at 10.00 s"


@pytest.mark.parametrize(
    ("events", "windows"),
    [
        ("inject 1, landed 2, heal 5", [(2, 5)]),
        ("inject 1, landed 2", [(2, 20)]),
        (
            "inject 1 node1, inject 2 node2, landed 3 node1, landed 4 node2, heal 5 node1, heal 6 node2",
            [(4, 6)],
        ),
        (
            "inject 1 node1, landed 2 node1, heal 9 node1, inject 3 node2, landed 4 node2, heal 6 node2",
            [(4, 9)],
        ),
        (
            "inject 1 node1, landed 2 node1, heal 3 node1, inject 3 node2, landed 4 node2, heal 6 node2",
            [(2, 3), (4, 6)],
        ),
        ("inject 1, landed 2, landed 3, heal 5", [(3, 5)]),
        ("inject 1, landed 2, inject 8, landed 9, heal 10", [(2, 8), (9, 10)]),
        ("inject 1 node1, landed 2 node2, heal 5", []),
        ("inject 1, landed 2, healed 5", [(2, 5)]),
        ("landed 2, heal 5", []),
        ("", []),
    ],
)
def test_when_a_fault_was_in_force(events: str, windows: list[tuple[float, float]]) -> None:
    one = run("calm", events=events, header={"fault": "corosync_stopped"})
    assert [(w.since, w.until) for w in fault_periods(one)] == [
        (since, one.end if until == 20 else until) for since, until in windows
    ]


def test_a_window_of_two_broken_nodes_names_neither() -> None:
    events = "inject 1 node1, inject 1 node2, landed 2 node1, landed 2 node2, heal 5"
    [both] = fault_periods(run("calm", events=events, header={"fault": "corosync_stopped"}))
    assert both.node == ""
    [one] = fault_periods(run("calm", events="inject 1 node1, landed 2, heal 5"))
    assert one.node == "node1.magedu.com"


def test_without_a_fault_the_whole_record_counts() -> None:
    one = run("calm")
    assert fault_periods(one) == (Period(0.0, one.end),)
    assert unproven_fault(one) == ""


def test_the_target_by_its_role_when_the_events_name_no_node() -> None:
    [one] = fault_windows(run("failover", events="inject 10, landed 11"))
    assert one.node == "node1.magedu.com"
    [one] = fault_windows(run("failover", events="inject 10, landed 11", header={"roles": {}}))
    assert one.node == ""


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ("inject 1 node1, landed 2 node1", ""),
        ("inject 1 node1, landed 2", ""),
        (
            "inject 1 node1, landed 2 node1, not_landed 3 node1 tc is not there",
            "did not take effect: tc is not there",
        ),
        ("inject 1 node1", "no event proves that corosync_stopped took effect"),
        ("inject 1 node1, landed 2 node2", "corosync_stopped on node1.magedu.com at 1.00 s took effect"),
        ("inject 1 node1, inject 1 node2, landed 2 node1", "on node2.magedu.com at 1.00 s took effect"),
        ("inject 1 node1, heal 2 node1, landed 3 node1", "on node1.magedu.com at 1.00 s took effect"),
        ("", "no event proves that corosync_stopped took effect"),
    ],
)
def test_why_a_fault_is_not_proven_to_be_in_effect(events: str, words: str) -> None:
    found = unproven_fault(run("calm", events=events, header={"fault": "corosync_stopped"}))
    assert words in found
    assert bool(found) == bool(words)


def test_a_mark_with_another_label_is_about_another_fault() -> None:
    events = (
        Event(1, "inject", "cut"),
        Event(2, "landed", "cut"),
        Event(3, "heal", "httpd killed"),
        Event(4, "heal", "cut"),
    )
    one = dataclasses.replace(run("calm"), events=events)
    assert [(e.label, e.landed, e.heal) for e in fault_windows(one)] == [("cut", 2, 4)]
    one = dataclasses.replace(one, events=(*events, Event(5, "not_landed", "httpd hung", "node1.magedu.com")))
    assert unproven_fault(one) == "httpd hung on node1.magedu.com did not take effect"
    assert (
        unproven_fault(dataclasses.replace(one, events=(Event(5, "not_landed"),)))
        == "the fault did not take effect"
    )
