"""Step 2.1: the packages of the cluster and the web server on both nodes, and a firewall that lets them talk."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.model import Command, Node
from inventory.platforms.registry import cluster_services, install, service
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Install what is missing; nothing of the cluster starts by itself until the walkthrough starts it."""
    platform = session.platform
    units = cluster_services(platform)
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.missing:
            if platform.repository:
                yield Command.script(
                    node.name, platform.repository, why="the cluster's repository", deadline=300
                )
            elif platform.family == "debian":
                yield Command(
                    node.name, ("apt-get", "-q", "update"), why="the lists of packages", deadline=300
                )
            yield Command(
                node.name, install(platform, have.missing), why="install what is missing", deadline=1800
            )
            # Debian starts what it installs, with a sample corosync.conf.
            for unit in (*reversed(units), platform.web_service):
                if unit in have.missing:
                    yield Command(
                        node.name,
                        service(platform, "stop", unit),
                        why=f"{unit} waits for its step",
                        deadline=120,
                        ok=(0, 1, 7),  # init scripts of CentOS 6 may call it a failure that nothing ran
                    )
        for unit in units:
            if unit in have.at_boot:
                yield Command(
                    node.name,
                    service(platform, "disable", unit),
                    why=f"no {unit} at boot: the reader starts it",
                )
        if have.firewall:
            yield Command.script(node.name, platform.firewall, why="open the firewall", deadline=120)


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Packages that are not there, what a firewall holds back, a cluster that starts by itself."""
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.missing:
            yield f"{node.alias}: not installed: {', '.join(have.missing)}"
        if have.firewall:
            yield f"{node.alias}: the firewall does not let through: {', '.join(have.firewall)}"
        yield from starting(node, facts, cluster_services(session.platform))


def starting(node: Node, facts: Facts, units: Collection[str]) -> Iterator[str]:
    """Those of some services that start at boot."""
    yield from (f"{node.alias}: {unit} starts at boot" for unit in facts.of(node).at_boot if unit in units)


STEP = Step("packages", "2.1", commands, problems)
