"""Back to the state after a step: what lab.yaml does not know goes, later steps are undone, the rest is made anew."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import configuration
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply
from provision.facts import Facts, gather
from provision.steps import start
from provision.steps.base import Step, cib_delete, pcs_on
from provision.steps.constraints import TAGS, stored
from provision.steps.registry import STEPS, until


def run(
    session: LabSession,
    last: Step | None = None,
    progress: apply.Progress | None = None,
) -> int:
    """Bring the cluster to the state after `last` (None: the end); the number of commands it took.

    Raises CommandFailed as `apply.run` does. The steps up to the start of the cluster are never undone.
    """
    tell = progress or apply.Progress()
    steps = until(last) if last else STEPS
    apart = STEPS.index(start.STEP) + 1
    # First one cluster: what is taken out of one half of a split one comes back with the other's configuration.
    count = apply.run(session, steps[:apart], progress)
    facts = gather(session)
    if facts.cib is not None and facts.state is not None:
        for step, command in commands(session, facts, steps):
            tell.command(step, command)
            check(session.remote, command)
            count += 1
    return count + apply.together(session, steps[apart:], progress)


def commands(session: LabSession, facts: Facts, steps: tuple[Step, ...]) -> Iterator[tuple[Step, Command]]:
    """What is to go, each with the step that it belongs to, last step first."""
    for command in unmanaged_settings(session, facts):
        yield steps[-1], command
    for step in reversed(STEPS[len(steps) :]):
        for command in step.undo(session, facts):
            yield step, command


def unmanaged_settings(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Take away what no step made: bans and moves, other resources and properties, standby, failures."""
    have = facts.cib
    if have is None:
        return
    want = configuration.desired(session.lab, session.platform)
    known = {*want.colocations, *want.orders, *want.locations}
    for constraint, id_ in stored(facts):
        if constraint not in known:
            tag = TAGS[type(constraint)]
            yield cib_delete(
                session, facts, f'<{tag} id="{id_}"/>', f"no {configuration.describe(constraint)}"
            )
    ids = {resource.id for resource in want.resources}
    for resource in have.resources:
        if resource.id not in ids:
            yield cib_delete(session, facts, f'<primitive id="{resource.id}"/>', f"no {resource.id}")
    for name in have.properties:
        if name not in want.properties:
            yield pcs_on(
                session,
                facts,
                ("crm_attribute", "-q", "-t", "crm_config", "-n", name, "-D"),
                f"no property {name}",
            )
    for node, attributes in have.node_attributes.items():
        for name in attributes:
            argv = ("crm_attribute", "-q", "-t", "nodes", "-N", node, "-n", name, "-D")
            yield pcs_on(session, facts, argv, f"no {name} on {node}")
    if facts.state and (facts.state.failures or facts.state.failcounts):
        yield pcs_on(session, facts, ("crm_resource", "--cleanup"), "forget the failures")
