"""Compares a cluster's configuration with what publishers give for clusters of two nodes (recommendations.yaml)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from classroom.texts import load
from cluster import audited, corosync_conf, corosync_state
from cluster.audited import Evidence
from cluster.audited_value import Value
from cluster.cib_elements import expand
from cluster.xml import OutputError, element
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from inventory.errors import LabError, Unreachable
from inventory.model import Command
from inventory.remote import sections
from inventory.session import LabSession
from status import node_shell

FILE = "recommendations.yaml"
RULES = ("equals", "one_of", "at_least", "at_most")


@dataclass(frozen=True)
class Source:
    """A document in which values were read; `read` is the month (YYYY-MM)."""

    id: str
    publisher: str
    title: str
    url: str
    read: str


@dataclass(frozen=True)
class Published:
    """What one document gives for a setting: its section, the value for people, and the rule with its operand."""

    source: Source
    section: str
    gives: str
    rule: str
    operand: Any


@dataclass(frozen=True)
class Setting:
    """A setting with the reason why it matters, and what the documents give for it."""

    name: str
    why: str
    published: tuple[Published, ...]


@dataclass(frozen=True)
class Finding:
    """A setting of the cluster: its value, and the documents with which it agrees and from which it differs.

    PASS: it agrees with at least one of them. FAIL: it differs from all. UNKNOWN: the value is not known, then `value`
    is the reason.
    """

    setting: Setting
    status: str
    value: str
    agrees: tuple[Published, ...] = ()
    differs: tuple[Published, ...] = ()


@cache
def settings() -> tuple[Setting, ...]:
    """The settings of the file, in its order."""
    read = load(FILE)
    known = {id_: Source(id_, **fields) for id_, fields in read["sources"].items()}
    return tuple(
        Setting(name, row["why"], tuple(_published(one, known) for one in row["published"]))
        for name, row in read["settings"].items()
    )


def publishers() -> tuple[str, ...]:
    """The publishers of the documents, in the order of the file."""
    return tuple(dict.fromkeys(one["publisher"] for one in load(FILE)["sources"].values()))


def audit(evidence: Evidence, against: Collection[str] = ()) -> tuple[Finding, ...]:
    """Compare a cluster with the documents of some publishers; without any, with all of them.

    A setting for which these publishers give nothing is left out.
    """
    found = []
    for one in settings():
        rows = tuple(row for row in one.published if not against or row.source.publisher in against)
        if rows:
            found.append(_finding(one, rows, audited.READERS[one.name](evidence)))
    return tuple(found)


def sources(findings: Sequence[Finding]) -> tuple[Source, ...]:
    """The documents that these findings name, in the order of the file."""
    named = {row.source.id for one in findings for row in (*one.agrees, *one.differs)}
    return tuple(Source(id_, **fields) for id_, fields in load(FILE)["sources"].items() if id_ in named)


def agrees(published: Published, compared: float | str) -> bool:
    """Whether a value follows the rule of a row."""
    rule, operand = published.rule, published.operand
    if rule in ("equals", "one_of"):
        allowed: Collection[object] = operand if rule == "one_of" else (operand,)
        return compared in allowed
    number = compared if isinstance(compared, (int, float)) else None
    if number is None:
        return False
    return bool(number >= operand) if rule == "at_least" else bool(number <= operand)


def _finding(setting: Setting, rows: tuple[Published, ...], value: Value) -> Finding:
    if value.compared is None:
        return Finding(setting, UNKNOWN, value.text, differs=rows)
    good = tuple(row for row in rows if agrees(row, value.compared))
    bad = tuple(row for row in rows if row not in good)
    return Finding(setting, PASS if good else FAIL, value.text, good, bad)


def _published(row: Mapping[str, Any], known: Mapping[str, Source]) -> Published:
    [rule] = [name for name in RULES if name in row]
    return Published(known[row["source"]], row["section"], row["gives"], rule, row[rule])


def evidence(conf: str | None, cib: str | None, running: Mapping[str, int] | None = None) -> Evidence:
    """The evidence of the texts of corosync.conf and of the CIB. Raises ConfigError and OutputError."""
    root = None
    if cib is not None:
        root = element(cib, "cibadmin", ("cib",))
        expand(root)
    return Evidence(None if conf is None else corosync_conf.parse(conf), root, running or {})


def live(session: LabSession) -> Evidence:
    """The evidence of the running cluster, from the first node that has all of it, else from the one with most.

    Raises Unreachable when no node answers.
    """
    errors: list[LabError] = []
    found: list[Evidence] = []
    for node in session.lab.nodes:
        try:
            found.append(_of_node(session, node.name))
        except LabError as error:
            errors.append(error)
            continue
        if _count(found[-1]) == 3:
            break
    if not found:
        raise Unreachable("No node answers, so there is nothing to audit.", hint="./lab status") from errors[
            0
        ]
    return max(found, key=_count)


def _count(one: Evidence) -> int:
    return sum((one.conf is not None, one.cib is not None, bool(one.running)))


def _of_node(session: LabSession, node: str) -> Evidence:
    limit = session.lab.patient(node_shell.READING_LIMIT_S)
    text = sections.script(
        {
            "conf": f"cat {corosync_conf.PATH}",
            "cib": node_shell.with_timeout(limit, node_shell.CIB),
            "running": corosync_state.timings_script(session.platform.corosync),
        }
    )
    read = sections.read(
        session.remote.run(
            Command.script(node, text, why="read the configuration", purpose="read-configuration")
        ).out
    )
    return evidence(
        read.get("conf", "").strip() or None,
        read.get("cib", "").strip() or None,
        _running(read.get("running", "")),
    )


def _running(text: str) -> dict[str, int]:
    try:
        token, consensus = corosync_state.timings(text)
    except OutputError:
        return {}
    return {"token": round(token * 1000), "consensus": round(consensus * 1000)}
