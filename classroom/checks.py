"""The named checks of a running lab: one for each step of the walkthrough, and some for the service as a whole.

The steps find the problems; a check gives them a name, a verdict, and the concept behind it (checks.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from classroom.snapshot import REACHED, Snapshot
from classroom.texts import load, placeholders
from classroom.troubles import troubles
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.model import NO_FENCING, Lab
from inventory.platforms.base import Firewall
from inventory.platforms.wording import adapted
from inventory.session import LabSession
from provision.plan import plan_step
from provision.steps import constraints as constraint_steps
from provision.steps import leftovers as leftovers_step
from provision.steps import names, packages, pages, qdevice, resources, start
from provision.steps.base import Step
from provision.steps.registry import BEYOND, STEPS
from provision.steps.registry import for_lab as steps_of
from status.web_page import page_of

Problems = Callable[[LabSession, Snapshot], Iterator[str]]
DROPS = re.compile(r"\b(drop|reject)\b", re.IGNORECASE)
"""A rule of nft(8) or iptables(8), or the policy of a chain, that blocks packets."""
PORT = re.compile(r"\bdports?\b(.*)", re.IGNORECASE)
OURS = re.compile(r"\b(540[345]|80|http)\b")
"""The ports of corosync, of the witness and of the web server."""


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


def troubles_only(check: str) -> Problems:
    """The problems of a check that reports only its troubles of status.health."""
    return lambda session, snapshot: troubles(session, snapshot, check)


def no_cluster(snapshot: Snapshot) -> str:
    """Why a check of the cluster cannot judge: no cluster runs."""
    there = snapshot.facts.state is not None and snapshot.facts.cib is not None
    return "" if there else "no cluster answers on any node"


BY_RESULT = (names.STEP,)
"""Steps that are judged only by their problems, not by their commands: a student may solve them in another way."""


def step_check(step: Step) -> Check:
    """The check of a step of the walkthrough: its problems, or the commands that it still needs."""

    def problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
        left = plan_step(step, session, snapshot.facts)
        if step in BY_RESULT:
            yield from left.problems
            return
        yield from left.problems or (f"{c.node.split('.')[0]}: wanted: {c.why}" for c in left.commands)
        yield from troubles(session, snapshot, step.id)
        if step is pages.STEP:
            yield from serving(session, snapshot)

    built_on_it = step in BEYOND or STEPS.index(step) > STEPS.index(start.STEP)
    needs = ("tried", "unfit") if step is pages.STEP else ()
    return Check(step.id, problems, no_cluster if built_on_it else lambda snapshot: "", needs)


def serving(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Nodes whose web server could not serve the node's page if the cluster started it there."""
    for node in session.lab.nodes:
        yield from (f"{node.alias}: {line}" for line in snapshot.unfit(node))
        said, page = snapshot.tried(node), page_of(node)
        possible = said and not said.startswith("impossible: ")
        if possible and said != page and snapshot.facts.of(node).page == page:
            yield f"{node.alias}: its web server, started apart from the cluster, gives {said[:200]!r}, not {page!r}"


def logins(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Nodes from which root cannot log in on another node by ssh."""
    for node in session.lab.nodes:
        for peer in session.lab.peers(node):
            said = snapshot.login(node, peer)
            if REACHED not in said:
                yield f"root of {node.alias} cannot log in on {peer.alias}: {said or 'no answer'}"


def at_boot(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Services that the init system starts at boot or restarts after a kill, although only the cluster may."""
    for node in session.lab.nodes:
        web = (session.platform.web_service,) if session.lab.has("web") else ()
        units = (*session.platform.cluster_services, *web)
        yield from packages.starts_at_boot(node, snapshot.facts, units)
    yield from pages.web_restart_problems(session, snapshot.facts)


def firewall(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Rules that drop the lab's packets, and a firewall that does not allow them."""
    for node in session.lab.nodes:
        closed = [f"{what} is not let through" for what in snapshot.facts.of(node).firewall]
        dropped = [line.strip() for line in snapshot.rules(node) if drops_ours(session, line)]
        yield from (f"{node.alias}: {line}" for line in (*closed, *dropped))


def drops_ours(session: LabSession, rule: str) -> bool:
    """Whether a rule may block the lab's packets.

    On a system with a firewall, a rule without a port is the firewall's own, unless it names an address of the lab.
    """
    if not DROPS.search(rule):
        return False
    port = PORT.search(rule)
    if port:
        return bool(OURS.search(port[1]))
    lab = session.lab
    addresses = (str(lab.vip), *(str(one.address) for one in lab.machines))
    named = any(re.search(rf"\b{re.escape(one)}\b", rule) for one in addresses)
    return named or session.platform.firewall.reading == Firewall().reading


def one_cluster(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """A node that is not fully in the cluster, or that does not see another node."""
    yield from troubles(session, snapshot, "one-cluster")
    yield from start.stale_problems(session, snapshot.facts)


def one_owner(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """The floating address on no node, on two nodes, on a wrong node, or with a wrong netmask."""
    yield from troubles(session, snapshot, "one-owner")
    yield from resources.netmask_problems(session, snapshot.facts)


def third_vote(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """A witness that gives no vote, nodes without it, and certificates of another witness or cluster."""
    yield from troubles(session, snapshot, "third-vote")
    yield from qdevice.certificate_problems(session, snapshot.facts)


def leftovers(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """What a drill left on the nodes, and what is in the configuration but not in lab.yaml."""
    yield from troubles(session, snapshot, "leftovers")
    yield from leftovers_step.problems(session, snapshot.facts)
    yield from constraint_steps.unwanted_constraints(session, snapshot.facts)


def leftovers_unknown(snapshot: Snapshot) -> str:
    """Why the leftovers are unknown: no cluster runs. An interrupted drill is reported even then."""
    return "" if list(troubles(snapshot.session, snapshot, "leftovers")) else no_cluster(snapshot)


CHECKS: tuple[Check, ...] = (
    *(step_check(step) for step in STEPS if step is not leftovers_step.STEP),
    Check("logins", logins),
    Check("at-boot", at_boot),
    Check("firewall", firewall, needs=("rules",)),
    Check("node-ids", lambda session, snapshot: start.nodeid_problems(session, snapshot.facts)),
    Check("one-cluster", one_cluster),
    Check("third-vote", third_vote, applies=lambda lab: lab.witness is not None),
    Check("one-owner", one_owner, no_cluster),
    Check("one-web-server", troubles_only("one-web-server"), no_cluster),
    Check("leftovers", leftovers, leftovers_unknown),
    Check("served-page", troubles_only("served-page"), lambda snapshot: snapshot.page.refused),
)


OF_WEB = frozenset({"pages", "web-server", "one-web-server"})
"""The checks of the web server."""
BEYOND_CHECKS: tuple[Check, ...] = tuple(step_check(step) for step in BEYOND)
"""The checks of the steps beyond the document."""

OF_ANY_CLUSTER = frozenset(
    {"at-boot", "node-ids", "one-cluster", "one-owner", "one-web-server", "served-page"}
)
"""Checks that say something about a cluster that the walkthrough did not build."""
CONFIGURED = frozenset(
    {
        "corosync.conf", "no-stonith", "floating-address", "no-quorum-policy", "stickiness", "web-server",
        "colocation", "order", "location", "leftovers", "services",
    }
)  # fmt: skip
"""Checks that compare with lab.yaml: the service may work although they fail."""


def for_lab(lab: Lab) -> tuple[Check, ...]:
    """The checks of a lab: those of the document's lab that apply to it, and one for its resources of any agent.

    An adopted cluster has those that need no step of the walkthrough.
    """
    if lab.adopted:
        return tuple(one for one in CHECKS if one.name in OF_ANY_CLUSTER)
    checks = (*CHECKS, *BEYOND_CHECKS) if BEYOND[0] in steps_of(lab) else CHECKS
    here = tuple(check for check in checks if check.applies(lab))
    return here if lab.has("web") else tuple(one for one in here if one.name not in OF_WEB)


def judge(
    session: LabSession, snapshot: Snapshot, checks: Sequence[Check] | None = None
) -> tuple[Verdict, ...]:
    """The verdict of every check (default: all of the lab) about one snapshot, in their order. Pure."""
    wanted = for_lab(session.lab) if checks is None else checks
    return tuple(_verdict(check, session, snapshot) for check in wanted)


def _not_tested(session: LabSession, snapshot: Snapshot, check: Check) -> Iterator[str]:
    """What a check cannot test on these nodes."""
    for node in session.lab.nodes if "tried" in check.needs else ():
        said = snapshot.tried(node)
        if not said or said.startswith("impossible: "):
            why = said.removeprefix("impossible: ") or "the test printed nothing"
            yield f"the web server of {node.alias} was not tested outside the cluster: {why}"


def _verdict(check: Check, session: LabSession, snapshot: Snapshot) -> Verdict:
    text = {
        name: value.format_map(placeholders(session))
        for name, value in adapted(
            load("checks.yaml")[check.name],
            session.platform,
            len(session.lab.nodes),
            fencing=session.lab.fencing != NO_FENCING,
        ).items()
    }
    expected, unknown_because = text["expected"], check.unknown_because(snapshot)
    lines = () if unknown_because else tuple(check.problems(session, snapshot))
    if unknown_because:
        status, why = UNKNOWN, f"expected {expected}; cannot tell: {unknown_because}"
    elif lines:
        status, why = FAIL, f"expected {expected}; seen: {lines[0]}"
    elif unread := snapshot.unread(*check.needs):
        status, why = (
            UNKNOWN,
            f"expected {expected}; cannot tell: {' and '.join(unread)} did not answer in time",
        )
    else:
        status, why = PASS, "; ".join([expected, *_not_tested(session, snapshot, check)])
    return Verdict(check.name, status, why, lines[1:], text["concept"], text["look"])
