"""Makes a point happen on the nodes, by the drill: with probe and watch, the journal, a heal, and a record in runs/.

The lab may be incomplete: in the middle of the walk it has only what the steps made so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from classroom import effects
from classroom.texts import load, placeholders
from classroom.walk import outcome, reason
from classroom.walk.live import Tell, showing
from classroom.walk.outcome import Record
from classroom.walk.points import RETURNED, Point
from classroom.walk.prediction import BOTH, NO, NOBODY, YES, Asked, Happened
from classroom.walk.reason import Reason, Table, short
from cluster import cib, cib_status, scores
from cluster.configuration import Configuration
from drill import suite
from drill.execute import lab_health
from drill.execute.availability import unavailable
from drill.record.header import Captured
from drill.record.timeline import Timeline
from drill.report import run_folder
from drill.report.result import ScenarioResult
from drill.scenarios.overrides import RESOURCE_KINDS, ConstraintType, Overrides
from inventory.errors import LabError
from inventory.model import Command, Lab
from inventory.probes import ProbeRequest
from inventory.remote.ssh import Ssh, check
from inventory.services import Services
from inventory.session import LabSession
from status import lab_status
from status.web_page import Fetch

SSH = ProbeRequest("tcp", 22)
"""What the probe asks while there is no web server: a connection to the sshd of the node that has the address."""


@dataclass(frozen=True)
class Words:
    """A point's texts with all placeholders replaced."""

    title: str
    happens: str
    questions: tuple[Asked, ...]
    reasons: tuple[str, ...]
    concept: str
    again: str
    active: str = ""
    """The full name of the node to which it happens, by these texts."""


@dataclass(frozen=True)
class Outcome:
    """What happened: the answer to each question by its id, the reasons, and the folder of the run."""

    happened: Mapping[str, Happened]
    reasons: tuple[Reason, ...]
    run: str
    error: str = ""
    """Why the drill itself failed; "" when it did not."""


@dataclass(frozen=True)
class Drill:
    """What the drill needs from the command: the connections, the folders, the guard of the route, and what to tell.

    `home` is the lab's home, `runs` the folder of all runs. `tell` gets a line for each change that is seen.
    """

    ssh: Ssh
    home: Path
    runs: Path
    guard: Callable[[], None]
    fetch: Fetch
    say: Callable[[str], None]
    tell: Tell


def live_cib(session: LabSession) -> tuple[str, str]:
    """The first node whose cluster answers, and the CIB's XML from it. Raises LabError when none answers."""
    for node in session.lab.nodes:
        try:
            result = session.remote.run(Command(node.name, cib.COMMAND, deadline=20, purpose="read-cib"))
        except LabError:
            continue
        if result.good and result.out.strip():
            return node.name, result.out
    raise LabError(
        "No node's cluster answers.",
        hint="./lab status shows the nodes; ./lab walk --from 3 starts the cluster.",
    )


def words(point: Point, session: LabSession, text: str) -> Words:
    """A point's texts; `text` is the live CIB, which says where the address is.

    Raises LabError when the address does not run on exactly one node.
    """
    lab = session.lab
    address = lab.resource("address").id
    where = cib_status.running_on(text, address)
    if len(where) != 1:
        raise LabError(
            f"{address} runs on {' and '.join(where) or 'no node'}, so this point of the walk cannot be observed.",
            hint="./lab status shows why; ./lab reset 6.1 goes back to the state after step 6.1.",
        )
    active = lab.node(where[0])
    others = " and ".join(node.alias for node in lab.peers(active))
    known = {
        **placeholders(session),
        "active": active.alias,
        "others": others,
        "policy": effects.policy(lab),
        "prefers": " and ".join(
            f"{one.resource} prefers {lab.node(one.node).alias} by {scores.text(one.score)}"
            for one in lab.locations
        ),
    }
    raw = session.adapted(load("walk/points.yaml")[point.id])
    return Words(
        raw["title"].format_map(known),
        raw["happens"].format_map(known),
        tuple(_asked(row, lab, known) for row in raw["questions"]),
        tuple(raw["reasons"]),
        raw["concept"].format_map(known),
        raw["again"].format_map(known),
        active.name,
    )


def _asked(row: Mapping[str, str], lab: Lab, known: Mapping[str, str]) -> Asked:
    choices: tuple[str, ...] = ()
    if row["kind"] == "node":
        choices = (*(short(node.name) for node in lab.nodes), NOBODY)
    elif row["kind"] == "yes or no":
        choices = (YES, NO)
    elif row["kind"] == "resource":
        choices = (lab.resource("address").id, lab.resource("web").id, BOTH)
    return Asked(row["id"], row["text"].format_map(known), row["kind"], choices, row["finds"])  # type: ignore[arg-type]


def built(lab: Lab, have: Configuration) -> Overrides | None:
    """What a lab that is not complete yet lacks of lab.yaml, by its live configuration; None when it lacks nothing."""
    there = {one.id for one in have.resources}
    kinds = tuple(kind for kind in RESOURCE_KINDS if not lab.has(kind) or lab.resource(kind).id in there)
    pairs: tuple[tuple[ConstraintType, bool], ...] = (
        ("colocation", set(lab.colocations) <= set(have.colocations)),
        ("order", set(lab.orders) <= set(have.orders)),
        ("location", set(lab.locations) <= set(have.locations)),
    )
    lacks = tuple(name for name, is_there in pairs if not is_there)
    return None if kinds == RESOURCE_KINDS and not lacks else Overrides(resources=kinds, without=lacks)


def staged(session: LabSession, have: Configuration, scenario_serves: bool) -> LabSession:
    """The session for a scenario in a lab that may be incomplete: without services that are not there yet.

    Where the web server is not part of the scenario, the probe connects to the sshd of the node with the address.
    """
    lab, there = session.lab, {one.id for one in have.resources}
    has_services = set(lab.services.ids) <= there if not have.others else True
    if lab.services.any and not has_services:
        lab = replace(lab, services=Services())
    if not scenario_serves or (not lab.has("web") and lab.services.resources == ()):
        lab = replace(lab, drill=replace(lab.drill, probe=SSH))
    return session if lab == session.lab else replace(session, lab=lab)


def at_rest(session: LabSession) -> None:
    """Wait until nothing is about to move, after a change of the configuration. Raises Unreachable."""
    lab_status.at_rest(
        lambda: lab_health.look(session, None), lambda seen: seen.about_to_change, session.clock
    )


def unobservable(point: Point, session: LabSession) -> str:
    """Why a point cannot happen in this lab; "" when it can."""
    return point.unfit(session.lab) or unavailable(point.scenario(session.lab), session)


def happen(point: Point, told: Words, session: LabSession, drill: Drill) -> Outcome:
    """Make a point happen. Raises LabError when the lab could not be healed afterwards."""
    lab, have = session.lab, cib.parse(live_cib(session)[1]).configuration
    scenario = point.scenario(lab)
    with_web = "web" in scenario.overrides.resources or point.before
    stage = staged(session, have, with_web)
    folder = run_folder.fresh(drill.runs, datetime.now())
    runner = suite.runner(stage, drill.ssh, folder, drill.guard, drill.say, fetch=drill.fetch)
    runner.built, runner.observe = built(lab, have), showing(runner.observe, drill.tell)
    results: list[ScenarioResult] = []
    suite.Suite(drill.home, runner, folder, on_result=results.append).run([scenario])
    [result] = results
    return of_record(told, session, result.timeline, folder.name)


def of_record(told: Words, session: LabSession, timeline: Timeline, run: str) -> Outcome:
    """What happened, by the record, with the cluster's own reasons."""
    lab = session.lab
    record = Record(timeline, lab.resource("address").id, lab.resource("web").id if lab.has("web") else "")
    hit = timeline.header.roles.get("target", told.active)
    other = outcome.unknown(f"not measured: it happened to {short(hit)}, because the address moved before")
    happened = {
        one.id: outcome.find(one.finds, record) if hit == told.active else other for one in told.questions
    }
    reasons = tuple(_reasons(told.reasons, session, timeline))
    return Outcome(happened, reasons, run, timeline.header.error)


def _reasons(wanted: tuple[str, ...], session: LabSession, timeline: Timeline) -> Iterator[Reason]:
    for reference in wanted:
        kind, _, label = reference.partition(":")
        found = _captured(timeline, "during" if label == RETURNED else label)
        if found is None:
            yield Reason(reference.replace(":", ", "), unknown=outcome.NOT_SO_FAR)
        elif kind == "quorum":
            yield reason.of_quorum(found)
        elif kind == "order":
            yield reason.of_order(found, timeline.header.operations or ())
        elif label == RETURNED:
            yield reason.of_scores(_when_back(session, found, timeline.node_in_role("target")))
        else:
            yield reason.of_scores(Table(found.cib, found.scores))


def _captured(timeline: Timeline, label: str) -> Captured | None:
    return next((one for one in timeline.header.captured if one.label == label), None)


def _when_back(session: LabSession, found: Captured, node: str) -> Table:
    """The scores at the moment when a node is back and nothing has moved, from the cluster's own simulator."""
    argv = (scores.COMMAND[0], "--show-scores", "--xml-pipe", "--node-up", node)
    command = Command(
        found.node,
        argv,
        "the scores when the node is back",
        found.cib,
        deadline=20,
        purpose="simulate-return",
    )
    try:
        return Table(found.cib, check(session.remote, command).out, node)
    except LabError:
        return Table(found.cib, "", node)
