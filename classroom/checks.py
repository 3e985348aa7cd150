"""The named checks of a running lab: one for each step of the walkthrough, and some for the service as a whole.

The steps and the simulated behaviour find the problems; a check gives them a name, a verdict, and the concept behind it
(checks.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from classroom import working_conf
from classroom.check import Check, Problems, judged
from classroom.node_checks import (
    agent_problems,
    at_boot,
    firewall,
    key_problems,
    logins,
    page_problems,
)
from classroom.snapshot import Snapshot
from classroom.troubles import troubles
from drill.checks.verdict import PASS, Verdict
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.session import LabSession
from provision.facts import Facts
from provision.plan import plan_step
from provision.steps import (
    constraints,
    corosync_conf,
    names,
    pages,
    properties,
    qdevice,
    resources,
    ssh,
    start,
)
from provision.steps import leftovers as leftovers_step
from provision.steps.base import Step
from provision.steps.registry import BEYOND, STEPS
from provision.steps.registry import for_lab as steps_of


def troubles_only(check: str) -> Problems:
    """The problems of a check that reports only its troubles of status.health."""
    return lambda session, snapshot: troubles(session, snapshot, check)


def no_cluster(snapshot: Snapshot) -> str:
    """Why a check of the cluster cannot judge: no cluster runs."""
    there = snapshot.facts.state is not None and snapshot.facts.cib is not None
    return "" if there else "no cluster answers on any node"


BY_RESULT = (names.STEP, properties.STONITH)
"""Steps that are judged only by their problems, not by their commands: a student may solve them in another way."""


def step_problems(step: Step) -> Problems:
    """The problems of a step of the walkthrough, or the commands that it still needs, and its troubles."""

    def problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
        left = plan_step(step, session, snapshot.facts)
        wanted = () if step in BY_RESULT else left.commands
        yield from left.problems or (f"{c.node.split('.')[0]}: wanted: {c.why}" for c in wanted)
        yield from troubles(session, snapshot, step.id)

    return problems


def files_problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """What keeps the nodes' corosync.conf from making the lab's cluster."""
    yield from working_conf.problems(session.lab, session.platform, snapshot.confs)


def done_by_the_cluster(check: str, *more: Callable[[LabSession, Facts], Iterator[str]]) -> Problems:
    """What the cluster would not do as the lesson wants, in the what-ifs; the check's troubles; and more problems."""

    def problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
        if not any(one.id == "not-configured" for one in snapshot.troubles):
            yield from snapshot.behaviour.problems(check, keeps_quorum=snapshot.keeps_quorum)
        yield from troubles(session, snapshot, check)
        for one in more:
            yield from one(session, snapshot.facts)

    return problems


def not_simulated(check: str) -> Callable[[Snapshot], str]:
    """Why a check of what the cluster does cannot judge: no cluster, no answer of its simulator, or no service yet."""

    def why(snapshot: Snapshot) -> str:
        return (
            no_cluster(snapshot) or snapshot.behaviour.what_ifs.missing or snapshot.behaviour.unjudged(check)
        )

    return why


BY_THE_CLUSTER: Mapping[Step, tuple[Callable[[LabSession, Facts], Iterator[str]], ...]] = {
    resources.ADDRESS: (resources.owner_problems,),
    properties.POLICY: (),
    properties.STICKINESS: (),
    resources.WEB: (),
    constraints.COLOCATION: (constraints.placement_problems,),
    constraints.ORDER: (),
    constraints.LOCATION: (constraints.placement_problems,),
}
"""Steps that are judged by what the cluster does (classroom.behaviour), each with further causes of a FAIL."""
OTHERWISE: Mapping[Step, Problems] = {
    ssh.STEP: key_problems,
    corosync_conf.CONFIGURATION: files_problems,
    pages.STEP: page_problems,
    resources.AGENTS: agent_problems,
    **{step: done_by_the_cluster(step.id, *more) for step, more in BY_THE_CLUSTER.items()},
}
"""Steps that are judged by what they make work, not by lab.yaml's way: any other way that works is as good."""


READINGS: Mapping[Step, tuple[str, ...]] = {
    ssh.STEP: ("logins",),
    pages.STEP: ("tried", "unfit"),
    resources.AGENTS: ("agent_files",),
}
"""The parts of a node's reading that the check of a step needs."""


def step_check(step: Step) -> Check:
    """The check of a step of the walkthrough."""
    unknown = no_cluster if step in BEYOND or STEPS.index(step) > STEPS.index(start.STEP) else never
    return Check(
        step.id,
        OTHERWISE.get(step, step_problems(step)),
        not_simulated(step.id) if step in BY_THE_CLUSTER else unknown,
        READINGS.get(step, ()),
        number=step.number,
    )


def never(snapshot: Snapshot) -> str:
    """The check can always judge."""
    return ""


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
    """What somebody left behind: a ban, a standby, maintenance, a failure, a drill's fault, a node or an address."""
    yield from troubles(session, snapshot, "leftovers")
    facts = snapshot.facts
    for line in facts.cib.others if facts.cib else ():
        if "date_expression" in line:
            yield f"what the cluster does changes by itself on a date: {leftovers_step.summary((line,))}"
    for node, attributes in facts.cib.transient.items() if facts.cib else ():
        yield from (f"node {node}: transient attribute {name}={value}" for name, value in attributes.items())
    yield from (
        f"lab.yaml does not have the node {name}" for name in leftovers_step.foreign_nodes(session, facts)
    )
    for node_, interface, address in leftovers_step.foreign_addresses(session, facts):
        yield f"{node_.alias} holds {address} on {interface}, and no resource has it"


def leftovers_unknown(snapshot: Snapshot) -> str:
    """Why the leftovers are unknown: no cluster runs. An interrupted drill is reported even then."""
    return "" if list(troubles(snapshot.session, snapshot, "leftovers")) else no_cluster(snapshot)


CHECKS: tuple[Check, ...] = (
    *(step_check(step) for step in STEPS if step is not leftovers_step.STEP),
    Check("takes-over", done_by_the_cluster("takes-over"), not_simulated("takes-over"), number="7.1"),
    Check("logins", logins, number="1.2"),
    Check("at-boot", at_boot, number="7a"),
    Check("firewall", firewall, needs=("rules",), number="2.1"),
    Check("node-ids", lambda session, snapshot: start.nodeid_problems(session, snapshot.facts), number="2.2"),
    Check("one-cluster", one_cluster, number="3"),
    Check("third-vote", third_vote, applies=lambda lab: lab.witness is not None, number="2.3"),
    Check("one-owner", one_owner, no_cluster, number="6.1"),
    Check("one-web-server", troubles_only("one-web-server"), no_cluster, number="7b"),
    Check("leftovers", leftovers, leftovers_unknown, number="3.4"),
    Check("served-page", troubles_only("served-page"), lambda snapshot: snapshot.page.refused, number="7b"),
)


OF_WEB = frozenset({"pages", "web-server", "one-web-server"})
"""The checks of the web server."""
BEYOND_CHECKS: tuple[Check, ...] = tuple(step_check(step) for step in BEYOND)
"""The checks of the steps beyond the document."""

OF_ANY_CLUSTER = frozenset(
    {"at-boot", "node-ids", "one-cluster", "one-owner", "one-web-server", "served-page"}
)
"""Checks that say something about a cluster that the walkthrough did not build."""


def for_lab(lab: Lab) -> tuple[Check, ...]:
    """The checks of a lab: those of the document's lab that apply to it, and one for its resources of any agent.

    An adopted cluster has those that need no step of the walkthrough.
    """
    if lab.adopted:
        return tuple(one for one in CHECKS if one.name in OF_ANY_CLUSTER)
    checks = (*CHECKS, *BEYOND_CHECKS) if BEYOND[0] in steps_of(lab) else CHECKS
    here = tuple(check for check in checks if check.applies(lab))
    return here if lab.has("web") else tuple(one for one in here if one.name not in OF_WEB)


def of_step(name: str, lab: Lab) -> tuple[Check, ...]:
    """The checks of a step and its parts, by its number ("7", "7.1") or id. Raises ConfigError for an unknown step."""
    known = for_lab(lab)
    found = tuple(
        one for one in known if name == one.name or re.match(rf"{re.escape(name)}(?![0-9])", one.number)
    )
    if not found or not name:
        listed = ", ".join(f"{one.number} {one.name}" for one in sorted(known, key=lambda one: one.number))
        raise ConfigError(
            f"There is no step {name!r} with something to check.", hint=f"The steps are: {listed}"
        )
    return found


def judge(
    session: LabSession, snapshot: Snapshot, checks: Sequence[Check] | None = None
) -> tuple[Verdict, ...]:
    """The verdict of every check (default: all of the lab) about one snapshot, in their order.

    Pure, but for the simulations, which the first check that needs them has made.
    """
    wanted = for_lab(session.lab) if checks is None else checks
    return tuple(judged(check, snapshot.named, snapshot) for check in wanted)


def not_passed(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that are not PASS."""
    return tuple(one for one in verdicts if one.status != PASS)
