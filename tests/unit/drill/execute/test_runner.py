"""The runner on two nodes in memory: what is always done, in which order, and what stops what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cluster import cib
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.execute import runner
from drill.execute.injector import NotAvailable
from drill.faults import registry as faults
from drill.faults.remedies import TWO_NODE_CONF, TWO_NODE_REMOVED
from drill.record import timeline_file
from drill.record.header import ProbeFigures
from drill.scenarios.base import Await, Configure, Heal, Inject, Observe, Read, Scenario
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError, RouteRefused
from inventory.journal import pending
from inventory.model import Command
from tests.support.breakable_lab import BREAK, STEP, TEXT, World
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_machines import FakeChoice
from tests.support.node_readings import printed


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(faults, "get", lambda name: BREAK)
    return World(tmp_path)


class Hopeless:
    """A recovery that finds no way."""

    def __init__(self, *args: object, **more: object) -> None:
        pass

    def heal(self) -> tuple[str, ...]:
        raise LabError("node1 is beyond repair")


def whole(world: World) -> None:
    """The lab is as it was, and nothing is written down as broken."""
    assert world.broken == {}
    assert pending(world.root) == ()
    assert cib.parse(world.cib).configuration == cib.parse(TEXT).configuration
    assert world.sink is None, "nobody watches any more"


def test_a_story_from_beginning_to_end(world: World) -> None:
    entry = world.run(Inject("crack"), Await("serving_from:peer"))
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert world.did == ["observe", f"break {NODE1}", f"mend {NODE1}", "observed"]
    assert world.events == ["inject", "landed", "heal", "note", "healed", "settled"]
    whole(world)
    header = entry.timeline.header
    assert header.roles == {"active": NODE1, "passive": NODE2, "dc": NODE1, "target": NODE1, "peer": NODE2}
    assert header.probe == ProbeFigures(slots=100, missed=0, worst_late=0.01)
    assert header.before == header.after
    assert "property no-quorum-policy=ignore" in (header.before or ())
    assert timeline_file.read(world.root / "timeline.jsonl") == entry.timeline, "all of it is in the file"


def test_the_prediction_comes_from_the_running_cluster(world: World) -> None:
    header = world.run(Inject("crack"), Await("serving_from:peer"), kind="crash").timeline.header
    assert (header.token_s, header.consensus_s) == (1.0, 1.2), "compare tells runs apart by them"
    assert header.prediction
    assert 1.9 < header.prediction.least < 2.2, (
        "token 1000 and consensus 1200 of corosync, not lab.yaml's 3000"
    )
    alone = world.run(
        Inject("crack"),
        Await("down"),
        kind="crash",
        overrides=Overrides(properties={"no-quorum-policy": "stop"}),
    )
    assert alone.timeline.header.prediction
    assert alone.timeline.header.prediction.most is None, "nobody takes over without quorum"


def test_the_starting_state_is_made_and_taken_back(world: World) -> None:
    entry = world.run(
        Inject("crack"),
        Await("serving_from:peer"),
        overrides=Overrides(properties={"no-quorum-policy": "stop"}, without=("location",)),
    )
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    pushes = [what for what in world.did if what.startswith("push")]
    assert pushes == ["push crm_config", "push constraints"] * 2
    assert "property no-quorum-policy=stop" in (entry.timeline.header.before or ())
    whole(world)


def test_a_change_on_the_way_is_the_new_before(world: World) -> None:
    entry = world.run(
        Inject("crack"), Await("vip_nowhere"), Configure(Overrides(stickiness=7)), Await("serving_from:peer")
    )
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert "default resource-stickiness=7" in (entry.timeline.header.before or ())
    whole(world)


def test_two_node_is_set_on_both_nodes_and_taken_back_from_both(world: World) -> None:
    world.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(two_node=True))
    assert [what for what in world.did if what.startswith("two_node")] == [
        f"two_node {word} {node}" for word in ("on", "off") for node in (NODE1, NODE2)
    ]
    whole(world)


def test_while_two_node_is_wanted_it_is_no_trouble(world: World) -> None:
    printed_by = world.printed_by
    laid = printed({"undone": TWO_NODE_REMOVED})
    world.printed_by = lambda node: printed_by(node) + (laid if world.two_node else "")  # type: ignore[method-assign]
    entry = world.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(two_node=True))
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert world.said == [], "nothing had to be healed"
    whole(world)


@pytest.mark.parametrize("overrides", [Overrides(), Overrides(two_node=True)], ids=["end", "two_node"])
def test_where_lab_yaml_has_two_node_nothing_is_laid_over_it(world: World, overrides: Overrides) -> None:
    world.runner.session, world.two_node = (
        world.session(lab=example_lab(corosync={"two_node": True})),
        True,
    )
    entry = world.run(Inject("crack"), Await("serving_from:peer"), overrides=overrides)
    assert entry.status == PASS, [entry.error, *(one.description for one in entry.verdicts)]
    assert world.two_node
    assert not [what for what in world.did if what.startswith("two_node")]


def test_half_of_two_node_is_taken_back(world: World) -> None:
    answer = world.answer

    def half(command: Command) -> tuple[int, str, str] | None:
        if command.purpose == "set-two-node" and command.node == NODE2:
            return 1, "", "mount: no room"
        return answer(command)

    world.runner.session = world.session(answer=half)
    entry = world.run(Await("serving", 20), overrides=Overrides(two_node=True))
    assert "no room" in entry.error
    assert not world.two_node
    assert world.said == [], "the plain way does it"


def test_resources_that_are_not_there_are_named_before_anything_is_broken(world: World) -> None:
    world.cib = re.sub(r"<resources>.*</constraints>", "<resources/><constraints/>", world.cib, flags=re.S)
    with pytest.raises(LabError, match=r"WebIP is not configured.*WebServer is not configured") as error:
        world.run(Inject("crack"), Await("serving_from:peer"))
    assert "./lab provision" in error.value.hint
    assert world.did == []


def test_the_journal_knows_everything_before_it_is_done(world: World) -> None:
    seen: list[tuple[str, ...]] = []
    answer = world.fault

    def look(command: Command) -> tuple[int, str, str] | None:
        if command.purpose == "inject-fault":
            entries = pending(world.root)
            seen.append(tuple(entry.what for entry in entries))
            assert all(
                cib.parse(entry.baseline).configuration == cib.parse(TEXT).configuration for entry in entries
            )
            assert TWO_NODE_CONF in "".join(action.script for action in entries[0].undo), (
                "corosync.conf comes back, too"
            )
        return answer(command)

    world.fault = look  # type: ignore[method-assign]
    world.run(Inject("crack"), Await("serving_from:peer"), overrides=Overrides(stickiness=0))
    assert seen == [("scenario story", "crack")]


def test_roles_are_resolved_at_each_injection_and_heals_may_be_partial(world: World) -> None:
    entry = world.run(
        Inject("crack", "both"),
        Await("down"),
        Heal("passive"),
        Await("serving_from:peer"),
        Heal(),
        Await("serving_from:target"),
    )
    assert [what for what in world.did if "ob" not in what] == [
        f"{word} {node}"
        for word, node in (("break", NODE1), ("break", NODE2), ("mend", NODE2), ("mend", NODE1))
    ]
    assert entry.status == PASS, [one.description for one in entry.verdicts]


def test_the_seed_chooses_the_target(world: World) -> None:
    row = Scenario("story", "", (Inject("crack", "any"), Await("both_online", 20)), ())
    targets = {seed: world.runner.run(row, seed).header.roles["target"] for seed in range(8)}
    assert set(targets.values()) == {NODE1, NODE2}
    assert targets[3] == world.runner.run(row, 3).header.roles["target"]


def test_what_does_not_come_about_is_the_clusters_failure(world: World) -> None:
    world.takes_over = False
    entry = world.run(
        Inject("crack"), Await("serving_from:peer", 20), Inject("crack", "passive"), Await("down")
    )
    assert entry.status == FAIL
    [late] = [one for one in entry.verdicts if one.status == FAIL]
    assert late.check == "came_about"
    assert NODE2 in late.why
    assert "refused" in late.why, "what was seen last is told"
    assert f"break {NODE2}" not in world.did, "the story ends there"
    assert entry.error == ""
    whole(world)


def test_a_fault_that_does_not_land_proves_nothing(world: World) -> None:
    world.lands = False
    entry = world.run(Inject("crack"), Await("serving_from:peer"))
    assert {one.status for one in entry.verdicts} == {UNKNOWN}
    assert "not_landed" in world.events
    assert all("crack" in one.why for one in entry.verdicts)
    whole(world)


def test_the_drills_own_failure_is_no_failure_of_the_clusters(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = world.fault
    world.fault = lambda command: (  # type: ignore[method-assign]
        None if command.purpose == "inject-fault" else answer(command)
    )
    entry = world.run(Inject("crack"), Await("serving_from:peer"))
    assert {one.status for one in entry.verdicts} == {UNKNOWN}
    assert "does not answer over ssh" in entry.error
    assert f"mend {NODE1}" in world.did
    whole(world)


@pytest.mark.parametrize("after", [0.3, 1.0, 2.5, 6.0])
def test_ctrl_c_heals_first(world: World, after: float) -> None:
    world.interrupt_at = after
    with pytest.raises(KeyboardInterrupt):
        world.run(
            Inject("crack"), Await("serving_from:peer"), Observe("loss", 2), overrides=Overrides(stickiness=0)
        )
    whole(world)
    [left] = timeline_file.read_all(world.root / "timeline.jsonl")
    assert left.header.error == "interrupted: KeyboardInterrupt"


def test_a_lab_that_cannot_be_healed_stops_the_rest_with_the_first_cause(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "Recovery", Hopeless)
    world.heals = False
    with pytest.raises(LabError, match="beyond repair"):
        world.run(Inject("crack"), Await("serving_from:peer"))
    assert [entry.what for entry in pending(world.root)] == ["scenario story", "crack"], (
        "the next run finds it"
    )
    world.heals, before = True, len(world.did)
    for _ in range(2):
        with pytest.raises(LabError, match="First cause: node1 is beyond repair"):
            world.run(Await("serving", 20))
    assert len(world.did) == before, "nothing more is done"


def test_a_sick_lab_is_healed_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Recovery(Hopeless):
        def heal(self) -> tuple[str, ...]:
            world.well = True
            return ("healed",)

    monkeypatch.setattr(runner, "Recovery", Recovery)
    world.well = False
    assert world.run(Await("serving", 20)).status == PASS
    assert "healing the lab first" in world.said[0]


def test_what_else_is_broken_afterwards_is_healed_and_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Recovery(Hopeless):
        def heal(self) -> tuple[str, ...]:
            world.well = True
            return ("healed",)

    answer = world.fault

    def fault(command: Command) -> tuple[int, str, str] | None:
        world.well = world.well and command.purpose != "repair"
        return answer(command)

    monkeypatch.setattr(runner, "Recovery", Recovery)
    world.fault = fault  # type: ignore[method-assign]
    entry = world.run(Inject("crack"), Await("serving_from:peer"))
    assert "settled" not in world.events
    [told] = [event for event in entry.timeline.events if event.label == "not healthy"]
    assert "not healed yet: something" in told.detail
    assert [one.check for one in entry.verdicts if one.status != PASS] == ["came_about"]
    assert "the lab needs healing" in world.said[0]
    assert world.well


def test_a_configuration_that_does_not_come_back_is_no_success(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "Recovery", Hopeless)
    answer = world.answer

    def stubborn(command: Command) -> tuple[int, str, str] | None:
        if command.purpose == "replace-cib-section" and 'value="ignore"' in (command.stdin or ""):
            return 0, "", ""
        return answer(command)

    world.runner.session = world.session(answer=stubborn)
    with pytest.raises(LabError, match="beyond repair"):
        world.run(Await("serving", 20), overrides=Overrides(properties={"no-quorum-policy": "freeze"}))
    assert "no-quorum-policy: want ignore, found freeze" in world.said[0]


def test_nothing_is_done_without_the_labs_own_route(world: World) -> None:
    def refuse() -> None:
        raise RouteRefused("nothing was sent")

    world.runner.guard = refuse
    with pytest.raises(RouteRefused):
        world.run(Inject("crack"), Await("serving_from:peer"))
    assert world.did == []
    assert not (world.root / "timeline.jsonl").exists()


def test_what_the_provider_has_not_is_refused_before(world: World) -> None:
    world.power.choice = FakeChoice("vmware_desktop")
    world.runner.session = world.session()
    with pytest.raises(
        NotAvailable, match="story: crack is not available with vmware_desktop: the lab cannot control the power"
    ):
        world.run(Inject("crack"), Await("serving_from:peer"))
    assert world.did == []


def test_a_nodes_own_words(world: World) -> None:
    entry = world.run(Inject("crack"), Read("peer", "corosync-quorumtool -s", "WaitForAll"), Heal())
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    [said] = [event for event in entry.timeline.events if event.label == "read"]
    assert (said.node, said.detail) == (NODE2, "corosync-quorumtool -s: Flags: WaitForAll")


def test_observing_takes_as_long_as_the_cluster_needs(world: World) -> None:
    entry = world.run(Inject("crack"), Await("serving_from:peer"), Observe("loss", 2))
    [healed] = entry.timeline.events_of("heal")
    [begun] = [event for event in entry.timeline.events if event.label == "observe"]
    assert 4.4 <= healed.at - begun.at < 4.4 + 3 * STEP, "twice token 1.0 s and consensus 1.2 s"
