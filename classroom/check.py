"""One check of the class: its problems as a verdict, with the texts of checks.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from classroom.node_checks import tested
from classroom.snapshot import Snapshot
from classroom.texts import load, placeholders
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.model import Lab
from inventory.session import LabSession

Problems = Callable[[LabSession, Snapshot], Iterator[str]]


@dataclass(frozen=True)
class Check:
    """One check: `problems` yields one line for each problem; `unknown_because` says why the check cannot judge.

    `needs` are the parts of a node's reading that the check reads: when one is missing, the check cannot give PASS.
    """

    name: str
    problems: Problems
    unknown_because: Callable[[Snapshot], str] = lambda snapshot: ""
    needs: tuple[str, ...] = ()
    applies: Callable[[Lab], bool] = lambda lab: True
    """Whether a lab has what the check judges."""
    number: str = ""
    """The step of the walkthrough that makes what the check judges."""


def _not_tested(session: LabSession, snapshot: Snapshot, check: Check) -> Iterator[str]:
    """What a check cannot test on these nodes."""
    for node in session.lab.nodes if "tried" in check.needs else ():
        said = snapshot.tried(node)
        if not tested(said):
            why = said.removeprefix("impossible: ") or "the test printed nothing"
            yield f"the web server of {node.alias} was not tested outside the cluster: {why}"


def verdict_of(name: str, session: LabSession, lines: Sequence[str], unknown: str = "") -> Verdict:
    """The verdict of a name in checks.yaml: FAIL with its problems, UNKNOWN with the reason, else PASS."""
    known, raw = placeholders(session), session.adapted(load("checks.yaml")[name])
    text = {field: value.format_map(known) for field, value in raw.items()}
    expected = text["expected"]
    if lines:
        status, why = FAIL, f"expected {expected}; seen: {lines[0]}"
    elif unknown:
        status, why = UNKNOWN, f"expected {expected}; cannot tell: {unknown}"
    else:
        status, why = PASS, expected
    return Verdict(name, status, why, tuple(lines[1:]), text["concept"], text["look"])


def judged(check: Check, session: LabSession, snapshot: Snapshot) -> Verdict:
    """The verdict of a check about one snapshot."""
    if why := check.unknown_because(snapshot):
        return verdict_of(check.name, session, (), why)
    lines = tuple(check.problems(session, snapshot))
    unread = snapshot.unread(*check.needs)
    found = verdict_of(
        check.name, session, lines, f"{' and '.join(unread)} did not answer in time" if unread else ""
    )
    not_tested = _not_tested(session, snapshot, check) if found.status == PASS else ()
    return replace(found, why="; ".join([found.why, *not_tested]))
