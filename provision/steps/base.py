"""What a Step is: a step of the walkthrough that yields the commands still needed, and checks what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cluster import pcs
from cluster.configuration import Configuration
from cluster.desired import desired
from inventory.model import Command, Node
from inventory.platforms.base import Action
from inventory.session import LabSession
from provision.facts import Facts

Commands = Callable[[LabSession, Facts], Iterator[Command]]
Problems = Callable[[LabSession, Facts], Iterator[str]]


def nothing(session: LabSession, facts: Facts) -> Iterator[Command]:
    """No command."""
    return iter(())


def no_problem(session: LabSession, facts: Facts) -> Iterator[str]:
    """Nothing to object to."""
    return iter(())


@dataclass(frozen=True)
class Step:
    """One step: `commands` yields what is still needed, `problems` what is not as the document says.

    `before` tells what must be seen just before the step changes something (the lesson of step 4).
    Titles and reasons for people are in provision/steps.yaml, by `id`.
    """

    id: str
    number: str
    commands: Commands = nothing
    problems: Problems = no_problem
    before: Problems = no_problem
    settles: float = 60.0
    """Seconds within which the problems must have gone after the last command."""


def put(node: Node, path: str, text: str, why: str, umask: str = "022") -> Command:
    """Write a whole file or none: a connection that breaks half-way leaves the old one."""
    folder = path.rpartition("/")[0]
    return Command.script(
        node.name,
        f"mkdir -p {folder} && umask {umask} && cat > {path}.new"
        f" && [ $(wc -c < {path}.new) -eq {len(text.encode())} ] && mv {path}.new {path}",
        stdin=text,
        why=why,
    )


def pcs_on(session: LabSession, facts: Facts, argv: pcs.Argv, why: str) -> Command:
    """A pcs (or cibadmin) command on a node where the cluster runs; node1 as in the document when it can."""
    return Command(speaker(session, facts).name, argv, why=why, deadline=120)


def speaker(session: LabSession, facts: Facts) -> Node:
    """Where cluster commands are typed: node1, unless only its peer's cluster runs."""
    running = [node for node in session.lab.nodes if facts.of(node).pacemaker]
    return running[0] if running else session.lab.node1


def cib_delete(session: LabSession, facts: Facts, xml: str, why: str) -> Command:
    """Take one element out of the CIB (cibadmin(8)), much quicker than by pcs."""
    return pcs_on(session, facts, ("cibadmin", "--delete", "--xml-text", xml), why)


def whole(session: LabSession, facts: Facts) -> Configuration:
    """The configuration that all steps together make: lab.yaml's end state on these nodes."""
    return desired(session.lab, session.platform, interface=facts.interface, metadata=facts.metadata)


def service_script(session: LabSession, action: Action, *, reverse: bool = False) -> str:
    """A shell text that starts or stops the cluster's services in their order."""
    units, services = session.platform.cluster_services, session.platform.services
    return " && ".join(
        " ".join(services.command(action, unit)) for unit in (reversed(units) if reverse else units)
    )
