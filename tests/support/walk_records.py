"""Records of the walk's points, made by code: a stop of the active node, with what the cluster's programs said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from classroom.walk import guide, observe
from classroom.walk.points import POINTS
from classroom.walk.progress import Observed
from drill import suite
from drill.record import timeline_file
from drill.record.header import Captured, OperationEntry
from drill.record.timeline import NodeReading, Timeline
from drill.report import run_folder
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.fake_session import fake_session
from tests.support.sample_timelines import graceful, never

GENERATION = CASES / "generations" / "2.1.5"
UP = (GENERATION / "cibadmin-up.xml").read_text()
SCORES = (GENERATION / "crm_simulate-up.txt").read_text()
ALONE = (GENERATION / "quorum-without-quorum.txt").read_text()
AWAY = UP.replace(
    '<node_state id="1" uname="node1.magedu.com" in_ccm="true" crmd="online"',
    '<node_state id="1" uname="node1.magedu.com" in_ccm="false" crmd="offline"',
).replace('have-quorum="1"', 'have-quorum="0"')
"""The CIB of two nodes of which node1 has left, and the other one has no quorum."""
ROLES = {"active": NODE1, "passive": NODE2, "dc": NODE1, "target": NODE1, "peer": NODE2}


def captured(label: str, at: float, node: str = NODE2, cib: str = UP) -> Captured:
    """What the cluster's programs said at a moment."""
    return Captured(label, node, at, cib, SCORES, ALONE)


def moved(**more: Any) -> Timeline:
    """Corosync is stopped on node1 at 6 s; node2 serves 0.35 s later, also after node1 is back at 14 s."""
    plain = graceful(**more)
    operations = tuple(
        OperationEntry(resource, operation, node, at, 0, call)
        for resource, operation, node, at, call in (
            ("WebServer", "stop", NODE1, 100.0, 20),
            ("WebIP", "stop", NODE1, 100.0, 22),
            ("WebIP", "start", NODE2, 101.0, 10),
            ("WebServer", "start", NODE2, 101.0, 12),
        )
    )
    header = replace(
        plain.header,
        roles=ROLES,
        operations=operations,
        captured=(captured("during", 13.5), captured("after", 18.0)),
    )
    return replace(plain, header=header)


def nowhere(**more: Any) -> Timeline:
    """The peer has no quorum and stops everything: nobody answers after 6 s."""
    plain = never(**more)
    header = replace(plain.header, roles=ROLES, captured=(captured("during", 25.0, cib=AWAY),))
    return replace(plain, header=header)


def placed(web: str, *, page: str = "refused") -> Timeline:
    """A record without a fault: the address on node1, the web server on a node."""
    plain = never()
    places = {"WebIP": NODE1, "WebServer": web}
    readings = tuple(
        NodeReading(
            asked=float(at), at=at + 0.04, node=node, owns_vip=node == NODE1, quorate=True, placements=places
        )
        for at in range(10)
        for node in (NODE1, NODE2)
    )
    samples = tuple(one for one in plain.samples if one.sent < 8)
    samples = tuple(replace_outcome(one, page) for one in samples)
    header = replace(plain.header, fault="", roles=ROLES, captured=(captured("during", 8.0),))
    return replace(plain, header=header, samples=samples, node_readings=readings, events=())


def replace_outcome(sample: Any, page: str) -> Any:
    """The sample with a node's page, or with a way to fail."""
    good = page in (NODE1, NODE2)
    kind = type(sample)
    if good:
        return kind(sample.sent, sample.done, sample.client, "ok", page, 200)
    return kind(sample.sent, sample.done, sample.client, page)


def observed(id_: str, timeline: Timeline, runs: Path, **answers: str) -> Observed:
    """A point with its record in a run's folder."""
    folder = runs / f"run-{id_}"
    folder.mkdir(parents=True)
    timeline_file.append(folder / run_folder.TIMELINE, timeline)
    suite.finish(folder)
    session = fake_session(remote=lambda command: (0, SCORES, ""))
    point = next(one for one in POINTS if one.id == id_)
    told = observe.words(point, session, UP)
    outcome = observe.of_record(told, session, timeline, folder.name)
    return guide.observed(point, told, answers, outcome, thought_s=12.0, took_s=31.0)
