"""The commands that install packages on one machine and open its firewall: a node, or the witness."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.model import Command, Node
from inventory.platforms.base import Platform


def enable_repository(platform: Platform, machine: Node) -> Iterator[Command]:
    """Enable the repository of the cluster's packages, where a system needs it."""
    if platform.repository:
        why = platform.tools.repository_why
        yield Command.script(
            machine.name, platform.repository, why=why, deadline=300, purpose="enable-repository"
        )


def refresh_lists(platform: Platform, machine: Node) -> Iterator[Command]:
    """Update the package lists, where the package manager does not do this itself."""
    if platform.package_manager.refresh:
        yield Command(
            machine.name,
            platform.package_manager.refresh,
            why="update the package lists",
            deadline=300,
            purpose="refresh-package-lists",
        )


def install(platform: Platform, machine: Node, packages: Collection[str], why: str) -> Command:
    """Install packages."""
    return Command(
        machine.name,
        platform.package_manager.install(packages),
        why=why,
        deadline=1800,
        purpose="install-packages",
    )


def open_firewall(platform: Platform, machine: Node) -> Command:
    """Let the cluster's traffic through."""
    return Command.script(
        machine.name,
        platform.firewall.opening,
        why="open the firewall",
        deadline=120,
        purpose="open-firewall",
    )
