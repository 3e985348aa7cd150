from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from cluster.outage_bounds import HOLD, Kind
from cluster.outage_interval import (
    COVERAGE,
    FEWEST_LIKELY,
    MEASURED,
    Course,
    Interval,
    Target,
    course_of,
    interval,
)
from cluster.timing import timing
from tests.support.fenced_lab import fenced_lab

TIMING = timing(fenced_lab())
LEAVES = Target(leaves_membership=True)
LENGTHS = {
    "membership": (0.002, 0.003, 0.004) * 7,
    "decided": (0.10, 0.12, 1.11) * 7,
    "fenced": (4.3, 4.4, 4.9) * 7,
    "stopped": (0.15, 0.16, 0.18) * 7,
    "started": (0.08, 0.1, 0.11) * 7,
    "answered": (0.05, 0.06, 0.08) * 7,
}


def found(course: Course, token_s: float = 3.0) -> Interval:
    timing = dataclasses.replace(
        TIMING, token_s=token_s, consensus_s=1.2 * token_s, monitor_s=2.0, monitor_answer_s=0.1
    )
    return interval(course, timing, LENGTHS, source="here")


@pytest.mark.parametrize("token_s", [1.0, 3.0, 5.0])
def test_a_lost_node_is_waited_for_as_long_as_token_and_consensus_say(token_s: float) -> None:
    one = found("loss", token_s)
    assert one.least > token_s * (1 - HOLD) + 1.2 * token_s
    assert one.most < token_s * 2.2 + 2.11 + 1.0, (
        "token, consensus, two waits of pacemaker, and the measured rest"
    )
    assert one.most - one.least < 2 + HOLD * token_s + 0.6


def test_fencing_adds_its_time_to_the_loss_of_a_node() -> None:
    lost, fenced = found("loss"), found("loss with fencing")
    assert lost.least + 4.0 < fenced.least
    assert fenced.most < lost.most + 6.5
    slow = interval("loss with fencing", TIMING, {**LENGTHS, "fenced": (9.3, 9.4, 9.9)}, source="here")
    assert slow.least - lost.least > 9.0
    assert slow.most - lost.most < 14.0, "of the 9.4 s, 5 s are the known wait of the device: 4.4 s vary"
    answering = found("answering until fenced")
    assert answering == found("answering until fenced", 1.0), "clients see nothing of token and consensus"
    assert 3.5 < answering.least < 4.4 < answering.most < 7.5


@pytest.mark.parametrize("kind", ["crash", "freeze"])
def test_the_course_of_a_lost_node_with_fencing(kind: Kind) -> None:
    assert course_of(kind, "web", fences=True) == "loss with fencing"
    assert course_of(kind, "web", fences=True, answers=True) == "answering until fenced"
    assert course_of(kind, "web", answers=True) == "loss"


def test_a_graceful_leaver_is_not_fenced() -> None:
    assert course_of("graceful", "web", fences=True) == "move"


def test_a_move_does_not_depend_on_the_token_and_is_narrow() -> None:
    assert found("move", 1.0) == found("move", 5.0)
    assert found("move").most - found("move").least <= 1.0
    assert found("move").least < 0.33 < found("move").most


@pytest.mark.parametrize("course", ["web restart", "address restart"])
def test_a_failed_resource_is_noticed_at_any_moment_of_the_monitors_interval(course: Course) -> None:
    one = found(course)
    assert one.least < 0.6
    assert 2.3 < one.most < 5.0
    assert one.lines[0].startswith("noticed: 0.00")
    assert "a monitor every 2 s, answering in 0.1 s" in one.lines[0]


@pytest.mark.parametrize("course", list(MEASURED))
def test_each_phase_says_where_it_comes_from(course: Course) -> None:
    one = found(course)
    assert one.coverage == COVERAGE
    measured = [line for line in one.lines if "21 measurements: here" in line]
    assert len(measured) == len(MEASURED[course])


def test_a_phase_that_was_not_measured_is_an_error() -> None:
    with pytest.raises(KeyError, match="answered"):
        interval("move", TIMING, {"stopped": (1.0,), "started": (1.0,)}, source="")


@pytest.mark.parametrize(
    ("kind", "resource", "course"),
    [
        ("graceful", "web", "move"),
        ("crash", "web", "loss"),
        ("freeze", "web", "loss"),
        ("process", "web", "web restart"),
        ("process", "address", "address restart"),
        ("partition", "web", None),
        ("hang", "web", None),
        ("none", "web", None),
    ],
)
def test_the_course_of_a_kind(kind: Kind, resource: str, course: Course | None) -> None:
    assert course_of(kind, resource) == course


def of(course: Course, lengths: Mapping[str, tuple[float, ...]], *, dc_lost: bool | None = None) -> Interval:
    timing = dataclasses.replace(TIMING, token_s=1.0, consensus_s=1.2)
    return interval(course, timing, lengths, source="here", target=Target(dc_lost))


@pytest.mark.parametrize("course", list(MEASURED))
def test_the_likely_interval_is_a_narrower_part(course: Course) -> None:
    one = found(course)
    assert one.likely
    least, most = one.likely
    assert one.least <= least < most <= one.most
    assert most - least < one.most - one.least


def test_few_measurements_give_no_likely_interval() -> None:
    few = {name: lengths[: FEWEST_LIKELY - 1] for name, lengths in LENGTHS.items()}
    assert of("move", few).likely is None
    assert of("move", {name: lengths[:FEWEST_LIKELY] for name, lengths in LENGTHS.items()}).likely


def test_a_lost_dc_makes_the_new_one_wait_once_at_most() -> None:
    """So after the loss of the DC the interval is narrower than 1.5 s and a quarter of the token."""
    lost, survives = of("loss", LENGTHS, dc_lost=True).likely, of("loss", LENGTHS, dc_lost=False).likely
    assert lost
    assert survives
    assert lost[1] < survives[1] - 0.5
    assert lost[1] - lost[0] <= 1.5 + 1.0 / 4
    assert of("loss", LENGTHS) == of("loss", LENGTHS, dc_lost=False), "not known: both are possible"
    twice = LENGTHS | {"decided": (0.1, 2.1) * 10}
    assert of("loss", twice, dc_lost=True).most > 4.2, "what was measured counts"


def moved(lengths: Mapping[str, tuple[float, ...]], *, leaves: bool, coverage: float = COVERAGE) -> Interval:
    target = LEAVES if leaves else Target()
    return interval("move", TIMING, lengths, source="here", coverage=coverage, target=target)


QUICK = {
    "stopped": (0.13, 0.203, 0.246, 0.09, 0.202),
    "started": (0.323, 0.268, 0.233, 0.321, 0.354),
    "answered": (0.199, 0.181, 0.172, 0.137, 0.166),
}
"""WAITED, with the wait of 1 s removed from the last outage."""
WAITED = QUICK | {"started": (*QUICK["started"][:-1], 1.354)}
"""Recorded on docker nodes: the last outage contains a wait of the controller."""


def test_a_node_that_leaves_can_make_the_controller_wait_once() -> None:
    """Without waits, four measurements gave an interval of 99.8 % that did not contain the recorded 1.72 s."""
    four = {name: lengths[:4] for name, lengths in QUICK.items()}
    stays, leaves = (moved(four, leaves=one, coverage=0.998) for one in (False, True))
    assert stays.most < 1.72 < leaves.most < 3.0
    assert leaves.least == pytest.approx(stays.least, abs=0.02)


def test_a_measured_wait_says_nothing_of_a_node_that_stays() -> None:
    assert moved(WAITED, leaves=False) == moved(QUICK, leaves=False)
    without, waited = moved(QUICK, leaves=True), moved(WAITED, leaves=True)
    assert without.likely
    assert waited.likely
    assert without.likely[1] < 1.5 < waited.likely[1] < 3.0, "one of five is no longer rare"


@pytest.mark.parametrize("slowest", [0.998, 1.002])
def test_a_length_near_a_wait_makes_no_wide_interval(slowest: float) -> None:
    lengths = QUICK | {"started": (0.8, 0.9, slowest, 0.85, 0.95)}
    for leaves in (False, True):
        assert moved(lengths, leaves=leaves).most < 6.0


@pytest.mark.parametrize("count", [FEWEST_LIKELY, 21, 60])
def test_a_rare_wait_is_possible_and_not_likely(count: int) -> None:
    lengths = {name: (seconds * 20)[:count] for name, seconds in LENGTHS.items()}
    found = moved(lengths, leaves=True)
    assert found.likely
    assert found.most > 1.25, "the verdict's interval contains the rare wait"
    assert found.likely[1] - found.likely[0] < 1.0
    slow = {name: tuple(20 * one for one in seconds) for name, seconds in lengths.items()}
    assert moved(slow, leaves=True) == moved(slow, leaves=False), "phases longer than 1 s: no wait is assumed"


def test_with_a_clone_the_address_depends_on_the_web_server() -> None:
    assert course_of("process", "web", clone=True) == "address restart", "web server, then address"
    assert course_of("process", "address", clone=True) == "web restart", "the address alone"
    assert course_of("graceful", "web", clone=True) == "move"
    timing = dataclasses.replace(TIMING, clone=True)
    one = interval("move", timing, LENGTHS, source="here")
    assert "the web server runs already" in one.lines[-1]
    tiny = dict.fromkeys(LENGTHS, (0.001,) * 21)
    assert interval("move", timing, tiny, source="here").least == 0.0, "between two requests nobody sees it"
