"""Asks an adopted cluster's nodes whether their init system itself starts a killed web server again.

Debian's unit of Apache has Restart=on-abort, and an lsb script starts that unit where systemd is the init. Then the web
server runs again before a monitor sees that it was down: the cluster has nothing to detect, and a scenario that waits
for its reaction cannot tell anything. The lab switches this off on its own nodes (step 7a), never on somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from drill.faults import registry as faults
from drill.scenarios.base import Scenario
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession


@dataclass(frozen=True)
class Restarts:
    """Asks each node once, for all scenarios. The answer is valid until the web server moves to another node."""

    session: LabSession

    def refusal(self, scenario: Scenario) -> str:
        """Why a scenario cannot show the cluster's reaction; "" when it can. Raises Unreachable."""
        adopted = self.session.lab.adopted
        if not adopted or not any(faults.get(name).restartable for name in scenario.faults):
            return ""
        found = self._restarted
        if not found:
            return ""
        services, web = self.session.platform.services, self.session.platform.web_service
        return (
            f"on {' and '.join(found)} {services.name} itself starts a killed {web} again, before the cluster's monitor"
            f" sees that it was down ({services.restart_command(web)}). A service that the cluster manages needs"
            " Restart=no"
        )

    @cached_property
    def _restarted(self) -> tuple[str, ...]:
        """The nodes on which the web server's service runs and is restarted by the init system."""
        services, web = self.session.platform.services, self.session.platform.web_service
        text = f"if {' && '.join(services.active((web,)))}; then {services.restarted_reading(web)}; fi; true"
        return tuple(
            node.alias
            for node in self.session.lab.nodes
            if check(
                self.session.remote,
                Command.script(node.name, text, why=f"who restarts {web}", purpose="read-service-restart"),
            ).out.strip()
        )
