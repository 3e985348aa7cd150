"""A Step of the walkthrough: it yields the commands that are still needed, and the problems that are left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cluster import pcs
from cluster.configuration import Configuration
from cluster.desired import desired
from inventory.model import Command, Node
from inventory.platforms.base import ServiceAction
from inventory.session import LabSession
from provision.facts import Facts

Commands = Callable[[LabSession, Facts], Iterator[Command]]
Problems = Callable[[LabSession, Facts], Iterator[str]]


def no_commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """No command."""
    return iter(())


def no_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """No problem."""
    return iter(())


@dataclass(frozen=True)
class Step:
    """One step: `commands` yields the commands that are still needed, `problems` what is not as the document says.

    `before` yields what the student must see before the step changes anything (the lesson of step 4).
    The texts for people are in provision/steps.yaml, by `id`.
    """

    id: str
    number: str
    commands: Commands = no_commands
    problems: Problems = no_problems
    before: Problems = no_problems
    settles: float = 60.0
    """Seconds within which the problems must end after the last command."""
    nodes_apart: bool = False
    """The commands of different nodes do not depend on each other, so they run on all nodes at the same time."""


def write_file(node: Node, path: str, text: str, why: str, umask: str = "022") -> Command:
    """Write a file completely or not at all: when the connection breaks, the old file stays."""
    folder = path.rpartition("/")[0]
    return Command.script(
        node.name,
        f"mkdir -p {folder} && umask {umask} && cat > {path}.new"
        f" && [ $(wc -c < {path}.new) -eq {len(text.encode())} ] && mv {path}.new {path}",
        stdin=text,
        why=why,
        purpose="write-file",
    )


def pcs_on(session: LabSession, facts: Facts, argv: pcs.Argv, why: str) -> Command:
    """A pcs (or cibadmin) command on a node where the cluster runs: node1 if possible, as in the document."""
    return Command(
        command_node(session, facts).name, argv, why=why, deadline=120, purpose="configure-cluster"
    )


def command_node(session: LabSession, facts: Facts) -> Node:
    """The node on which cluster commands run: the first node where pacemaker runs, else node1."""
    running = [node for node in session.lab.nodes if facts.of(node).pacemaker]
    return running[0] if running else session.lab.node1


def cib_delete(session: LabSession, facts: Facts, xml: str, why: str) -> Command:
    """Delete one element of the CIB with cibadmin(8), which is much quicker than pcs."""
    return pcs_on(session, facts, ("cibadmin", "--delete", "--xml-text", xml), why)


def desired_configuration(session: LabSession, facts: Facts) -> Configuration:
    """The configuration that all steps together make: the end state of lab.yaml on these nodes."""
    return desired(session.lab, session.platform, interface=facts.interface, metadata=facts.all_metadata)


def service_script(session: LabSession, action: ServiceAction, *, reverse: bool = False) -> str:
    """A shell text that starts or stops the cluster's services in their order."""
    units, services = session.platform.cluster_services, session.platform.services
    return " && ".join(
        " ".join(services.command(action, unit)) for unit in (reversed(units) if reverse else units)
    )
