"""The session: everything that works on the nodes gets this one object. A command builds it once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from inventory.host.router import Router
from inventory.journal import Journal
from inventory.log import LOG
from inventory.model import NO_FENCING, Lab, Node
from inventory.platforms.base import Platform
from inventory.platforms.settings import with_settings
from inventory.platforms.wording import adapted
from inventory.providers.base import Provider
from inventory.remote.ssh import Remote
from inventory.waiting import CLOCK, Clock


class Choice(Protocol):
    """What was decided for the machines of this folder (inventory.providers.machines.Choice)."""

    @property
    def provider(self) -> str:
        """The provider's name."""
        ...

    @property
    def provider_data(self) -> Provider:
        """The provider itself."""
        ...

    @property
    def platform_data(self) -> Platform:
        """The platform itself."""
        ...


class MachinePower(Protocol):
    """The machines under the nodes: their state and their power (inventory.providers.machines.Machines, or a fake)."""

    @property
    def choice(self) -> Choice:
        """The provider and platform that were decided for them."""
        ...

    def power_off(self, node: Node) -> None:
        """Cut the power."""

    def power_on(self, node: Node) -> None:
        """Boot it."""

    def freeze(self, node: Node) -> None:
        """Pause it."""

    def thaw(self, node: Node) -> None:
        """Let it run on."""

    def frozen(self, node: Node) -> bool:
        """Whether it is paused."""
        ...

    def running(self) -> Mapping[str, bool]:
        """Whether each node's machine runs, by node name."""
        ...

    def require_consent(self) -> None:
        """Raise ConfigError when the lab may not break this cluster, which somebody else made."""

    def router(self) -> Router:
        """The router for the drill's client behind it. Raises MachineError where there is none."""
        ...

    def remove_router(self) -> bool:
        """Remove the router; whether there was any. Raises MachineError."""
        ...


@dataclass(frozen=True)
class LabSession:
    """Everything that a command needs to work on the nodes of one lab.

    `journal` has what was begun on the nodes and is not undone yet. `clock` is monotonic; tests replace it.
    It takes the lab's patience with it, so that no wait can forget it.
    """

    lab: Lab
    machines: MachinePower
    remote: Remote
    journal: Journal
    clock: Clock = CLOCK
    bmc_password: str = field(default="", repr=False, compare=False)
    """The password of the nodes' BMCs; "" without fencing."""
    log: logging.Logger = field(default=LOG, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "clock", replace(self.clock, patience=self.lab.patience))

    @cached_property
    def platform(self) -> Platform:
        """The operating system of the nodes, with what lab.yaml's settings add to it."""
        return with_settings(self.machines.choice.platform_data, self.lab)

    def adapted(self, text: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a text for people for this lab: its platform, its number of nodes, its fencing."""
        return adapted(text, self.platform, len(self.lab.nodes), fencing=self.lab.fencing != NO_FENCING)

    def budget_s(self, kind: str) -> float:
        """The longest outage that a client may see by a kind of fault (seconds).

        Without a budget in lab.yaml it is the platform's, longer on a slow machine.
        """
        usual = self.lab.patient(self.platform.times.graceful_budget)
        return self.lab.drill.budget_s.get(kind, usual)

    @cached_property
    def provider(self) -> Provider:
        """What makes the nodes."""
        return self.machines.choice.provider_data
