"""The named checks of a standing lab: every step of the walkthrough, and the service as a whole.

What is amiss is known to the steps; here it gets a name, a verdict, and a lesson (checks.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from classroom.snapshot import REACHED, Snapshot
from classroom.texts import load, placeholders
from classroom.troubles import troubles
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.session import LabSession
from provision.plan import plan_step
from provision.steps import constraints as constraint_steps
from provision.steps import leftovers as leftovers_step
from provision.steps import names, packages, pages, resources, start
from provision.steps.base import Step
from provision.steps.registry import STEPS
from status.web_page import page_of

Judge = Callable[[LabSession, Snapshot], Iterator[str]]
DROPPED = re.compile(r"dports?\b.*\b(540[45]|80|http)\b.*\b(drop|reject)\b", re.IGNORECASE)
"""A rule of nft(8) or iptables(8) that holds back the cluster's or the web server's packets."""


@dataclass(frozen=True)
class Check:
    """One question to the lab: `amiss` tells what is wrong, a line each; `blind` why it cannot tell."""

    name: str
    amiss: Judge
    blind: Callable[[Snapshot], str] = lambda snapshot: ""


def told(check: str) -> Judge:
    """A check that tells what the judgement says, and nothing more."""
    return lambda session, snapshot: troubles(session, snapshot, check)


def no_cluster(snapshot: Snapshot) -> str:
    """Without a running cluster there is nothing to ask."""
    there = snapshot.facts.state is not None and snapshot.facts.cib is not None
    return "" if there else "no cluster answers on any node"


BY_RESULT = (names.STEP,)
"""Steps whose problems tell all: another way to the same end, such as another line of /etc/hosts, is as good."""


def as_the_step_says(step: Step) -> Check:
    """A step of the walkthrough: its problems, or else what it would still do."""

    def amiss(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
        left = plan_step(step, session, snapshot.facts)
        if step in BY_RESULT:
            yield from left.problems
            return
        yield from left.problems or (f"{c.node.split('.')[0]}: wanted: {c.why}" for c in left.commands)
        yield from troubles(session, snapshot, step.id)
        if step is pages.STEP:
            yield from serving(session, snapshot)

    built_on_it = STEPS.index(step) > STEPS.index(start.STEP)
    return Check(step.id, amiss, no_cluster if built_on_it else lambda snapshot: "")


def serving(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """A web server that could not serve its node's page, if the cluster came to start it there."""
    for node in session.lab.nodes:
        said, page = snapshot.tried(node), page_of(node)
        if said and said != page and snapshot.facts.of(node).page == page:
            yield f"{node.alias}: its web server, started apart from the cluster, gives {said[:200]!r}, not {page!r}"


def logins(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Root, who does not come to the peer by ssh."""
    for node in session.lab.nodes:
        said = snapshot.login(node)
        if REACHED not in said:
            reason = said.splitlines()[-1] if said else "no answer"
            yield f"root of {node.alias} cannot log in on {session.lab.peer(node).alias}: {reason}"


def at_boot(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Services that start at boot, or again after a kill, which someone else is to start."""
    for node in session.lab.nodes:
        units = (*session.platform.cluster_services, session.platform.web_service)
        yield from packages.starts_at_boot(node, snapshot.facts, units)
    yield from pages.web_restart_problems(session, snapshot.facts)


def firewall(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Rules that hold packets back, and a firewall that is not open for them."""
    for node in session.lab.nodes:
        closed = [f"{what} is not let through" for what in snapshot.facts.of(node).firewall]
        dropped = [line.strip() for line in snapshot.rules(node) if DROPPED.search(line)]
        yield from (f"{node.alias}: {line}" for line in (*closed, *dropped))


def one_cluster(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """A node that is not whole, or that does not see the other."""
    yield from troubles(session, snapshot, "one-cluster")
    yield from start.stale_problems(session, snapshot.facts)


def one_owner(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """The floating address on no node or two, where the cluster does not run it, or with another netmask."""
    yield from troubles(session, snapshot, "one-owner")
    yield from resources.netmask_problems(session, snapshot.facts)


def leftovers(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """What a drill or a person left, and what lab.yaml does not have."""
    yield from troubles(session, snapshot, "leftovers")
    yield from leftovers_step.problems(session, snapshot.facts)
    yield from constraint_steps.unwanted_constraints(session, snapshot.facts)


def nothing_left(snapshot: Snapshot) -> str:
    """Without a running cluster there is no configuration to read; an interrupted drill is told all the same."""
    return "" if list(troubles(snapshot.session, snapshot, "leftovers")) else no_cluster(snapshot)


CHECKS: tuple[Check, ...] = (
    *(as_the_step_says(step) for step in STEPS if step is not leftovers_step.STEP),
    Check("logins", logins),
    Check("at-boot", at_boot),
    Check("firewall", firewall),
    Check("node-ids", lambda session, snapshot: start.nodeid_problems(session, snapshot.facts)),
    Check("one-cluster", one_cluster),
    Check("one-owner", one_owner, no_cluster),
    Check("one-web-server", told("one-web-server"), no_cluster),
    Check("leftovers", leftovers, nothing_left),
    Check("served-page", told("served-page"), lambda snapshot: snapshot.page.refused),
)


CONFIGURED = frozenset(
    {
        "corosync.conf", "no-stonith", "floating-address", "no-quorum-policy", "stickiness", "web-server",
        "colocation", "order", "location", "leftovers",
    }
)  # fmt: skip
"""Checks that compare with lab.yaml: the service may work although they fail."""


def differs_only(wrong: Collection[Verdict]) -> bool:
    """Tell whether the lab works and differs from lab.yaml only: another way to the same end, perhaps."""
    return all(one.status == FAIL and one.check in CONFIGURED for one in wrong)


def judge(session: LabSession, snapshot: Snapshot, checks: Sequence[Check] = CHECKS) -> tuple[Verdict, ...]:
    """Every check's verdict about one look at the lab, in their order. Pure."""
    return tuple(_verdict(check, session, snapshot) for check in checks)


def _verdict(check: Check, session: LabSession, snapshot: Snapshot) -> Verdict:
    text = {
        name: value.format_map(placeholders(session))
        for name, value in load("checks.yaml")[check.name].items()
    }
    expected, blind = text["expected"], check.blind(snapshot)
    lines = () if blind else tuple(check.amiss(session, snapshot))
    if blind:
        status, why = UNKNOWN, f"expected {expected}; cannot tell: {blind}"
    elif lines:
        status, why = FAIL, f"expected {expected}; seen: {lines[0]}"
    else:
        status, why = PASS, expected
    return Verdict(check.name, status, why, lines[1:], text["concept"], text["look"])
