"""Step 2.1: installs the packages of the cluster and the web server on all nodes, and opens their firewalls."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.model import Command, Node
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps import fencing, installation, qdevice
from provision.steps.base import Step


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Install the missing packages, stop and disable what they started, and open the firewall.

    Each command is for all nodes that need it, one after the other in this list, so that they run at the same time.
    """
    platform = session.platform
    units = platform.cluster_services
    have = {node: facts.of(node) for node in session.lab.nodes}
    incomplete = [node for node, facts_of in have.items() if facts_of.missing]
    for node in incomplete:
        yield from installation.enable_repository(platform, node)
    for node in incomplete:
        yield from installation.refresh_lists(platform, node)
    for node in incomplete:
        yield installation.install(platform, node, have[node].missing, "install the missing packages")
    # Debian starts a service when it installs it, corosync with a sample corosync.conf.
    for unit in (*reversed(units), platform.web_service):
        for node in incomplete:
            if unit in have[node].missing:
                yield Command(
                    node.name,
                    platform.services.command("stop", unit),
                    why=f"stop {unit}: a later step starts it",
                    deadline=120,
                    ok=(0, 1, 7),  # an init script may report a failure when the service did not run
                    purpose="stop-service",
                )
    for unit in units:
        for node, facts_of in have.items():
            if unit in facts_of.at_boot:
                yield Command(
                    node.name,
                    platform.services.command("disable", unit),
                    why=f"{unit} does not start at boot: the walkthrough starts it",
                    purpose="disable-service",
                )
    yield from fencing.node_files(session, facts)
    yield from qdevice.packages(session, facts)
    for node, facts_of in have.items():
        if facts_of.firewall:
            yield installation.open_firewall(platform, node)


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Missing packages, services that a firewall blocks, and cluster services that start at boot."""
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.missing:
            yield f"{node.alias}: not installed: {', '.join(have.missing)}"
        if have.firewall:
            yield f"{node.alias}: the firewall does not let through: {', '.join(have.firewall)}"
        yield from starts_at_boot(node, facts, session.platform.cluster_services)
    yield from fencing.file_problems(session, facts)
    yield from qdevice.package_problems(session, facts)


def starts_at_boot(node: Node, facts: Facts, units: Collection[str]) -> Iterator[str]:
    """A line for each of the services that starts at boot."""
    yield from (f"{node.alias}: {unit} starts at boot" for unit in facts.of(node).at_boot if unit in units)


STEP = Step("packages", "2.1", commands, problems, nodes_apart=True)
