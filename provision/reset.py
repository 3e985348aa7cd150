"""Back to the state after a step: replaces the whole configuration by the one that lab.yaml describes for that step."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import pcs
from cluster.configuration import Configuration, differences
from cluster.desired import desired
from cluster.services import named
from inventory import waiting
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply
from provision.facts import Facts, gather
from provision.steps import constraints, leftovers, properties, resources, services, start
from provision.steps.base import Step, pcs_on
from provision.steps.registry import for_lab, until

SETTLES = 60.0
"""Seconds within which the configuration is read back as it was written, and removed resources stop."""


def run(
    session: LabSession,
    last: Step | None = None,
    progress: apply.Progress | None = None,
) -> int:
    """Bring the cluster to the state after the step `last` (None: the end state); returns the number of commands.

    Raises CommandFailed as `apply.run` does, TimedOut when the configuration is not read back as it was written.
    The steps up to the start of the cluster are never undone.
    """
    known = for_lab(session.lab)
    started = known.index(start.STEP) + 1
    steps = until(last) if last else known
    # The nodes must form one cluster first: in a split cluster, the other partition's configuration could win later.
    count = apply.run(session, steps[:started], progress)
    facts = gather(session)
    if facts.cib is not None and facts.state is not None:
        if leftovers.running(session, facts) or leftovers.foreign_nodes(session, facts):
            # These stop first: they may hold the address that others need.
            count += apply.run(session, (leftovers.STEP,), progress)
            facts = gather(session)
        if properties.STONITH not in steps and leftovers.running(session, facts, known=()):
            # With stonith enabled and no device, pacemaker would not stop the resources that are removed.
            count += _replace(session, facts, (*steps, properties.STONITH), progress)
            facts = gather(session)
        count += _replace(session, facts, steps, progress)
    return count + apply.run_batch(session, steps[started:], progress)


def _replace(
    session: LabSession, facts: Facts, steps: tuple[Step, ...], progress: apply.Progress | None
) -> int:
    """Replace the configuration where it differs, and wait until it is in effect; the number of commands."""
    needed = tuple(commands(session, facts, steps))
    for command in needed:
        (progress or apply.Progress()).command(leftovers.STEP, command)
        check(session.remote, command)
    if needed:
        _verify(session, steps)
    return len(needed)


def commands(session: LabSession, facts: Facts, steps: tuple[Step, ...]) -> Iterator[Command]:
    """Replace the configuration when it differs, delete transient attributes, clean up failures."""
    if facts.cib is None:
        return
    want = wanted(session, facts, steps)
    wrong = [line for line in differences(want, facts.cib) if ": transient attribute " not in line]
    clean_up = pcs.cleanup(session.platform.pcs)
    failed = facts.state is not None and bool(facts.state.failures or facts.state.failcounts)
    if failed and any(": monitor: " in line for line in wrong):
        # Pacemaker 1.1.8 does nothing for 80 s when a monitor changes while a failure is remembered.
        yield pcs_on(session, facts, clean_up, "clean up the failures before a monitor changes")
    if wrong:
        yield leftovers.replacement(
            session, facts, want, f"replace the configuration: {leftovers.summary(wrong)}"
        )
    yield from leftovers.clear_transient(session, facts)
    if failed:
        yield pcs_on(session, facts, clean_up, "clean up the failures")


def wanted(session: LabSession, facts: Facts, steps: tuple[Step, ...]) -> Configuration:
    """The configuration that these steps make together, beginning with an empty one."""
    lab, included = session.lab, set(steps)
    property_steps = {
        "stonith-enabled": properties.STONITH,
        "no-quorum-policy": properties.POLICY,
        "dc-deadtime": start.STEP,
    }
    resource_steps = {"address": resources.ADDRESS, "web": resources.WEB}
    constraint_steps = {
        "colocation": constraints.COLOCATION,
        "order": constraints.ORDER,
        "location": constraints.LOCATION,
    }
    return desired(
        lab,
        session.platform,
        properties=[
            name for name in lab.properties if property_steps.get(name, properties.STONITH) in included
        ],
        stickiness=None if properties.STICKINESS in included else 0,
        resources=[
            lab.resource(kind).id
            for kind, step in resource_steps.items()
            if step in included and lab.has(kind)
        ],
        constraints=[kind for kind, step in constraint_steps.items() if step in included],
        fencing=properties.STONITH in included,
        interface=facts.interface,
        metadata=facts.all_metadata,
        services=services.STEP in included,
    )


def _verify(session: LabSession, steps: tuple[Step, ...]) -> None:
    """Wait until the configuration is read back, and the resources that it no longer has are stopped.

    Raises TimedOut.
    """

    def ask() -> tuple[str, ...]:
        facts = gather(session)
        if facts.cib is None:
            return ("there is no CIB",)
        want = wanted(session, facts, steps)
        known = {one.id for one in want.resources} | named(want)
        left = leftovers.running(session, facts, known)
        still = (f"{id_} still runs on {' and '.join(nodes)}" for id_, nodes in left.items())
        return (*differences(want, facts.cib), *still)

    waiting.until(
        ask,
        lambda found: not found,
        "The configuration is read back as it was written, and removed resources are stopped",
        deadline=SETTLES,
        clock=session.clock,
        hint=f"{session.platform.pacemaker_log} on the nodes says why.",
    )
