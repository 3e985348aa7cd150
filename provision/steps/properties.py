"""Steps 4 and 6: the cluster's properties (no stonith, the policy without quorum) and the stickiness."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import pcs, scores
from cluster.configuration import differences
from cluster.values import same
from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Commands, Problems, Step, pcs_on, whole

STONITH_ERROR = "no STONITH resources have been defined"
NOT_ABOUT_FENCING = (
    "unpack_rsc_op",
    "no-quorum-policy",
    "Errors found during check",
    "Warnings found during check",
)
"""Lines of crm_verify about what failed at run time, about a later step's property, and its closing line."""


def stored(facts: Facts, name: str) -> str | None:
    """A property's value in the CIB."""
    return facts.cib.properties.get(name) if facts.cib else None


def setting(name: str) -> Commands:
    """Set a property of lab.yaml where the CIB says otherwise."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        want = session.lab.properties.get(name)
        if want is not None and not same(name, want, stored(facts, name)):
            yield pcs_on(
                session, facts, pcs.property_set(session.platform.pcs, name, want), f"{name} is {want}"
            )

    return commands


def others(session: LabSession, facts: Facts) -> Iterator[Command]:
    """The properties of lab.yaml that no lesson is about."""
    for name in session.lab.properties:
        if name not in ("stonith-enabled", "no-quorum-policy"):
            yield from setting(name)(session, facts)


def stonith(session: LabSession, facts: Facts) -> Iterator[Command]:
    """No fencing, as there is no device: for a lab only."""
    yield from setting("stonith-enabled")(session, facts)
    yield from others(session, facts)


def is_set(name: str) -> Problems:
    """The property reads back as lab.yaml has it."""

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        want, have = session.lab.properties.get(name), stored(facts, name)
        if want is not None and not same(name, want, have):
            yield f"{name} is {have or 'not set'}, not {want}"

    return problems


def refused(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 4.1: what crm_verify says of a cluster with stonith on and no device."""
    if stored(facts, "stonith-enabled") is None and facts.state is not None:
        said = [line.strip() for one in facts.nodes.values() for line in one.verify.splitlines()]
        objections = [line for line in said if STONITH_ERROR in line]
        yield f"crm_verify -L -V says: {(objections or said or ['nothing, though it should object'])[0]}"


def silent(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 4.2: afterwards crm_verify has nothing to say.

    While the configuration is otherwise than lab.yaml says, crm_verify may mean that: later steps mend it.
    """
    yield from is_set("stonith-enabled")(session, facts)
    if facts.cib is not None and any(
        "missing" not in line and "not set" not in line
        for line in differences(whole(session, facts), facts.cib)
        if not line.startswith("property stonith-enabled")
    ):
        return
    for name, one in facts.nodes.items():
        said = [line for line in one.verify.splitlines() if line.strip() and "unpack_rsc_op" not in line]
        about_it = [line for line in said if not any(words in line for words in NOT_ABOUT_FENCING)]
        if one.pacemaker and about_it:
            yield f"{name}: crm_verify -L -V says: {' '.join(said)}"


def stickiness(session: LabSession, facts: Facts) -> Iterator[Command]:
    """The default of all resources."""
    have = facts.cib.defaults.get("resource-stickiness") if facts.cib else None
    if have is None or scores.parse(have) != session.lab.stickiness:
        argv = pcs.defaults_stickiness(session.platform.pcs, session.lab.stickiness)
        yield pcs_on(
            session, facts, argv, f"a running resource is worth {session.lab.stickiness} where it is"
        )


def slippery(session: LabSession, facts: Facts) -> Iterator[str]:
    """Another stickiness than lab.yaml's."""
    have = facts.cib.defaults.get("resource-stickiness") if facts.cib else None
    if have is None or scores.parse(have) != session.lab.stickiness:
        yield f"resource-stickiness is {have or 'not set'}, not {session.lab.stickiness}"


STONITH = Step("no-stonith", "4", stonith, silent, refused)
POLICY = Step("no-quorum-policy", "6.3", setting("no-quorum-policy"), is_set("no-quorum-policy"))
STICKINESS = Step("stickiness", "6.5", stickiness, slippery)
