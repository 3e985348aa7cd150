"""The cluster's own reason for what happened: the arithmetic of scores, of votes, and of an order constraint.

Pure: it takes what the cluster's own programs printed (drill.record.header.Captured), and gives lines for a student.
Where the arithmetic and the cluster's own figures differ, it says that the reason cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from classroom.texts import load
from cluster import cib, cib_status, corosync_state, placement, scores
from cluster.cib import Cib
from cluster.placement import Decision
from cluster.xml import OutputError, element
from drill.analysis.operation_order import starts_and_stops
from drill.record.header import Captured, OperationEntry
from inventory.config.cluster_properties import in_effect
from inventory.errors import LabError
from inventory.model import INFINITY

_WHERE = re.compile(r"\S+ runs (?:on \S+|nowhere: .*)")
"""The line of the arithmetic that says where a resource runs."""


class Row(msgspec.Struct, frozen=True):
    """One row of the score table: a resource, and its score on each node as the cluster computed it."""

    resource: str
    scores: Mapping[str, str]


class Reason(msgspec.Struct, frozen=True):
    """A reason for people: the table of scores (none for another reason), the arithmetic, and why it is not known."""

    title: str
    nodes: tuple[str, ...] = ()
    table: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True)
class Table:
    """The scores that crm_simulate printed for a CIB. `returned` is the node that is supposed to be back in it."""

    cib: str
    scores: str
    returned: str = ""


def of_scores(found: Table) -> Reason:
    """The table of scores with its arithmetic: location scores, stickiness and colocations, for each node."""
    title = _text("scores", "returned" if found.returned else "title", node=short(found.returned))
    try:
        table = scores.parse_simulation(found.scores)
        known = cib.parse(found.cib)
        nodes = tuple(dict.fromkeys(one.node for one in table))
        online = tuple(dict.fromkeys((*cib_status.online(found.cib), *filter(None, [found.returned]))))
    except OutputError as error:
        return Reason(title, unknown=_text("scores", "unreadable", why=error.message))
    totals = {(one.resource, one.node): one.score for one in table}
    rows = tuple(
        Row(id_, {node: scores.text(totals[id_, node]) for node in nodes if (id_, node) in totals})
        for id_ in dict.fromkeys(one.resource for one in table)
    )
    lines, unknown = _arithmetic(known, found.cib, totals, [node for node in nodes if node in online])
    if not found.returned and _stopped_without_quorum(known, found.cib):
        lines = [line for line in lines if not _WHERE.fullmatch(line)]
        lines.append(_text("scores", "without quorum"))
    away = [node for node in nodes if node not in online]
    lines += [_text("scores", "away", node=short(node)) for node in away]
    return Reason(title, nodes, rows, tuple(lines), unknown)


def _arithmetic(
    known: Cib, text: str, totals: Mapping[tuple[str, str], int], online: Sequence[str]
) -> tuple[list[str], str]:
    """The sum of each score on the nodes that are there; and why it cannot be told ("": it can)."""
    try:
        decision = _decision(known, text, sorted({resource for resource, _ in totals}), online)
    except (LabError, ValueError) as error:
        return [], _text("scores", "not modelled", why=str(getattr(error, "message", error)))
    wrong = [key for key, score in totals.items() if key[1] in online and decision.totals.get(key) != score]
    if wrong:
        resource, node = wrong[0]
        computed = decision.totals.get(wrong[0])
        return [], _text(
            "scores",
            "differs",
            resource=resource,
            node=short(node),
            computed="none" if computed is None else scores.text(computed),
            printed=scores.text(totals[wrong[0]]),
        )
    lines = [_shortened(line, online) for line in decision.why]
    if any(score <= -INFINITY for key, score in totals.items() if key[1] in online):
        lines.append(_text("scores", "never"))
    return lines, ""


def _stopped_without_quorum(known: Cib, text: str) -> bool:
    """Whether the partition with this CIB has no quorum, and its policy does not ignore that."""
    policy = in_effect(known.configuration.properties, "no-quorum-policy")
    return element(text, "cibadmin", ("cib",)).get("have-quorum") == "0" and policy != "ignore"


def _decision(known: Cib, text: str, resources: Sequence[str], online: Sequence[str]) -> Decision:
    """Where pacemaker puts these resources by its configuration. Raises LabError when that cannot be computed."""
    configuration = known.configuration
    running = {id_: cib_status.running_on(text, id_) for id_ in resources}
    wanted = set(resources)
    return placement.place(
        online,
        [one.id for one in configuration.resources if one.id in wanted],
        stickiness=scores.parse(configuration.defaults.get("resource-stickiness", "0")),
        current={id_: nodes[0] for id_, nodes in running.items() if len(nodes) == 1 and nodes[0] in online},
        locations=[one for one in configuration.locations if one.resource in wanted],
        colocations=[one for one in configuration.colocations if {one.resource, one.with_resource} <= wanted],
    )


def of_quorum(found: Captured) -> Reason:
    """The arithmetic of votes on one node, and what the no-quorum-policy does there."""
    title = _text("quorum", "title", node=short(found.node))
    votes = corosync_state.votes(found.votes)
    try:
        known = cib.parse(found.cib)
    except OutputError:
        known = None
    if votes is None and known:
        votes = _plugin_votes(known, found.cib)
    if votes is None:
        return Reason(title, unknown=_text("quorum", "unreadable"))
    return Reason(title, lines=tuple(_votes(votes, known)))


def _plugin_votes(known: Cib, text: str) -> corosync_state.Votes | None:
    """The votes with corosync 1.4's plugin: pacemaker counts the members, one vote each."""
    expected = known.bookkeeping.get("expected-quorum-votes", "")
    if not expected.isdigit():
        return None
    return corosync_state.Votes(len(cib_status.online(text)), int(expected), int(expected) // 2 + 1)


def _votes(votes: corosync_state.Votes, known: Cib | None) -> Iterator[str]:
    numbers = {"total": votes.total, "expected": votes.expected, "needed": votes.needed}
    yield _text("quorum", "votes", **numbers, majority=votes.expected // 2 + 1)
    if "2Node" in votes.flags:
        yield _text("quorum", "two_node", **numbers)
    if "Qdevice" in votes.flags:
        yield _text("quorum", "device")
    if "LastManStanding" in votes.flags:
        yield _text("quorum", "last man")
    yield _text("quorum", "has" if votes.quorate else "has not", **numbers)
    if votes.quorate:
        return
    if known is None:
        yield _text("quorum", "policy unknown")
        return
    policy = in_effect(known.configuration.properties, "no-quorum-policy")
    policies = load("walk/reasons.yaml")["policies"]
    set_ = "set" if policy else "not set"
    yield (
        _text("quorum", set_, policy=policy or "stop")
        + " "
        + policies.get(policy or "stop", _text("quorum", "policy unknown"))
    )


def of_order(found: Captured, history: Sequence[OperationEntry]) -> Reason:
    """The order constraints, and the starts and stops that the cluster's own history shows on each node."""
    title = _text("order", "title")
    try:
        known = cib.parse(found.cib)
    except OutputError as error:
        return Reason(title, unknown=_text("order", "unreadable", why=error.message))
    orders = known.configuration.orders
    lines = [_text("order", "constraint", first=one.first, then=one.then) for one in orders]
    if not orders:
        lines.append(_text("order", "none"))
    steps: dict[str, list[str]] = {}
    for one in starts_and_stops(history):
        steps.setdefault(one.node, []).append(f"{one.operation} {one.resource}")
    lines += [
        _text("order", "history", node=short(node), steps=", ".join(done)) for node, done in steps.items()
    ]
    return Reason(title, lines=tuple(lines))


def short(node: str) -> str:
    """A node's name up to the first dot."""
    return node.partition(".")[0]


def _shortened(line: str, nodes: Sequence[str]) -> str:
    for node in nodes:
        line = line.replace(f" on {node}", f" on {short(node)}")
    return line


def _text(part: str, name: str, **words: object) -> str:
    text: str = load("walk/reasons.yaml")[part][name]
    return text.format_map(words)
