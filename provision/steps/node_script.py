"""Beyond the document: lab.yaml's script prepares each node for its resources, such as the files of a database."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step
from status import node_script

DEADLINE_S = 300.0
"""For the preparation of one node (seconds, on a machine of usual speed)."""


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Prepare the nodes that lack something, one after the other."""
    for node in session.lab.nodes:
        lacking = facts.of(node).unprepared
        if lacking:
            yield Command.script(
                node.name,
                node_script.call(session.lab, node, "prepare"),
                why=f"prepare the node: {lacking[0]}",
                deadline=session.lab.patient(DEADLINE_S),
                purpose="prepare-node",
            )


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """What the script still misses."""
    for node in session.lab.nodes:
        yield from (f"{node.alias}: {line}" for line in facts.of(node).unprepared)


STEP = Step("node-script", "8.1", commands, problems)
