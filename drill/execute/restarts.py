"""Asks an adopted cluster's nodes whether their init system itself starts a killed web server again.

Debian's unit of Apache has Restart=on-abort, and an lsb script starts that unit where systemd is the init. Then the web
server runs again before a monitor sees that it was down: the cluster has nothing to detect, and a scenario that waits
for its reaction cannot tell anything. The lab switches this off on its own nodes (step 7a), never on somebody else's.
"""

from __future__ import annotations

from drill.faults import registry as faults
from drill.scenarios.base import Scenario
from inventory.model import Command
from inventory.remote.ssh import check
from inventory.session import LabSession


def refusal(scenario: Scenario, session: LabSession) -> str:
    """Why a scenario cannot show the cluster's reaction; "" when it can. Raises Unreachable."""
    if not session.lab.adopted or not any(faults.get(name).restartable for name in scenario.faults):
        return ""
    services, web = session.platform.services, session.platform.web_service
    text = f"if {' && '.join(services.active((web,)))}; then {services.restarted_reading(web)}; fi; true"
    found = [
        node.alias
        for node in session.lab.nodes
        if check(
            session.remote,
            Command.script(node.name, text, why=f"who restarts {web}", purpose="read-service-restart"),
        ).out.strip()
    ]
    if not found:
        return ""
    return (
        f"on {' and '.join(found)} {services.name} itself starts a killed {web} again, before the cluster's monitor"
        f" sees that it was down ({services.restart_command(web)}). A service that the cluster manages needs Restart=no"
    )
