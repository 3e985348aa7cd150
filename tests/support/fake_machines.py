"""Two machines in memory, for `inventory.session.MachinePower`."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.errors import MachineError
from inventory.host.router import Router
from inventory.model import Node
from inventory.platforms.base import Platform
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry
from inventory.providers.base import Provider
from tests.support.example_lab import NODE1, NODE2


@dataclass(frozen=True)
class FakeChoice:
    """What was decided for the machines."""

    provider: str = "docker"
    platform: str = "debian12"

    @property
    def provider_data(self) -> Provider:
        return registry.get(self.provider)

    @property
    def platform_data(self) -> Platform:
        return PLATFORMS[self.platform]


class FakeMachines:
    """Two machines' power."""

    def __init__(self, platform: str = "debian12", provider: str = "docker") -> None:
        self.made = "once"
        self.choice = FakeChoice(provider, platform)
        self.on = {NODE1: True, NODE2: True}
        self.paused: set[str] = set()
        self.summary: list[str] = []
        self.routers = False
        """A killed drill has left a router."""

    def ids(self) -> dict[str, str]:
        return {"node1": f"{self.made}-1", "node2": f"{self.made}-2"}

    def power_off(self, node: Node) -> None:
        self._word("power_off", node)
        self.on[node.name] = False

    def power_on(self, node: Node) -> None:
        self._word("power_on", node)
        self.on[node.name] = True

    def freeze(self, node: Node) -> None:
        self._word("freeze", node)
        self.paused.add(node.name)

    def thaw(self, node: Node) -> None:
        self._word("thaw", node)
        self.paused.discard(node.name)

    def frozen(self, node: Node) -> bool:
        return node.name in self.paused

    def running(self) -> dict[str, bool]:
        return dict(self.on)

    def require_consent(self) -> None:
        """The lab's own machines."""

    def router(self) -> Router:
        raise MachineError("two machines in memory have no router")

    def remove_router(self) -> bool:
        self.summary.append("remove_router")
        left, self.routers = self.routers, False
        return left

    def _word(self, word: str, node: Node) -> None:
        self.summary.append(f"{word} {node.alias}")
