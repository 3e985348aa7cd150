"""Judges a repaired lab: every check passes. A configuration that differs from lab.yaml may do so too."""

from __future__ import annotations

from dataclasses import dataclass

from classroom.checks import judge, not_passed
from classroom.snapshot import Snapshot, look
from cluster import cib, configuration, plain_form
from drill.checks.verdict import Verdict
from inventory import waiting
from inventory.errors import TimedOut
from inventory.session import LabSession
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
    """Judge one snapshot by its checks. Of a lab that works it is also told how it differs from lab.yaml."""
    left = not_passed(judge(session, snapshot))
    return Grade(left) if left else Grade(differs=differences(session, snapshot))


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
    return cib.parse(plain_form.plain_form(snapshot.cib_text)) if snapshot.cib_text else stored
