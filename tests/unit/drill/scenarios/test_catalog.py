"""The table of scenarios: what a row names exists, and nothing of the issue is left out."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from typing import Any

import pytest

from cluster import cib, placement, scores
from drill.checks.placement import WHEN
from drill.checks.registry import CHECKS, judge
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.execute.availability import unavailable
from drill.execute.check_rows import for_lab
from drill.faults import registry as faults
from drill.faults.registry import FAULTS
from drill.record.header import CheckRow
from drill.scenarios import catalog, conditions
from drill.scenarios.base import (
    Await,
    Configure,
    ForEachOther,
    Heal,
    Inject,
    Observe,
    Read,
    Scenario,
    single_moves,
)
from drill.scenarios.catalog import SCENARIOS
from drill.scenarios.overrides import Overrides, edited_cib
from inventory.config.lab_yaml import BUDGETS, OF_PLATFORM
from inventory.errors import ConfigError
from inventory.model import INFINITY
from inventory.platforms.registry import PLATFORMS
from inventory.session import LabSession
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab, nodes
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_session
from tests.support.foreign_words import foreign_words
from tests.support.timeline_notation import timeline
from tests.support.witness_lab import witness_lab, witness_session

LAB = example_lab()
PAIRS = {name: one for name, one in SCENARIOS.items() if not one.needs_another_lab}
"""The scenarios of a lab with two nodes, without fencing and without a witness."""
EACH = pytest.mark.parametrize("one", SCENARIOS.values(), ids=SCENARIOS)
STORIES = fast_yaml.read((CASES / "rows.yaml").read_text())
ROLES = {"active": NODE1, "passive": NODE2, "target": NODE1, "peer": NODE2}
SEVERAL = {"passives": "passive", "upper half": "passive", "untouched": "passive"}
"""Targets that a fault can hit when it can hit a passive node."""


def of_size(one: Scenario, count: int = 0) -> LabSession:
    """A session of a lab that the scenario fits: with so many nodes, or with the least number."""
    if one.fenced:
        return fenced_session()
    return fake_session(nodes=nodes(count or one.sizes[0]))


def moves(one: Scenario, sort: type) -> list:  # type: ignore[type-arg]
    return [move for move in single_moves(one.moves, one.sizes[0]) if isinstance(move, sort)]


@EACH
def test_faults_and_targets_exist(one: Scenario) -> None:
    for move in moves(one, Inject):
        fault = faults.get(move.fault)
        target = SEVERAL.get(move.target, move.target)
        assert target == "any" or target in fault.roles, f"{move.fault} has no target {move.target}"
        assert move.target != "any" or {"active", "passive"} <= set(fault.roles)


@EACH
def test_conditions_and_roles_exist(one: Scenario) -> None:
    for move in moves(one, Await):
        conditions.predicate(move.condition)
        assert move.within >= 20, "deadlines are generous: a busy host is no failure of the cluster's"
    for move in (*moves(one, Read), *moves(one, Heal)):
        assert move.role in (*conditions.ROLES, "", *(["witness"] if one.third_vote else []))


@EACH
def test_checks_exist_and_take_their_parameters(one: Scenario) -> None:
    rows = for_lab(one.checks, LAB)
    assert len({str(row) for row in rows}) == len(rows), "a check stands there twice"
    for name, params in ((row.id, row.parameters) for row in rows):
        assert name in CHECKS
        code = CHECKS[name].function.__code__
        assert set(params) <= set(code.co_varnames[1 : code.co_argcount]), f"{name} takes no {params}"
        assert params.get("when", "end") in WHEN
        assert params.get("role", "peer") in conditions.ROLES
        if name == "failcounts":
            assert set(params["expected"]) <= {resource.id for resource in LAB.resources}


@EACH
def test_budget_and_bounds_are_there_when_they_are_judged(one: Scenario) -> None:
    names = [row.id for row in one.checks]
    assert not one.budget or one.budget in (*BUDGETS, *OF_PLATFORM)
    assert bool(one.budget) == ("outage_within_budget" in names)
    if "outage_within_bounds" in names:
        assert one.kind not in (None, "hang"), "nothing could contradict that prediction"
    if "no_outage" in names:
        assert one.kind == "none"


@EACH
def test_every_row_asks_for_a_whole_cluster_afterwards(one: Scenario) -> None:
    names = {row.id for row in one.checks}
    assert {"came_about", "recovered", "configuration_unchanged", "no_leftovers"} <= names
    assert len(names) > 4, "and for something of its own"


@EACH
def test_every_row_waits_or_looks_before_it_is_healed(one: Scenario) -> None:
    assert one.moves
    single = single_moves(one.moves, one.sizes[0])
    for before, after in zip(single, [*single[1:], Heal()], strict=True):
        if isinstance(before, Inject):
            assert isinstance(after, Await | Observe | Read), f"{before.fault} is healed at once"


def test_every_fault_is_used_and_on_the_active_node() -> None:
    used = {(move.fault, move.target) for one in SCENARIOS.values() for move in moves(one, Inject)}
    for name, fault in FAULTS.items():
        usual = {(name, "witness")} if fault.of_witness else {(name, "active"), (name, "any")}
        assert usual & used, f"no scenario breaks the active node with {name}: {fault.title}"
    assert {("corosync-stop", role) for role in ("active", "passive", "dc", "both")} <= used


def test_a_split_brain_is_seen() -> None:
    for name in ("partition", "partition-in", "corosync-kill", "corosync-freeze"):
        assert "two_owners" in [row.id for row in SCENARIOS[name].checks]
        assert "one_owner" not in [row.id for row in SCENARIOS[name].checks]


def test_every_policy_and_every_stickiness_of_the_walkthrough() -> None:
    states = [state for one in SCENARIOS.values() for state in one.states]
    assert {state.properties.get("no-quorum-policy") for state in states} >= {
        None,
        "stop",
        "ignore",
        "freeze",
    }
    assert {state.stickiness for state in states} >= {None, 0, 251, 1_000_000}
    assert any(state.two_node for state in states)


def test_the_states_of_nested_moves_are_among_them() -> None:
    one, other = Overrides(stickiness=1), Overrides(stickiness=2)
    nested = Scenario("nested", "", (Configure(one), ForEachOther((Configure(other),))), ())
    assert nested.states == (Overrides(), one, other)


@EACH
def test_a_value_that_the_title_names_is_set_by_the_row(one: Scenario) -> None:
    title = catalog.explanations()[one.name].title
    said = " ".join(state.summary for state in one.states)
    for value in re.findall(r"no-quorum-policy=\w+|becomes ignore|two_node|INFINITY|\b\d+\b", title):
        wanted = value.replace("becomes ", "no-quorum-policy=")
        assert wanted in said, f"{one.name} is about {wanted}, and leaves it to lab.yaml: it sets {said}"


BACK, STAYS = NODE1, NODE2
FLIPS = [
    ("failback-stickiness-0", BACK, {"stickiness": 100}),
    ("stickiness-100", STAYS, {"stickiness": 0}),
    ("location-500", BACK, {"stickiness": 251}),
    ("location-500", BACK, {"location": 199}),
    ("stickiness-251", STAYS, {"stickiness": 250, "location": 501}),
    ("stickiness-251", STAYS, {"stickiness": 100}),
    ("stickiness-infinity", STAYS, {"stickiness": 100}),
]


def comes_to(overrides: Overrides) -> str:
    """Where the pair goes that runs on NODE2 when NODE1 is back, by the scores."""
    have = cib.parse(edited_cib((CASES / "cib" / "2.1.5.xml").read_text(), overrides, LAB)).configuration
    resources = [one.id for one in have.resources]
    found = placement.place(
        (NODE1, NODE2), resources, stickiness=scores.parse(have.defaults["resource-stickiness"]),
        current=dict.fromkeys(resources, NODE2), locations=have.locations, colocations=have.colocations,
    )  # fmt: skip
    [node] = set(found.winner.values())
    return str(node)


@pytest.mark.parametrize(
    ("name", "node", "other"), FLIPS, ids=[f"{name}-{other}" for name, _, other in FLIPS]
)
def test_the_rows_own_value_alone_decides_where_the_pair_ends(name: str, node: str, other: Any) -> None:
    overrides = SCENARIOS[name].overrides
    assert comes_to(overrides) == node
    flipped = replace(overrides, **other)
    assert comes_to(flipped) != node, f"{name} would see the same with {flipped.summary}"


def test_the_same_in_all_but_the_stickiness() -> None:
    zero, hundred = SCENARIOS["failback-stickiness-0"].overrides, SCENARIOS["stickiness-100"].overrides
    assert replace(zero, stickiness=100) == hundred
    assert SCENARIOS["stickiness-infinity"].overrides.stickiness == INFINITY


@pytest.mark.parametrize("case", STORIES, ids=[f"{one['scenario']}-{one['why']}" for one in STORIES])
def test_a_story_to_the_contrary_is_no_success(case: dict[str, Any]) -> None:
    row = SCENARIOS[case["scenario"]]
    one = timeline({**case, "check": "came_about"})
    header = replace(
        one.header, awaited=one.header.awaited or (), roles=ROLES, checks=for_lab(row.checks, LAB)
    )
    found = judge(replace(one, header=header))
    wrong = [verdict.description for verdict in found if verdict.status != PASS]
    told = {
        status: {verdict.check for verdict in found if verdict.status == status} for status in (FAIL, UNKNOWN)
    }
    assert set(case.get("fail", ())) <= told[FAIL], wrong
    assert set(case.get("unknown", ())) <= told[UNKNOWN], wrong
    if case["kind"] == "good":
        assert not told[FAIL], wrong
        contrary = [other for other in STORIES if other["scenario"] == row.name]
        judged = {name for other in contrary for key in ("fail", "unknown") for name in other.get(key, ())}
        assert judged, "and what is its contrary?"
        assert not judged & told[UNKNOWN], wrong
    else:
        assert case.keys() & {"fail", "unknown"}, "say which check tells"


def test_names() -> None:
    for name in SCENARIOS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert catalog.get(name).name == name
    with pytest.raises(ConfigError, match="no scenario 'partiton'") as error:
        catalog.get("partiton")
    assert "partition" in error.value.hint


def test_texts_belong_to_rows_and_rows_have_texts() -> None:
    texts = catalog.explanations()
    assert list(texts) == list(SCENARIOS), "the same ones, in the same order"
    more = catalog.explanations(nodes=3)
    assert [name for name in SCENARIOS if more[name] != texts[name]] == ["rolling-restart"]
    old = catalog.explanations(PLATFORMS["centos6"])
    assert [name for name in SCENARIOS if old[name] != texts[name]] == [
        "quorum-stop",
        "partition-in",
        "pacemaker-kill",
    ]
    for name, text in [*texts.items(), *old.items(), *more.items()]:
        assert 10 < len(text.title) < 80, name
        assert 100 < len(text.why) < 450, f"{name}: {len(text.why)} characters"
        assert text.why.rstrip().endswith(".")
        assert not re.search(r"\d+\.\d+\.\d+\.\d+|magedu", text.title + text.why), (
            "addresses stand in lab.yaml only"
        )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_text_names_what_its_platform_does_not_have(platform: str) -> None:
    session = fake_session(platform)
    told = {
        name: f"{text.title}\n{text.why}"
        for name, text in catalog.explanations(session.platform).items()
        if not unavailable(SCENARIOS[name], session)
    }
    assert foreign_words(session.platform, told) == {}


def test_resources_are_named_by_kind() -> None:
    wanted = CheckRow("failcounts", {"expected": {"@web": 1, "@address": "none"}})
    rows = for_lab((wanted, CheckRow("no_outage")), LAB)
    assert rows == (
        CheckRow("failcounts", {"expected": {"WebServer": 1, "WebIP": "none"}}),
        CheckRow("no_outage"),
    )


def test_with_a_witness_a_node_alone_keeps_its_quorum() -> None:
    rows = for_lab((CheckRow("quorum", {"role": "peer", "expected": "@two_node"}),), witness_lab())
    assert rows == (CheckRow("quorum", {"role": "peer", "expected": True}),)


@pytest.mark.parametrize("two_node", [False, True])
def test_who_has_quorum_alone_is_the_labs_to_say(two_node: bool) -> None:
    rows = for_lab(
        (CheckRow("quorum", {"role": "peer", "expected": "@two_node"}),),
        example_lab(corosync={"two_node": two_node}),
    )
    assert rows == (CheckRow("quorum", {"role": "peer", "expected": two_node}),)


def test_what_cannot_be_had_says_why() -> None:
    for one in SCENARIOS.values():
        assert unavailable(one, witness_session() if one.third_vote else of_size(one)) == ""
    assert "two_node" in unavailable(SCENARIOS["two-node"], fake_session("centos6"))
    assert "vmrun" in unavailable(
        SCENARIOS["freeze"], fake_session(machines=FakeMachines(provider="vmware_desktop"))
    )


@EACH
def test_another_size_is_refused_with_the_reason(one: Scenario) -> None:
    if one.fenced or one.third_vote:
        return
    least, most = one.sizes
    for count in (2, 3, 4, 8):
        why = unavailable(one, of_size(one, count))
        assert bool(why) is not (least <= count <= most), why
        assert not why or why.startswith("it is for ")
    if one.sizes == (2, 2):
        assert unavailable(one, of_size(one, 3)) == "it is for two nodes, and the lab has three"
    if one.sizes == (3, 8):
        assert unavailable(one, of_size(one, 2)) == "it is for three nodes or more, and the lab has two"


def test_a_restart_of_each_node() -> None:
    row = SCENARIOS["rolling-restart"]
    for count in (2, 3, 5):
        hits = [one for one in single_moves(row.moves, count) if isinstance(one, Inject)]
        [counts] = [
            one.parameters["counts"]
            for one in for_lab(row.checks, example_lab(nodes=nodes(count)))
            if one.id == "interruptions"
        ]
        assert len(hits) == count == len(counts), "one restart of each node"
        assert counts == (*[0] * (count - 1), 2), "only the last one moves the service, there and back"


def test_what_sets_the_score_of_the_location_needs_the_one_that_prefers_a_node() -> None:
    [one] = LAB.locations
    wants = {name for name, row in SCENARIOS.items() if row.overrides.location is not None}
    assert "stickiness-100" in wants
    other = dataclasses.replace(one, id="other", resource="WebIP")
    away = dataclasses.replace(one, score=-500)
    for locations in ((), (one, other), (away,)):
        lab = example_lab(locations=locations)
        left = {name for name, row in PAIRS.items() if unavailable(row, fake_session(lab=lab))}
        assert left == wants & PAIRS.keys(), f"with {len(locations)} locations"


def test_with_two_node_in_lab_yaml_what_needs_a_lone_node_without_quorum_is_left_out() -> None:
    lab = example_lab(corosync={"two_node": True})
    whys = {one.name: unavailable(one, fake_session(lab=lab)) for one in PAIRS.values()}
    left = {name for name, why in whys.items() if why}
    assert left == {"quorum-stop", "quorum-ignore-later", "quorum-freeze", "quorum-freeze-keeps"}
    assert all("two_node: true" in whys[name] for name in left)
    for name in PAIRS.keys() - left:
        waits = [move.condition for move in moves(SCENARIOS[name], Await)]
        assert not [text for text in waits if text.startswith("without_quorum")], f"{name} waits for ever"
        rows = for_lab(SCENARIOS[name].checks, lab)
        assert all(row.parameters["expected"] for row in rows if row.id == "quorum"), f"{name} fails"
