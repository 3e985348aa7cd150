"""A drill of an adopted cluster asks first who starts a killed web server again."""

from __future__ import annotations

import pytest

from drill.execute.restarts import Restarts
from drill.scenarios.catalog import SCENARIOS
from inventory.model import Command
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_session

KILLED, HUNG = SCENARIOS["web-kill"], SCENARIOS["web-hang"]


class Nodes:
    """Nodes where systemd restarts the web server on `restarted`."""

    def __init__(self, *restarted: str) -> None:
        self.restarted, self.asked = restarted, list[Command]()

    def __call__(self, command: Command) -> tuple[int, str, str]:
        self.asked.append(command)
        return 0, "yes\n" if command.node in self.restarted else "", ""


def test_the_reason_names_the_node_and_the_setting() -> None:
    session = fake_session(remote=Nodes(NODE2), ssh_config="file")
    said = Restarts(session).refusal(KILLED)
    assert said.startswith("on node2 systemd itself starts a killed apache2 again")
    assert "systemctl show -p Restart apache2" in said


def test_a_cluster_that_starts_its_web_server_itself_can_be_drilled() -> None:
    assert Restarts(fake_session(remote=Nodes(), ssh_config="file")).refusal(KILLED) == ""


@pytest.mark.parametrize(("scenario", "ssh_config"), [(HUNG, "file"), (KILLED, "")])
def test_nobody_is_asked_without_need(scenario: object, ssh_config: str) -> None:
    """A server that hangs is not restarted; on the lab's own nodes it is a fault, and the scenario shows it."""
    nodes = Nodes(NODE2)
    assert Restarts(fake_session(remote=nodes, ssh_config=ssh_config)).refusal(scenario) == ""  # type: ignore[arg-type]
    assert nodes.asked == []


def test_the_nodes_are_asked_once_for_all_scenarios() -> None:
    nodes = Nodes(NODE2)
    asked = Restarts(fake_session(remote=nodes, ssh_config="file"))
    assert asked.refusal(KILLED) == asked.refusal(KILLED) != ""
    assert [command.node for command in nodes.asked] == [NODE1, NODE2]
