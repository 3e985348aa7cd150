"""Judges a repaired lab: every check passes, or the service works with a configuration that differs from lab.yaml."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classroom.checks import CONFIGURED, judge
from classroom.snapshot import Snapshot, look
from cluster import cib, configuration, corosync_conf, equivalence, plain_form
from drill.checks.verdict import FAIL, PASS, Verdict
from inventory import waiting
from inventory.errors import ConfigError, LabError, TimedOut
from inventory.session import LabSession
from provision.facts import Facts, NodeFacts
from provision.steps.base import desired_configuration
from provision.steps.corosync_conf import configuration_problems
from provision.steps.leftovers import summary
from status.web_page import Fetch


@dataclass(frozen=True)
class Grade:
    """`left` are the verdicts that do not pass; `differs` is how a working lab differs from lab.yaml, line by line."""

    left: tuple[Verdict, ...] = ()
    differs: tuple[str, ...] = ()

    @property
    def solved(self) -> bool:
        """The service works, whether or not the configuration is lab.yaml's."""
        return not self.left


def grade(session: LabSession, snapshot: Snapshot) -> Grade:
    """Judge one snapshot. Pure.

    Where only checks of the configuration fail, they judge again, with the plain form of what has the same effect.
    """
    left = _not_passed(judge(session, snapshot))
    if not left or not all(one.status == FAIL and one.check in CONFIGURED for one in left):
        return Grade(left)
    try:
        by_effect = replace(snapshot, facts=equivalent(session, snapshot))
    except LabError:
        return Grade(left)
    if _not_passed(judge(session, by_effect)):
        return Grade(left)
    return Grade(differs=differences(session, snapshot))


def grade_in_time(session: LabSession, fetch: Fetch, deadline: float) -> Grade:
    """Judge until the lab is solved; the last grade after `deadline` seconds. Raises what the last look raised."""
    seen: list[Grade] = []

    def ask() -> Grade:
        seen[:] = []
        seen.append(grade(session, look(session, fetch)))
        return seen[-1]

    try:
        return waiting.until(
            ask, lambda one: one.solved, "The lab is repaired", deadline=deadline, clock=session.clock
        )
    except TimedOut:
        return seen[-1] if seen else ask()


def differences(session: LabSession, snapshot: Snapshot) -> tuple[str, ...]:
    """How the configurations of the cluster and of corosync differ from lab.yaml, one short line each."""
    facts, lines = snapshot.facts, list[str]()
    if facts.live:
        plain = _plain(snapshot, facts.live).configuration
        lines += configuration.differences(desired_configuration(session, facts), plain)
        lines += [one for one in facts.live.configuration.others if one not in plain.others]
    lines += configuration_problems(session, facts)
    return tuple(dict.fromkeys(summary((one,)) for one in lines))


def _plain(snapshot: Snapshot, stored: cib.Cib) -> cib.Cib:
    """The plain form of the live CIB; `stored` where its text was not read."""
    text = next((one.cib_text for one in snapshot.status.nodes.values() if one.cib_text), "")
    return cib.parse(plain_form.plain_form(text)) if text else stored


def equivalent(session: LabSession, snapshot: Snapshot) -> Facts:
    """The facts, with lab.yaml's configuration in the place of what has the same effect. Raises LabError."""
    facts, want = snapshot.facts, desired_configuration(session, snapshot.facts)
    conf = _corosync_conf(session, facts)

    def of(one: NodeFacts) -> NodeFacts:
        by_effect = equivalence.as_wanted(want, _plain(snapshot, one.cib)) if one.cib else None
        return replace(one, cib=by_effect, conf=conf or one.conf)

    return Facts({name: of(one) for name, one in facts.nodes.items()})


def _corosync_conf(session: LabSession, facts: Facts) -> str:
    """lab.yaml's corosync.conf when all nodes have the same other quorum section, and run with it; otherwise ""."""
    want = corosync_conf.configuration(session.lab, session.platform.corosync)
    found = [facts.of(node) for node in session.lab.nodes]
    try:
        other = [line for one in found for line in corosync_conf.differences(want, one.conf)]
        alike = not corosync_conf.differences(found[0].conf, found[1].conf)
    except ConfigError:
        return ""
    only_quorum = all(line.startswith("quorum.") for line in other)
    return want if alike and only_quorum and not any(one.stale for one in found) else ""


def _not_passed(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    return tuple(one for one in verdicts if one.status != PASS)
