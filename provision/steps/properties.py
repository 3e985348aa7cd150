"""Steps 4 and 6: the cluster's properties (stonith-enabled, no-quorum-policy) and the stickiness."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster import pcs, scores
from cluster.configuration import differences
from cluster.desired import properties_of
from cluster.values import same
from inventory.config.cluster_properties import in_effect
from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps import fencing
from provision.steps.base import Commands, Problems, Step, desired_configuration, pcs_on

STONITH_ERROR = re.compile(r"no (STONITH|fencing) resources have been defined")
"""crm_verify's words up to pacemaker 3.0.1, and from 3.0.2 on."""
FENCING = ("stonith-enabled", "fencing-enabled")
"""The property that switches fencing, by its old name and by its new one (from pacemaker 3.0.2 on)."""
NOT_ABOUT_FENCING = (
    "unpack_rsc_op",
    "no-quorum-policy",
    "Errors found during check",
    "Warnings found during check",
)
"""Lines of crm_verify that step 4 ignores: failed operations, the property of a later step, its last line."""


def stored(facts: Facts, name: str) -> str | None:
    """A property's value in the CIB."""
    return facts.cib.properties.get(name) if facts.cib else None


def set_property(name: str) -> Commands:
    """Make the commands that set a property of lab.yaml when the CIB has another value."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        want = properties_of(session.lab, session.platform).get(name)
        if want is not None and not same(name, want, stored(facts, name)):
            yield pcs_on(
                session, facts, pcs.property_set(session.platform.pcs, name, want), f"{name} is {want}"
            )

    return commands


def other_properties(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set the properties of lab.yaml that have no step of their own."""
    for name in session.lab.properties:
        if name not in (*FENCING, "no-quorum-policy"):
            yield from set_property(name)(session, facts)


def stonith(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make the fence devices; switch fencing on, or off where the lab has no device; set the other properties."""
    yield from fencing.commands(session, facts)
    for name in FENCING:
        yield from set_property(name)(session, facts)
    yield from other_properties(session, facts)


def property_problems(name: str) -> Problems:
    """Make the problem that a property in the CIB differs from lab.yaml."""

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        want, have = properties_of(session.lab, session.platform).get(name), stored(facts, name)
        if want is not None and not same(name, want, have):
            yield f"{name} is {have or 'not set'}, not {want}"

    return problems


def verify_objections(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 4.1: the error of crm_verify in a cluster with stonith enabled and no fencing device."""
    properties = facts.cib.properties if facts.cib else {}
    if in_effect(properties, "stonith-enabled") is None and facts.state is not None:
        said = [line.strip() for one in facts.nodes.values() for line in one.verify.splitlines()]
        errors = [line for line in said if STONITH_ERROR.search(line)]
        yield f"crm_verify -L -V says: {(errors or said or ['nothing, but an error was expected'])[0]}"


def stonith_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 4.2: errors of crm_verify, which must have none now.

    While other parts of the configuration differ from lab.yaml, its errors may be about those; later steps fix them.
    """
    for name in FENCING:
        yield from property_problems(name)(session, facts)
    yield from fencing.problems(session, facts)
    if facts.cib is not None and any(
        "missing" not in line and "not set" not in line
        for line in differences(desired_configuration(session, facts), facts.cib)
        if not line.startswith(tuple(f"property {name}:" for name in FENCING))
    ):
        return
    for name, one in facts.nodes.items():
        said = [line for line in one.verify.splitlines() if line.strip() and "unpack_rsc_op" not in line]
        about_it = [line for line in said if not any(words in line for words in NOT_ABOUT_FENCING)]
        if one.pacemaker and about_it:
            yield f"{name}: crm_verify -L -V says: {' '.join(said)}"


def stickiness(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set the default stickiness of all resources."""
    have = facts.cib.defaults.get("resource-stickiness") if facts.cib else None
    if have is None or scores.parse(have) != session.lab.stickiness:
        argv = pcs.defaults_stickiness(session.platform.pcs, session.lab.stickiness)
        yield pcs_on(session, facts, argv, f"the default resource-stickiness is {session.lab.stickiness}")


def stickiness_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A default stickiness that differs from lab.yaml."""
    have = facts.cib.defaults.get("resource-stickiness") if facts.cib else None
    if have is None or scores.parse(have) != session.lab.stickiness:
        yield f"resource-stickiness is {have or 'not set'}, not {session.lab.stickiness}"


STONITH = Step("no-stonith", "4", stonith, stonith_problems, verify_objections)
POLICY = Step(
    "no-quorum-policy", "6.3", set_property("no-quorum-policy"), property_problems("no-quorum-policy")
)
STICKINESS = Step("stickiness", "6.5", stickiness, stickiness_problems)
