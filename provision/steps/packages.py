"""Step 2.1: both nodes have the packages of cluster and web server, and their firewalls let the cluster through."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.model import Command, Node
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Install the missing packages, stop and disable what they started, and open the firewall."""
    platform = session.platform
    units = platform.cluster_services
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.missing:
            if platform.repository:
                yield Command.script(
                    node.name,
                    platform.repository,
                    why="the repository of the cluster's packages",
                    deadline=300,
                )
            if platform.package_manager.refresh:
                yield Command(
                    node.name, platform.package_manager.refresh, why="the lists of packages", deadline=300
                )
            yield Command(
                node.name,
                platform.package_manager.install(have.missing),
                why="install what is missing",
                deadline=1800,
            )
            # Some systems start what they install, with a sample corosync.conf.
            for unit in (*reversed(units), platform.web_service):
                if unit in have.missing:
                    yield Command(
                        node.name,
                        platform.services.command("stop", unit),
                        why=f"{unit} waits for its step",
                        deadline=120,
                        ok=(0, 1, 7),  # an init script may report a failure when nothing ran
                    )
        for unit in units:
            if unit in have.at_boot:
                yield Command(
                    node.name,
                    platform.services.command("disable", unit),
                    why=f"no {unit} at boot: the walkthrough starts it",
                )
        if have.firewall:
            yield Command.script(node.name, platform.firewall.opening, why="open the firewall", deadline=120)


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Missing packages, what a firewall holds back, and cluster services that start at boot."""
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.missing:
            yield f"{node.alias}: not installed: {', '.join(have.missing)}"
        if have.firewall:
            yield f"{node.alias}: the firewall does not let through: {', '.join(have.firewall)}"
        yield from starting(node, facts, session.platform.cluster_services)


def starting(node: Node, facts: Facts, units: Collection[str]) -> Iterator[str]:
    """Tell which of some services start at boot."""
    yield from (f"{node.alias}: {unit} starts at boot" for unit in facts.of(node).at_boot if unit in units)


STEP = Step("packages", "2.1", commands, problems)
