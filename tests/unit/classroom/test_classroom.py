"""The checks of a standing lab judge recorded facts; the exercises are whole, on every platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classroom import after_boot, attempts, exercise_run, exercise_texts, points
from classroom.checks import BEYOND_CHECKS, CHECKS, judge
from classroom.exercise import Exercise
from classroom.exercise_run import Terms, break_lab, repair
from classroom.exercises import EXERCISES, for_platform, get
from classroom.sealed_exercise import Shown
from classroom.snapshot import REACHED, Snapshot, look, parts
from classroom.texts import load, placeholders
from drill.checks.verdict import FAIL, PASS
from inventory.errors import CommandFailed, ConfigError, RouteRefused, TimedOut, Unreachable
from inventory.model import Command, Location, Result
from inventory.platforms.registry import PLATFORMS
from inventory.platforms.wording import adapted
from inventory.session import LabSession
from language import fast_yaml
from provision import apply, reset
from provision.facts import Facts, gather
from provision.plan import plan
from provision.steps.registry import STEPS
from status.web_page import WebPage
from tests.support.attempts import begun, name_of
from tests.support.changed_facts import found, status_of
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_machines import FakeMachines
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session
from tests.support.foreign_words import foreign_words
from tests.support.node_readings import ClusterWords, printed, reading
from tests.support.platform_cases import case_of
from tests.support.simulated_lab import DOCUMENT, configured, silent
from tests.support.witness_lab import WITNESS

ROWS = fast_yaml.read((CASES / "classroom" / "checks.yaml").read_text())
SAYS = fast_yaml.read((CASES / "classroom" / "texts.yaml").read_text())
BAD = [
    pytest.param(platform, row, id=f"{row['check']}: {row.get('says', 'well')} ({platform})")
    for row in ROWS
    for platform in row.get("platforms", list(PLATFORMS))
]
NAMES = [check.name for check in CHECKS]
each_platform = pytest.mark.parametrize("platform", PLATFORMS)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.name)
TERMS = Terms(Shown("t", "s", ("h",)), points.default())
DOCUMENTED = [check.name for check in CHECKS if check.applies(example_lab())]
"""The checks of the document's lab, which has no witness."""


def seen(platform: str, row: dict[str, Any]) -> tuple[LabSession, Snapshot]:
    session, facts = found(platform, row)
    sight = row.get("sight", {})
    logins = sight.get("logins", {NODE1: REACHED, NODE2: REACHED})
    lab = session.lab
    rules = sight.get("rules", {})
    extra = {
        node: {
            "logins": "\n".join(f"{peer.name}: {logins.get(node.name, '')}" for peer in lab.peers(node)),
            "rules": "\n".join(rules.get(node.name, ())),
            "tried": sight.get("tried", {}).get(node.name, f"<h1>{node.name.capitalize()}</h1>"),
            "unfit": sight.get("unfit", {}).get(node.name, ""),
            "agent_files": sight.get("agent_files", {}).get(node.name, ""),
        }
        for node in session.lab.nodes
    }
    for name in sight.get("unread", ()):
        extra[session.lab.nodes[1]].pop(name)
    page = WebPage(sight.get("page", "<h1>Node1.magedu.com</h1>"), sight.get("refused", ""))
    snapshot = Snapshot(session, facts, status_of(session, facts, extra, page))
    if "simulator" in row:
        return session, configured(snapshot, row.get("solution", DOCUMENT), silent)
    return session, configured(snapshot, row.get("solution", DOCUMENT))


@each_platform
def test_a_lab_as_described_passes_every_check(platform: str) -> None:
    verdicts = judge(*seen(platform, {}))
    assert [one.check for one in verdicts] == DOCUMENTED
    assert [one.description for one in verdicts if one.status != PASS] == []


@pytest.mark.parametrize(("platform", "row"), BAD)
def test_a_check_judges(platform: str, row: dict[str, Any]) -> None:
    [check] = [one for one in CHECKS if one.name == row["check"]]
    [verdict] = judge(*seen(platform, row), [check])
    assert verdict.status == row.get("status", FAIL), verdict.description
    assert row.get("says", "") in verdict.description
    assert verdict.concept, "a failure teaches"
    assert verdict.command, "and says where to look"


def test_every_check_has_facts_that_it_rejects() -> None:
    assert {row["check"] for row in ROWS if row.get("status", FAIL) == FAIL} == set(NAMES)


def test_names_are_unique_and_texts_are_those_of_the_rows() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len({one.name for one in EXERCISES}) == len(EXERCISES) >= 18
    assert set(load("checks.yaml")) == {*NAMES, *(one.name for one in BEYOND_CHECKS), after_boot.NAME}
    for file in (exercise_texts.STORIES, exercise_texts.SOLUTIONS):
        assert list(load(file)) == [one.name for one in EXERCISES], file


@each_platform
def test_every_text_is_whole(platform: str) -> None:
    session, _ = seen(platform, {})
    known = placeholders(session)
    for name, raw in load("checks.yaml").items():
        text = adapted(raw, session.platform)
        assert set(text) == {"expected", "concept", "look"}, name
        assert all(value.format_map(known).strip() for value in text.values())
    for name, raw in load("exercises.yaml").items():
        text = adapted(raw, session.platform)
        assert set(text) == {"title", "story", "hints"}, name
        assert 2 <= len(text["hints"]) <= 3, name
        solution = adapted(load("solutions.yaml")[name], session.platform)
        assert set(solution) == {"solution"}, name
        told = [text["title"], text["story"], solution["solution"], *text["hints"]]
        assert all(value.format_map(known).strip() for value in told)


def rendered(session: LabSession, file: str) -> dict[str, str]:
    """All that a student is told, by name: the checks of this lab, and the exercises of this platform."""
    there = {*DOCUMENTED, *(one.name for one in for_platform(session.platform))}
    known = placeholders(session)
    return {
        name: "\n".join(
            line.format_map(known)
            for value in adapted(text, session.platform).values()
            for line in (value if isinstance(value, list) else [value])
        )
        for name, text in load(file).items()
        if name in there
    }


@each_platform
@pytest.mark.parametrize("row", SAYS, ids=lambda row: f"{row['text']}: {row['else']}")
def test_a_text_speaks_of_its_platform(row: dict[str, str], platform: str) -> None:
    session, _ = seen(platform, {})
    said = rendered(session, row["file"])[row["text"]]
    said += rendered(session, "solutions.yaml").get(row["text"], "")
    want = case_of(row, platform, row["else"])
    assert want in said


@each_platform
def test_no_text_names_what_its_platform_does_not_have(platform: str) -> None:
    session, _ = seen(platform, {})
    told = rendered(session, "checks.yaml") | rendered(session, "exercises.yaml")
    told |= {f"{name}, solved": text for name, text in rendered(session, "solutions.yaml").items()}
    assert foreign_words(session.platform, told) == {}


def test_the_location_is_lab_yamls() -> None:
    home = Location("home", "WebServer", NODE2, 700)
    session, snapshot = seen("debian12", {"lab": {"locations": (home,)}})
    check = next(one for one in CHECKS if one.name == "location")
    [verdict] = judge(session, snapshot, [check])
    assert "expected the service to prefer node2, and to move back when node2 returns" in verdict.why
    assert verdict.status == FAIL, "the configuration prefers node1"
    told = rendered(session, "exercises.yaml")
    assert (
        "node2 is the stronger machine. After its last reboot the service stayed on node1"
        in told["weak-location"]
    )
    assert "the service runs on node1. When node1 is rebooted" in told["location-elsewhere"]
    moved = [command.line for command in get(session, "location-elsewhere").breaks(session, snapshot.facts)]
    assert f'node="{NODE1}"' in moved[0], "away from where it wants to be"
    nowhere, _ = seen("debian12", {"lab": {"locations": ()}})
    assert rendered(nowhere, "checks.yaml")["location"].startswith("no preference for a node")


@each_exercise
def test_an_exercise_names_a_check_that_there_is(exercise: Exercise) -> None:
    assert set(exercise.checks) <= set(NAMES)


@each_exercise
def test_a_story_tells_no_more_than_the_symptom(exercise: Exercise) -> None:
    text = load("exercises.yaml")[exercise.name]
    told = f"{text['title']} {text['story']}"
    cause = re.search(
        r"\b(authkey|nodeid|two_node|stickiness|no-quorum-policy|maintenance-mode|cidr_netmask)\b", told
    )
    assert cause is None, f"the story of {exercise.name} gives the cause away: {cause}"


@each_platform
@each_exercise
def test_an_exercise_breaks_something_on_each_platform(exercise: Exercise, platform: str) -> None:
    session, snapshot = seen(platform, {})
    if exercise.needs(session.lab):
        platform = platform if exercise.possible(session.platform) else "debian12"
        session, snapshot = seen(platform, {"witness": {}})
    if exercise not in for_platform(session.platform):
        with pytest.raises(ConfigError, match="no exercise"):
            get(session, exercise.name)
        return
    assert get(session, exercise.name) is exercise
    commands = list(exercise.breaks(session, snapshot.facts))
    assert commands
    assert all(command.why and command.node in (NODE1, NODE2, WITNESS) for command in commands)
    assert all("None" not in command.line for command in commands)


@pytest.mark.parametrize("name", ["stonith-enabled", "fencing-enabled"])
def test_fencing_is_switched_on_under_the_name_that_counts(name: str) -> None:
    """Pacemaker 3.0.2 has a new name, which goes before the old one: under the old one alone nothing broke."""
    session, facts = found("debian13", {})
    session = replace(session, lab=replace(session.lab, properties={name: "false"}))
    exercise = get(session, "stonith-on")
    [command] = exercise.breaks(session, facts)
    assert f"-n {name} -v true" in command.line
    on = replace(session.lab, properties={name: "true"})
    assert "already" in exercise.needs(on)


def test_an_exercise_that_there_is_not() -> None:
    session, _ = seen("debian12", {})
    with pytest.raises(ConfigError, match="no exercise 'nonesuch'") as error:
        get(session, "nonesuch")
    assert "no-order" in error.value.hint


def live(**parts: dict[str, str]) -> FakeRemote:
    """A lab without any facts: all of it is missing, and each look says so. `parts` by a node's alias."""

    def answer(command: Command) -> tuple[int, str, str]:
        if command.purpose == "read-facts":
            return 0, "", ""
        node = example_lab().node(command.node)
        extra = parts.get(node.alias, {"logins": f"{NODE2}: {REACHED}", "rules": ""})
        return 0, reading(node, ClusterWords()) + printed(extra), ""

    return FakeRemote(answer)


def test_a_look_reads_logins_rules_and_the_page() -> None:
    session, _ = seen("debian12", {})
    remote = live(
        node2={
            "logins": f"{NODE1}: root@node1: Permission denied",
            "rules": "table inet x {\nudp dport 5405 drop\n}",
        }
    )
    snapshot = look(replace(session, remote=remote), lambda: "<h1>Node1.magedu.com</h1>")
    one, two = session.lab.nodes
    assert (snapshot.login(one, two), snapshot.login(two, one)) == (REACHED, "root@node1: Permission denied")
    assert snapshot.rules(two) == ("table inet x {", "udp dport 5405 drop", "}")
    assert snapshot.page == WebPage("<h1>Node1.magedu.com</h1>")
    assert NODE2 in parts(session)(one)["logins"]


def test_a_refused_route_is_no_answer_of_the_cluster() -> None:
    def refuse() -> str:
        raise RouteRefused("it would leave by eth0")

    session, _ = seen("debian12", {})
    assert look(replace(session, remote=live()), refuse).page.refused == "it would leave by eth0"


def test_a_node_that_does_not_answer_is_told_with_its_cause() -> None:
    session, _ = seen("debian12", {})
    machines = FakeMachines()
    machines.paused.add(NODE2)
    answer = live().answer
    remote = FakeRemote(lambda command: None if command.node == NODE2 else answer(command))
    with pytest.raises(Unreachable, match=r"both nodes:\n  - node2\.magedu\.com: its machine is paused"):
        look(replace(session, remote=remote, machines=machines), lambda: "")


def test_damage_and_mending_run_on_the_nodes() -> None:
    session, _ = seen("debian12", {})
    [drop] = [one for one in EXERCISES if one.name == "firewall-drop"]
    remote = FakeRemote(
        lambda command: (
            (0, "", "") if command.why != "set the host name node1.magedu.com" else (1, "", "stop")
        )
    )
    session = replace(session, remote=remote)
    break_lab(drop, session)
    assert [command.node for command in remote.ran if "counter drop" in command.line] == [NODE2]
    with pytest.raises(
        Exception, match="stop"
    ):  # no more than the first command of provisioning is wanted here
        repair(drop, session)
    assert {command.node for command in remote.ran if "delete table" in command.line} == {NODE1, NODE2}


def test_a_lab_that_does_not_heal_is_named() -> None:
    session, _ = seen("debian12", {})
    with pytest.raises(TimedOut, match="authkey"):
        exercise_run.wait_until_passed(replace(session, remote=live()), lambda: "", deadline=5)


@pytest.mark.parametrize("name", ["maintenance-left", "no-order", "web-disabled"])
def test_an_exercise_that_is_ended_leaves_nothing_broken(name: str, tmp_path: Path) -> None:
    fake_cluster = FakeCluster(fake_session("debian12"))
    apply.run(fake_cluster.session)
    break_lab(get(fake_cluster.session, name), fake_cluster.session)
    before, said = gather(fake_cluster.session).cib, list[str]()
    begun(tmp_path, name)
    exercise_run.end(tmp_path, fake_cluster.session, said.append)
    after = gather(fake_cluster.session)
    assert after.cib != before
    assert list(reset.commands(fake_cluster.session, after, STEPS)) == []
    assert plan(fake_cluster.session, after).empty
    assert attempts.under_way(tmp_path) is None
    assert said == ["The exercise under way was ended. It does not count as solved."]
    assert attempts.every(tmp_path)[0].phase == "given-up"
    exercise_run.end(tmp_path, fake_cluster.session, said.append)
    assert len(said) == 1


def test_an_exercise_whose_damage_failed_is_forgotten(tmp_path: Path) -> None:
    """crm_resource of pacemaker 1.1.8 had no -B: nothing was broken, and the exercise stayed under way."""
    fake_cluster = FakeCluster(fake_session("centos6"))
    apply.run(fake_cluster.session)
    first, old = get(fake_cluster.session, "web-disabled"), get(fake_cluster.session, "ban-left")

    def breaks(session: LabSession, facts: Facts) -> Iterator[Command]:
        yield from first.breaks(session, facts)
        yield Command(NODE1, ("crm_resource", "-B", "-r", "WebServer"), why="a ban", purpose="break-lab")

    class Remote:
        def run(self, command: Command) -> Result:
            if "-B" in command.argv:
                return Result(command, 1, "", "crm_resource: invalid option -- 'B'")
            return fake_cluster.run(command)

    session = replace(fake_cluster.session, remote=Remote())
    with pytest.raises(CommandFailed, match=r"ban-left could not break(.|\n)*invalid option") as caught:
        exercise_run.begin(replace(old, breaks=breaks), session, tmp_path, lambda: "", TERMS)
    assert "the lab was repaired" in caught.value.hint
    assert attempts.under_way(tmp_path) is None
    assert plan(session, gather(session)).empty, "what had been broken before is repaired"


def test_an_exercise_that_could_not_be_mended_is_still_under_way(tmp_path: Path) -> None:
    begun(tmp_path, "firewall-drop")
    remote = FakeRemote(lambda command: None)
    with pytest.raises(Unreachable):
        exercise_run.end(tmp_path, fake_session(remote=remote), print)
    now = attempts.load(tmp_path)
    assert (name_of(now), now.phase) == ("firewall-drop", "given-up"), "the repair had begun"
