"""The runner on two nodes in memory: what is always done, in which order, and what stops what."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cluster import cib
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.execute import runner
from drill.execute.injector import NotAvailable
from drill.faults import registry as faults
from drill.faults.remedies import TWO_NODE_KEPT
from drill.record import timeline_file
from drill.record.header import ProbeFigures
from drill.scenarios.base import Await, Configure, Heal, Inject, Observe, Read, Recompute, Scenario
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError, RouteRefused
from inventory.journal import pending
from inventory.model import Command
from inventory.platforms.node_tools import NodeTools
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_drill import STEP, FakeDrill
from tests.support.fake_lab import BOOTED_S, BUSY, CIB, CRACK, REPAIRED, Answer, Usual
from tests.support.fake_machines import FakeChoice


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDrill:
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    return FakeDrill(tmp_path)


class Hopeless:
    """A recovery that finds no way."""

    def __init__(self, *args: object, **more: object) -> None:
        pass

    def heal(self) -> tuple[str, ...]:
        raise LabError("node1 is beyond repair")


def assert_as_before(lab: FakeDrill) -> None:
    """The lab is as it was, and nothing is written down as broken."""
    assert lab.cracked == {}
    assert pending(lab.root) == ()
    assert cib.parse(lab.cib).configuration == cib.parse(CIB).configuration
    assert lab.sink is None, "nobody watches any more"


def test_a_story_from_beginning_to_end(lab: FakeDrill) -> None:
    entry = lab.run(Inject("crack"), Await("serving_from:peer"))
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert lab.did == [
        *("observe", f"arm-timer {NODE1}", f"inject-fault {NODE1}", f"repair {NODE1}: crack", "observed"),
    ]
    assert lab.events == ["inject", "landed", "heal", "note", "healed", "settled"]
    assert_as_before(lab)
    header = entry.timeline.header
    assert header.roles == {"active": NODE1, "passive": NODE2, "dc": NODE1, "target": NODE1, "peer": NODE2}
    assert header.probe == ProbeFigures(slots=100, missed=0, worst_late=0.01)
    assert header.clients == {"connecting": "", "routed": "two machines in memory have no router"}
    assert header.before == header.after
    assert "property no-quorum-policy=ignore" in (header.before or ())
    assert timeline_file.read(lab.root / "timeline.jsonl") == entry.timeline, "all of it is in the file"


def test_the_prediction_comes_from_the_running_cluster(lab: FakeDrill) -> None:
    header = lab.run(Inject("crack"), Await("serving_from:peer"), kind="crash").timeline.header
    assert (header.token_s, header.consensus_s) == (1.0, 1.2), "compare tells runs apart by them"
    assert header.prediction
    assert 1.9 < header.prediction.least < 2.2, (
        "token 1000 and consensus 1200 of corosync, not lab.yaml's 3000"
    )
    alone = lab.run(
        Inject("crack"),
        Await("down"),
        kind="crash",
        overrides=Overrides(properties={"no-quorum-policy": "stop"}),
    )
    assert alone.timeline.header.prediction
    assert alone.timeline.header.prediction.most is None, "nobody takes over without quorum"


def test_the_starting_state_is_made_and_taken_back(lab: FakeDrill) -> None:
    entry = lab.run(
        Inject("crack"),
        Await("serving_from:peer"),
        overrides=Overrides(properties={"no-quorum-policy": "stop"}, without=("location",)),
    )
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    pushes = [what for what in lab.did if what.startswith("replace-cib-section")]
    assert pushes == ["replace-cib-section crm_config", "replace-cib-section constraints"] * 2
    assert "property no-quorum-policy=stop" in (entry.timeline.header.before or ())
    assert_as_before(lab)


@pytest.mark.parametrize("by_itself", [True, False])
def test_an_old_pacemaker_is_made_to_compute_when_quorum_is_lost(
    lab: FakeDrill, monkeypatch: pytest.MonkeyPatch, by_itself: bool
) -> None:
    system = replace(PLATFORMS["debian12"], tools=NodeTools(recomputes_without_quorum=by_itself))
    monkeypatch.setattr(FakeChoice, "platform_data", system)
    lab.run(Inject("crack"), Await("without_quorum:peer"), Recompute("peer"))
    assert [what for what in lab.did if what.startswith("recompute")] == [f"recompute {NODE2}"] * (
        not by_itself
    )
    assert_as_before(lab)


def test_a_change_on_the_way_is_the_new_before(lab: FakeDrill) -> None:
    entry = lab.run(
        Inject("crack"), Await("vip_nowhere"), Configure(Overrides(stickiness=7)), Await("serving_from:peer")
    )
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert "default resource-stickiness=7" in (entry.timeline.header.before or ())
    assert_as_before(lab)


def test_two_node_is_set_on_both_nodes_and_taken_back_from_both(lab: FakeDrill) -> None:
    lab.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(two_node=True))
    assert [what for what in lab.did if "two" in what or "votequorum" in what] == [
        *(f"set-two-node {node}" for node in (NODE1, NODE2)),
        *(f"repair {node}: votequorum" for node in (NODE1, NODE2)),
    ]
    assert_as_before(lab)


def test_other_options_of_votequorum_are_set_and_taken_back(lab: FakeDrill) -> None:
    wanted = Overrides(votequorum=("last_man_standing", "wait_for_all"))
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), overrides=wanted)
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert [what for what in lab.did if "votequorum" in what] == [
        *(f"set-votequorum {node}" for node in (NODE1, NODE2)),
        *(f"repair {node}: votequorum" for node in (NODE1, NODE2)),
    ]
    assert lab.more_votequorum == {}
    assert entry.timeline.header.overrides == "last_man_standing, wait_for_all"
    assert lab.said == [], "while it is wanted it is no trouble"
    assert_as_before(lab)


def test_half_of_the_options_is_taken_back(lab: FakeDrill) -> None:
    lab.instead("set-votequorum", lambda command, usual: None if command.node == NODE2 else usual(command))
    entry = lab.run(Await("serving", 20), overrides=Overrides(votequorum=("last_man_standing",)))
    assert entry.status != PASS
    assert lab.more_votequorum == {}, "node1 had them already"
    assert_as_before(lab)


def test_while_two_node_is_wanted_it_is_no_trouble(lab: FakeDrill) -> None:
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(two_node=True))
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert lab.said == [], "nothing had to be healed"
    assert_as_before(lab)


@pytest.mark.parametrize("overrides", [Overrides(), Overrides(two_node=True)], ids=["end", "two_node"])
def test_where_lab_yaml_has_two_node_nothing_is_laid_over_it(lab: FakeDrill, overrides: Overrides) -> None:
    lab.runner.session = lab.session(example_lab(corosync={"two_node": True}))
    lab.own_two_node = True
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), overrides=overrides)
    assert entry.status == PASS, [entry.error, *(one.description for one in entry.verdicts)]
    assert not [what for what in lab.did if "two" in what]


def test_half_of_two_node_is_taken_back(lab: FakeDrill) -> None:
    def half(command: Command, usual: Usual) -> Answer:
        return (1, "", "mount: no room") if command.node == NODE2 else usual(command)

    lab.instead("set-two-node", half)
    entry = lab.run(Await("serving", 20), overrides=Overrides(two_node=True))
    assert "no room" in entry.error
    assert not lab.covered
    assert lab.said == [], "the plain way does it"


def test_resources_that_are_not_there_are_named_before_anything_is_broken(lab: FakeDrill) -> None:
    lab.cib = re.sub(r"<resources>.*</constraints>", "<resources/><constraints/>", lab.cib, flags=re.S)
    with pytest.raises(LabError, match=r"WebIP is not configured.*WebServer is not configured") as error:
        lab.run(Inject("crack"), Await("serving_from:peer"))
    assert "./lab provision" in error.value.hint
    assert lab.did == []


def test_the_journal_knows_everything_before_it_is_done(lab: FakeDrill) -> None:
    seen: list[tuple[str, ...]] = []

    def look(command: Command, usual: Usual) -> Answer:
        entries = pending(lab.root)
        seen.append(tuple(entry.what for entry in entries))
        assert all(
            cib.parse(entry.baseline).configuration == cib.parse(CIB).configuration for entry in entries
        )
        undo = "".join(action.script for action in entries[0].undo)
        assert TWO_NODE_KEPT in undo, "corosync.conf comes back, too"
        return usual(command)

    lab.instead("inject-fault", look)
    lab.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(stickiness=0))
    assert seen == [("scenario story", "crack")]


def test_roles_are_resolved_at_each_injection_and_heals_may_be_partial(lab: FakeDrill) -> None:
    entry = lab.run(
        Inject("crack", "both"),
        Await("down"),
        Heal("passive"),
        Await("serving_from:peer"),
        Heal(),
        Await("serving_from:target"),
    )
    assert [what for what in lab.did if what.startswith(("inject-fault", "repair"))] == [
        *(f"inject-fault {node}" for node in (NODE1, NODE2)),
        *(f"repair {node}: crack" for node in (NODE2, NODE1)),
    ]
    assert entry.status == PASS, [one.description for one in entry.verdicts]


def test_two_faults_on_one_node_are_each_proven(lab: FakeDrill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "get", lambda name: replace(CRACK, name=name))
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), Inject("split", "passive"), Observe())
    proven = [(one.label, one.node) for one in entry.timeline.events_of("landed")]
    assert proven == [("crack", NODE1), ("split", NODE1)]
    assert entry.status == PASS, [one.description for one in entry.verdicts]


def test_the_seed_chooses_the_target(lab: FakeDrill) -> None:
    row = Scenario("story", "", (Inject("crack", "any"), Await("both_online", 20)), ())
    targets = {seed: lab.runner.run(row, seed).header.roles["target"] for seed in range(8)}
    assert set(targets.values()) == {NODE1, NODE2}
    assert targets[3] == lab.runner.run(row, 3).header.roles["target"]


def test_what_does_not_come_about_is_the_clusters_failure(lab: FakeDrill) -> None:
    lab.takes_over = False
    entry = lab.run(
        Inject("crack"), Await("serving_from:peer", 20), Inject("crack", "passive"), Await("down")
    )
    assert entry.status == FAIL
    [late] = [one for one in entry.verdicts if one.status == FAIL]
    assert late.check == "came_about"
    assert NODE2 in late.why
    assert "refused" in late.why, "what was seen last is told"
    assert f"inject-fault {NODE2}" not in lab.did, "the story ends there"
    assert entry.error == ""
    assert_as_before(lab)


def test_a_fault_that_does_not_land_proves_nothing(lab: FakeDrill) -> None:
    lab.takes_effect = False
    entry = lab.run(Inject("crack"), Await("serving_from:peer"))
    assert {one.status for one in entry.verdicts} == {UNKNOWN}
    assert "not_landed" in lab.events
    assert all("crack" in one.why for one in entry.verdicts)
    assert_as_before(lab)


def test_the_drills_own_failure_is_no_failure_of_the_clusters(
    lab: FakeDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.instead("inject-fault", lambda command, usual: None)
    entry = lab.run(Inject("crack"), Await("serving_from:peer"))
    assert {one.status for one in entry.verdicts} == {UNKNOWN}
    assert "does not answer over ssh" in entry.error
    assert f"repair {NODE1}: crack" in lab.did
    assert_as_before(lab)


@pytest.mark.parametrize("after", [0.3, 1.0, 2.5, 6.0])
def test_ctrl_c_heals_first(lab: FakeDrill, after: float) -> None:
    lab.interrupt_at = after
    with pytest.raises(KeyboardInterrupt):
        lab.run(
            Inject("crack"), Await("serving_from:peer"), Observe("loss", 2), overrides=Overrides(stickiness=0)
        )
    assert_as_before(lab)
    [left] = timeline_file.read_all(lab.root / "timeline.jsonl")
    assert left.header.error == "interrupted: KeyboardInterrupt"
    assert lab.machines.summary[-1] == "remove_router", "whatever the observation left on this host"


def test_a_lab_that_cannot_be_healed_stops_the_rest_with_the_first_cause(
    lab: FakeDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "Recovery", Hopeless)
    lab.hopeless = {REPAIRED}
    with pytest.raises(LabError, match="beyond repair"):
        lab.run(Inject("crack"), Await("serving_from:peer"))
    assert [entry.what for entry in pending(lab.root)] == ["scenario story", "crack"], "the next run finds it"
    lab.hopeless, before = set(), len(lab.did)
    for _ in range(2):
        with pytest.raises(LabError, match="First cause: node1 is beyond repair"):
            lab.run(Await("serving", 20))
    assert len(lab.did) == before, "nothing more is done"


def test_a_sick_lab_is_healed_before(lab: FakeDrill, monkeypatch: pytest.MonkeyPatch) -> None:
    class Recovery(Hopeless):
        def heal(self) -> tuple[str, ...]:
            lab.needs[NODE1].clear()
            return ("healed",)

    monkeypatch.setattr(runner, "Recovery", Recovery)
    lab.needs[NODE1].add(BUSY)
    assert lab.run(Await("serving", 20)).status == PASS
    assert "healing the lab first" in lab.said[0]


def test_the_drill_goes_on_until_corosync_delivers_messages_again(lab: FakeDrill) -> None:
    """After a lost token all looks as before until the next membership; then a node may lose its quorum."""
    without_answer = iter(range(3))

    def forming(command: Command, usual: Usual) -> Answer:
        status, out, error = usual(command) or (1, "", "")
        is_healed = f"repair {NODE1}: crack" in lab.did
        if is_healed and command.node == NODE2 and next(without_answer, None) is not None:
            out = out.replace("@@part unanswered\n", f"@@part unanswered\n{NODE1}\n")
        return status, out, error

    lab.instead("read-node-status", forming)
    timeline = lab.run(Inject("crack"), Await("serving_from:peer")).timeline
    assert next(without_answer, None) is None, "it was read until there was an answer"
    [healed], [settled] = timeline.events_of("healed"), timeline.events_of("settled")
    assert settled.at > healed.at


def test_what_else_is_broken_afterwards_is_healed_and_told(
    lab: FakeDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Recovery(Hopeless):
        def heal(self) -> tuple[str, ...]:
            lab.needs[NODE1].clear()
            return ("healed",)

    def repair(command: Command, usual: Usual) -> Answer:
        lab.needs[NODE1].add(BUSY)
        return usual(command)

    monkeypatch.setattr(runner, "Recovery", Recovery)
    lab.instead("repair", repair)
    entry = lab.run(Inject("crack"), Await("serving_from:peer"))
    assert "settled" not in lab.events
    [told] = [event for event in entry.timeline.events if event.label == "not healthy"]
    assert f"needs ./lab heal, which then reports: {BUSY}" in told.detail
    assert [one.check for one in entry.verdicts if one.status != PASS] == ["came_about"]
    assert "the lab needs healing" in lab.said[0]
    assert not lab.needs[NODE1]


def test_a_configuration_that_does_not_come_back_is_no_success(
    lab: FakeDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "Recovery", Hopeless)

    def stubborn(command: Command, usual: Usual) -> Answer:
        return (0, "", "") if 'value="ignore"' in (command.stdin or "") else usual(command)

    lab.instead("replace-cib-section", stubborn)
    with pytest.raises(LabError, match="beyond repair"):
        lab.run(Await("serving", 20), overrides=Overrides(properties={"no-quorum-policy": "freeze"}))
    assert "no-quorum-policy: want ignore, found freeze" in lab.said[0]


def test_nothing_is_done_without_the_labs_own_route(lab: FakeDrill) -> None:
    def refuse() -> None:
        raise RouteRefused("nothing was sent")

    lab.runner.guard = refuse
    with pytest.raises(RouteRefused):
        lab.run(Inject("crack"), Await("serving_from:peer"))
    assert lab.did == []
    assert not (lab.root / "timeline.jsonl").exists()


def test_what_the_provider_has_not_is_refused_before(lab: FakeDrill) -> None:
    lab.machines.choice = FakeChoice("vmware_desktop")
    lab.runner.session = lab.session()
    with pytest.raises(
        NotAvailable,
        match="story: crack is not available with vmware_desktop: vmrun does not tell",
    ):
        lab.run(Inject("crack"), Await("serving_from:peer"))
    assert lab.did == []


def test_a_nodes_own_words(lab: FakeDrill) -> None:
    entry = lab.run(Inject("crack"), Read("peer", "corosync-quorumtool -s", "WaitForAll"), Heal())
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    [said] = [event for event in entry.timeline.events if event.label == "read"]
    assert (said.node, said.detail) == (NODE2, "corosync-quorumtool -s: Flags: WaitForAll")


def test_observing_takes_as_long_as_the_cluster_needs(lab: FakeDrill) -> None:
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), Observe("loss", 2))
    [healed] = entry.timeline.events_of("heal")
    [begun] = [event for event in entry.timeline.events if event.label == "observe"]
    assert 4.4 <= healed.at - begun.at < 4.4 + 3 * STEP, "twice token 1.0 s and consensus 1.2 s"


def test_a_drill_teaches_the_lab_its_times(lab: FakeDrill) -> None:
    """The peer's journal has the lines of a takeover at each loss; three records give an interval with a coverage."""

    def inject(command: Command, usual: Usual) -> Answer:
        moments = ((0.1, "token lost"), (0.25, "membership"), (0.3, "start WebIP"), (0.4, "start WebServer"))
        lab.journal[NODE2] = [_journal_line(lab.time + BOOTED_S + after, kind) for after, kind in moments]
        return usual(command)

    lab.instead("inject-fault", inject)
    lab.totem_ms = (100, 120)
    moves = (Inject("crack"), Await("serving_from:peer"))
    first, second, third, fourth = (
        lab.run(*moves, kind="crash").timeline.header.prediction for _ in range(4)
    )
    assert first
    assert second
    assert third
    assert fourth
    assert [one.coverage for one in (first, second, third)] == [None] * 3
    assert "0 outages of this course were measured" in first.source
    assert "2 outages of this course were measured" in third.source
    assert fourth.coverage == 0.9995
    assert fourth.most is not None
    assert third.most is not None
    assert fourth.most - fourth.least < third.most - third.least


def _journal_line(at: float, kind: str) -> str:
    words = {
        "token lost": "corosync[1]: [TOTEM ] A processor failed, forming new configuration: token timed out",
        "membership": "corosync[1]: [TOTEM ] A new membership (2.15) was formed. Members left: 1",
        "start WebIP": f"pacemaker-controld[2]: notice: Initiating start operation WebIP_start_0 locally on {NODE2}",
        "start WebServer": f"pacemaker-controld[2]: notice: Initiating start operation WebServer_start_0 on {NODE2}",
    }
    return f"[ {at:.6f}] {NODE2} {words[kind]}"
