"""Back to the state after a step: the whole configuration is replaced by that which lab.yaml describes there."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import pcs
from cluster.configuration import Configuration, differences
from cluster.desired import desired
from inventory import waiting
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply
from provision.facts import Facts, gather
from provision.steps import constraints, leftovers, properties, resources, start
from provision.steps.base import Step, pcs_on
from provision.steps.registry import STEPS, until

SETTLES = 60.0
"""Seconds within which the configuration must read back as it was written."""


def run(
    session: LabSession,
    last: Step | None = None,
    progress: apply.Progress | None = None,
) -> int:
    """Bring the cluster to the state after `last` (None: the end); the number of commands it took.

    Raises CommandFailed as `apply.run` does, TimedOut when the configuration does not read back as written.
    The steps up to the start of the cluster are never undone.
    """
    tell = progress or apply.Progress()
    steps = until(last) if last else STEPS
    apart = STEPS.index(start.STEP) + 1
    # First one cluster: what is taken out of one half of a split one comes back with the other's configuration.
    count = apply.run(session, steps[:apart], progress)
    facts = gather(session)
    if facts.cib is not None and facts.state is not None:
        if leftovers.running(session, facts):  # they stop before others start: both may want one address
            count += apply.run(session, (leftovers.STEP,), progress)
            facts = gather(session)
        needed = tuple(commands(session, facts, steps))
        for command in needed:
            tell.command(leftovers.STEP, command)
            check(session.remote, command)
        count += len(needed)
        if needed:
            _prove(session, steps)
    return count + apply.together(session, steps[apart:], progress)


def commands(session: LabSession, facts: Facts, steps: tuple[Step, ...]) -> Iterator[Command]:
    """Replace the configuration where it differs, take transient attributes back, forget failures."""
    if facts.cib is None:
        return
    want = wanted(session, facts, steps)
    wrong = [line for line in differences(want, facts.cib) if ": transient attribute " not in line]
    if wrong:
        yield leftovers.replacement(
            session, facts, want, f"as lab.yaml says, unlike now: {leftovers.short(wrong)}"
        )
    yield from leftovers.without_transient(session, facts)
    if facts.state and (facts.state.failures or facts.state.failcounts):
        yield pcs_on(session, facts, pcs.cleanup(session.platform.pcs), "forget the failures")


def wanted(session: LabSession, facts: Facts, steps: tuple[Step, ...]) -> Configuration:
    """What these steps, from the first on, make of the configuration."""
    lab, there = session.lab, set(steps)
    makers = {
        "stonith-enabled": properties.STONITH,
        "no-quorum-policy": properties.POLICY,
        "dc-deadtime": start.STEP,
    }
    kinds = {"address": resources.ADDRESS, "web": resources.WEB}
    sorts = {
        "colocation": constraints.COLOCATION,
        "order": constraints.ORDER,
        "location": constraints.LOCATION,
    }
    return desired(
        lab,
        session.platform,
        properties=[name for name in lab.properties if makers.get(name, properties.STONITH) in there],
        stickiness=None if properties.STICKINESS in there else 0,
        resources=[lab.resource(kind).id for kind, step in kinds.items() if step in there],
        constraints=[sort for sort, step in sorts.items() if step in there],
        interface=facts.interface,
        metadata=facts.metadata,
    )


def _prove(session: LabSession, steps: tuple[Step, ...]) -> None:
    """Read the configuration back until it is the wanted one."""

    def ask() -> tuple[str, ...]:
        facts = gather(session)
        return differences(wanted(session, facts, steps), facts.cib) if facts.cib else ("there is no CIB",)

    waiting.until(
        ask,
        lambda found: not found,
        "The cluster's configuration reads back as it was written",
        deadline=SETTLES,
        clock=session.clock,
        hint=f"{session.platform.pacemaker_log} on the nodes says why.",
    )
