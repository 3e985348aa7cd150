"""The tasks of one's own: what the cluster does decides, whatever the configuration says in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from classroom import tasks
from classroom.tasks import TASKS
from classroom.what_ifs import Answer, Question
from inventory.errors import ConfigError
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_session import fake_session
from tests.support.walk_records import UP

LAB = example_lab()
OWN = (
    '<primitive id="mine" class="ocf" provider="pacemaker" type="Dummy"><operations>'
    '<op id="mine-monitor" name="monitor" interval="20s"/></operations></primitive></resources>'
)
WITH_OWN = UP.replace("</resources>", OWN, 1)
ALIAS = {"1": NODE1, "2": NODE2, "-": ""}
Says = Mapping[str, str]
"""Where WebIP, WebServer and the own resource run in each what-if: "112" is node1, node1, node2; "-" is nowhere. A
what-if that is not named has the places of its kind, then of `else`."""
ORDERED = (
    '"WebServer_start_0 node1.magedu.com" -> "mine_start_0 node1.magedu.com" [ style = bold]\n'
    '"mine_stop_0 node1.magedu.com" -> "WebServer_stop_0 node1.magedu.com" [ style = bold]\n'
)
ACTIONS = "".join(
    f'"{id_}_{task}_0 node1.magedu.com" [ style=bold color="green"]\n'
    for id_ in ("WebServer", "mine")
    for task in ("start", "stop")
)


def simulator(says: Says, dot: str = "") -> Callable[[Sequence[Question]], list[Answer]]:
    """A simulator that says what a cluster would do; its CIBs at the end are those at the beginning."""

    def simulate(questions: Sequence[Question]) -> list[Answer]:
        return [Answer(_printed(one, says), dot, one.cib) for one in questions]

    return simulate


def _printed(question: Question, says: Says) -> str:
    what = question.what_if
    places = next(says[name] for name in (what.label, what.kind, "else") if name in says)
    there = [id_ for id_ in ("WebIP", "WebServer", "mine") if f'id="{id_}"' in question.cib]
    lines = [
        f"  * {id_}\t(ocf:heartbeat:x):\t {f'Started {ALIAS[place]}' if ALIAS[place] else 'Stopped'}"
        for id_, place in zip(there, places, strict=False)
    ]
    return "\n".join(["Current cluster status:", "", "Revised Cluster Status:", *lines, ""])


FAILS_BACK: Says = {"lost node1": "22-", "standby node1": "22-", "else": "11-"}
STAYS: Says = {**FAILS_BACK, "returned node1": "22-", "left-standby node1": "22-"}
OTHER: Says = {"lost node2": "11-", "standby node2": "11-", "else": "22-"}
FOLLOWS: Says = {"lost node1": "222", "standby node1": "222", "cannot-start mine node1": "222", "else": "111"}
APART: Says = {
    "lost node1": "22-",
    "standby node1": "22-",
    "lost node2": "11-",
    "standby node2": "11-",
    "else": "112",
}
RATHER: Says = {
    **APART,
    "lost node1": "222",
    "standby node1": "222",
    "lost node2": "111",
    "standby node2": "111",
}
FREE: Says = {**FAILS_BACK, "lost node1": "222", "standby node1": "222", "lost node2": "111", "standby node2": "111",
              "cannot-start mine node2": "111", "else": "112"}  # fmt: skip


def judged(name: str, says: Says, cib: str = WITH_OWN, dot: str = "") -> tuple[str, ...]:
    found = tasks.problems(tasks.get(name, LAB), cib, LAB, simulator(says, dot))
    return tuple(one.text for one in found)


@pytest.mark.parametrize(
    ("name", "says", "cib", "dot"),
    [
        ("no-failback", STAYS, UP, ""),
        ("other-node", OTHER, UP, ""),
        ("never-together", APART, WITH_OWN, ""),
        ("rather-elsewhere", RATHER, WITH_OWN, ""),
        ("after-the-web-server", FOLLOWS, WITH_OWN, ACTIONS + ORDERED),
    ],
)
def test_a_cluster_that_does_it_has_solved_it(name: str, says: Says, cib: str, dot: str) -> None:
    assert judged(name, says, cib, dot) == ()


@pytest.mark.parametrize(
    ("name", "says", "cib", "dot", "why"),
    [
        ("no-failback", FAILS_BACK, UP, "", "if node1 is lost and returns: WebIP runs on node1"),
        ("no-failback", OTHER, UP, "", "if all nodes start: WebIP runs on node2"),
        ("no-failback", {**STAYS, "lost node1": "--"}, UP, "", "have quorum: WebIP runs on no node"),
        ("other-node", FAILS_BACK, UP, "", "if all nodes start: WebIP runs on node1"),
        ("other-node", {**OTHER, "returned node2": "11"}, UP, "", "if node2 is lost and returns"),
        ("own-service", FOLLOWS, UP, "", "there is no third resource yet"),
        ("own-service", APART, WITH_OWN, "", "mine runs on no node"),
        ("own-service", {**FREE, "start": "11-"}, WITH_OWN, "", "if all nodes start: mine runs on no node"),
        ("own-service", FREE, WITH_OWN.replace('interval="20s"', 'interval="0"'), "", "monitor"),
        ("never-together", RATHER, WITH_OWN, "", "have quorum: WebServer runs on node2, mine runs on node2"),
        ("never-together", {**APART, "lost node2": "--2"}, WITH_OWN, "", "WebIP runs on no node"),
        ("rather-elsewhere", APART, WITH_OWN, "", "if node1 is lost and the others have quorum: mine runs on no node"),
        ("rather-elsewhere", FOLLOWS, WITH_OWN, "", "if all nodes start: WebServer runs on node1, mine runs on node1"),
        ("after-the-web-server", FOLLOWS, WITH_OWN, ACTIONS, "does not wait for"),
        ("after-the-web-server", APART, WITH_OWN, ACTIONS + ORDERED, "mine runs on node2"),
    ],
)  # fmt: skip
def test_a_cluster_that_does_not_do_it_has_not(name: str, says: Says, cib: str, dot: str, why: str) -> None:
    found = judged(name, says, cib, dot)
    assert any(why in line for line in found), found


@pytest.mark.parametrize("id_", ["WebIP", "WebServer"])
def test_a_service_that_was_removed_is_told(id_: str) -> None:
    start = UP.index(f'<primitive id="{id_}"') if f'<primitive id="{id_}"' in UP else UP.index(f'id="{id_}"')
    start = UP.rindex("<primitive", 0, start + 11)
    end = UP.index("</primitive>", start) + len("</primitive>")
    [line] = judged("no-failback", STAYS, UP[:start] + UP[end:])
    assert re.search(r"the (address|web server) of lab.yaml is not there any more", line)


def test_there_are_six_tasks_with_texts_on_every_platform() -> None:
    assert len(tasks.for_lab(LAB)) == len(TASKS) == 6
    for platform in PLATFORMS:
        for one in TASKS:
            text = tasks.text(one, fake_session(platform))
            assert 2 <= len(text.hints) <= 3
            assert not any("{" in line for line in (text.title, text.goal, *text.hints))


def test_a_task_that_a_lab_cannot_have_is_told() -> None:
    plain = replace(LAB, locations=())
    assert [one.name for one in tasks.for_lab(plain)][:1] == ["own-service"]
    with pytest.raises(ConfigError, match=r"no location of lab\.yaml prefers a node"):
        tasks.get("no-failback", plain)
    assert tasks.for_lab(replace(LAB, colocations=())) == ()
    with pytest.raises(ConfigError, match=r"does not work with this lab\.yaml") as error:
        tasks.get("own-service", replace(LAB, colocations=()))
    assert error.value.hint == "This lab has no tasks."
    with pytest.raises(ConfigError, match="There is no task 'nonsense'") as error:
        tasks.get("nonsense", LAB)
    assert "no-failback, other-node, own-service" in error.value.hint
