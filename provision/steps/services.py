"""Beyond the document: the resources of any agent with their constraints, as one change of the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import agent_metadata, service_state, services
from cluster.configuration import Configuration
from cluster.crm_mon import Failure
from cluster.foreign import known_part
from inventory.errors import ConfigError
from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, desired_configuration, pcs_on
from provision.steps.leftovers import replacement, summary


def refuse(session: LabSession, facts: Facts) -> None:
    """Raise ConfigError when an agent of lab.yaml is unknown, or its options are wrong, on a node that can tell."""
    mistakes = tuple(dict.fromkeys(_mistakes(session, facts)))
    if mistakes:
        lines = "".join(f"\n  - {one}" for one in mistakes)
        raise ConfigError(
            f"lab.yaml: resources that the nodes' agents do not allow:{lines}",
            hint="correct lab.yaml; no resource was changed. `pcs resource describe AGENT` on a node shows its options",
        )


def _mistakes(session: LabSession, facts: Facts) -> Iterator[str]:
    for part in session.lab.services.parts:
        for node in session.lab.nodes:
            have = facts.of(node)
            said = have.options.get(part.agent, "")
            if have.missing or not said:
                continue  # the packages come first
            if said == agent_metadata.UNKNOWN:
                yield f"{part.id}: {node.name} has no agent {part.agent}{_packages_hint(session)}"
            else:
                yield from agent_metadata.mistakes(part, said)


def _packages_hint(session: LabSession) -> str:
    return f"; agents of that kind there: `pcs resource agents` ({session.platform.name})"


def part(session: LabSession, facts: Facts) -> Configuration:
    """The part of the wanted configuration that lab.yaml's resources of any agent make."""
    return services.wanted(session.lab, session.platform, facts.all_metadata)


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Bring the resources and their constraints into the CIB where they differ; try failed ones again."""
    if facts.cib is None:
        return
    refuse(session, facts)
    of_services = part(session, facts)
    wrong = tuple(services.missing(of_services, facts.cib))
    if wrong:
        want = desired_configuration(session, facts)
        known = services.completed(want, of_services, known_part(want, facts.cib))
        yield replacement(session, facts, known, f"the resources of lab.yaml: {summary(wrong)}")
        return
    for id_ in session.lab.services.ids:
        if _failures(facts, id_):
            argv = ("crm_resource", "--cleanup", "-r", id_)
            yield pcs_on(session, facts, argv, f"{id_} has failed before: let the cluster try again")


def _failures(facts: Facts, id_: str) -> list[Failure]:
    """The failed operations: a promotion that another node was better for, or a start that is not tried again."""
    return [
        one for one in (facts.state.failures if facts.state else ()) if one.resource.partition(":")[0] == id_
    ]


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """What differs from lab.yaml in the CIB, and what does not run as it should."""
    if facts.cib is not None:
        yield from services.missing(part(session, facts), facts.cib)
    if facts.state is None:
        yield "pacemaker does not answer"
        return
    for service in session.lab.services.resources:
        for id_, trouble in service_state.troubles(service, facts.state):
            why = "; ".join(f"{one.task} on {one.node}: {one.reason}" for one in _failures(facts, id_))
            yield trouble + (f" ({why})" if why else "")


STEP = Step("services", "8.2", commands, problems, settles=180)
