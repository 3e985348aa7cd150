"""What the exercises break on the passive node, which nobody sees until the next failover; undone on all nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from classroom.node_changes import passive
from cluster import ocf_agents
from inventory.model import Command
from inventory.remote.script import script as shell_text
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Commands

Script = Callable[[LabSession], str]


def on_passive(script: Script, why: str) -> Commands:
    """Run a shell text on the passive node."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        yield Command.script(passive(session, facts).name, script(session), why=why, purpose="break-lab")

    return commands


def on_all(script: Script, why: str) -> Commands:
    """Run a shell text on all nodes, to undo. After a failover another node is passive."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for node in session.lab.nodes:
            yield Command.script(node.name, script(session), why=why, purpose="repair-lab")

    return commands


def _half_edited(session: LabSession) -> str:
    return f"{session.platform.web_include}/status-page.conf"


def _agent(session: LabSession) -> str:
    return ocf_agents.path(session.platform.agents["address"])


def _version(version: Literal["own", "other"]) -> Script:
    return lambda session: shell_text(
        __package__, "agents_version", version=version, usr=ocf_agents.USR, agent=_agent(session)
    )


unreadable_page = on_passive(lambda session: f"chmod 600 {session.platform.index}", "an unreadable page")
readable_page = on_all(
    lambda session: f"[ ! -e {session.platform.index} ] || chmod 644 {session.platform.index}",
    "a readable page",
)
half_edited = on_passive(
    lambda session: (
        f"printf '<Location /status>\\n    SetHandler server-status\\n' > {_half_edited(session)}"
    ),
    "a configuration that ends in the middle",
)
whole_configuration = on_all(lambda session: f"rm -f {_half_edited(session)}", "remove that file")
no_agent = on_passive(
    lambda session: f"mv {_agent(session)} {_agent(session)}.old", "the agent was put aside"
)
agent_back = on_all(
    lambda session: f"[ ! -e {_agent(session)}.old ] || mv {_agent(session)}.old {_agent(session)}",
    "the agent in its place",
)
other_version = on_passive(_version("other"), "agents of another version")
own_version = on_all(_version("own"), "the agents of the package")
