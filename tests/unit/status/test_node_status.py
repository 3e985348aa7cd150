"""The reading of a node: what it asks, and what is understood of what the node prints."""

from __future__ import annotations

import subprocess
from ipaddress import IPv4Address

import pytest

from inventory.model import Command
from status import node_shell, node_status
from status.node_status import UNDONE, look, parse, reading
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.fake_machines import FakeMachines
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session
from tests.support.node_readings import LAB, ClusterWords, printed
from tests.support.node_readings import reading as printed_by

ONE, TWO = LAB.nodes
VIP = IPv4Address("172.16.100.11")
SESSION = fake_session()


def test_a_node_that_serves() -> None:
    xml = (CASES / "status" / "2.1.5-up.xml").read_text()
    found = parse(
        SESSION,
        ONE,
        printed(
            {
                "addresses": "eth1 172.16.100.15/16\neth1 172.16.100.11/16",
                "processes": "Ss   apache2\nSl   apache2",
                "unanswered": "node2.magedu.com",
                "dc_at_work": "yes",
                "state": xml,
                "cib": "<cib/>",
                "scores": "pcmk__primitive_assign: WebIP allocation score on node1.magedu.com: 700",
                "memory": "104857600",
                "login": "in",
                UNDONE: "the processors are free",
            }
        ),
    )
    assert (found.machine, found.reachable, found.holds_vip, found.vip) == (
        "running",
        True,
        True,
        (("eth1", "172.16.100.11/16"),),
    )
    assert (found.web, found.dc_at_work, found.memory_mb) == ("running", True, 100)
    assert found.unanswered == "node2.magedu.com"
    assert found.state is not None
    assert found.state.quorate
    assert (found.cib is not None, found.cib_text) == (True, "<cib/>")
    assert [one.score for one in found.scores] == [700]
    assert found.extra["login"].strip() == "in"
    assert found.undone == ("the processors are free",)


def test_scores_and_memory_are_read_for_people_only() -> None:
    """A program that waits for a state reads it many times: crm_simulate would be the longest part of each reading."""
    extra = node_status.with_figures(SESSION, lambda node: {"login": f"echo {node.alias}"})(ONE)
    assert list(extra) == ["scores", "memory", "login"]
    assert "crm_simulate" not in node_status.reading(SESSION, ONE, {}).line
    assert "crm_simulate" in node_status.reading(SESSION, ONE, extra).line


def test_the_other_nodes_are_asked_before_anything_is_read() -> None:
    """Their answers may wait for the next membership, and all else must be read after it."""
    line = node_status.reading(SESSION, ONE, {}).line
    assert line.index("crmadmin -S") < min(
        line.index(word) for word in ("ip -o", node_shell.STATE, node_shell.CIB)
    )


def test_a_node_without_anything() -> None:
    found = parse(SESSION, ONE, printed({"addresses": "", "state": "", "cib": "", "memory": ""}))
    assert (found.reachable, found.holds_vip, found.web, found.state, found.cib) == (
        True,
        False,
        "stopped",
        None,
        None,
    )
    assert (found.scores, found.memory_mb, found.undone) == ((), None, ())


@pytest.mark.parametrize(
    ("out", "where"),
    [
        ("eth1 172.16.100.11/16", [("eth1", "172.16.100.11/16")]),
        ("eth1 172.16.100.11/32\neth0 172.16.100.11/16", [("eth1", "172.16.100.11/32"), ("eth0", "172.16.100.11/16")]),
        ("eth1 172.16.100.11", [("eth1", "172.16.100.11")]),  # with a peer, ip(8) prints no prefix here
        ("eth1 172.16.100.111/16\neth1 1172.16.100.11/16", []),
        ("", []),
    ],
)  # fmt: skip
def test_where_an_address_is_held(out: str, where: list[tuple[str, str]]) -> None:
    assert node_shell.held_addresses(out, VIP) == tuple(where)


@pytest.mark.parametrize(
    ("out", "state"),
    [
        ("Ss   apache2\nSl   apache2\n", "running"),
        ("Ts   apache2\nTl   apache2\n", "hung"),
        ("Ts   apache2\nSl   apache2\n", "running"),
        ("Zs   apache2\n", "stopped"),
        ("Ss   apachectl\n", "stopped"),
        ("", "stopped"),
    ],
)
def test_the_state_of_the_web_server(out: str, state: str) -> None:
    assert node_shell.web_state(node_shell.process_states(out, "apache2")) == state


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_reading_is_shell_that_a_node_understands(shell: str) -> None:
    command = reading(SESSION, ONE, {UNDONE: "echo one\necho two", "login": "true"})
    done = subprocess.run([shell, "-n", "-c", command.line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_reading_runs_and_no_missing_tool_stops_it() -> None:
    command = reading(SESSION, ONE, {UNDONE: "echo one\necho two"})
    done = subprocess.run(
        ["sh", "-c", command.line], capture_output=True, text=True, check=False, env={"PATH": "/bin:/usr/bin"}
    )
    assert parse(SESSION, ONE, done.stdout).undone == ("one", "two"), done.stderr


def test_nodes_that_do_not_answer() -> None:
    def answer(command: Command) -> tuple[int, str, str] | None:
        return None if command.node == NODE1 else (0, printed_by(TWO, ClusterWords()), "")

    machines = FakeMachines()
    seen = look(fake_session(remote=answer, machines=machines))
    assert (seen[ONE].machine, seen[ONE].reachable, seen[TWO].reachable) == ("running", False, True)
    machines.paused.add(NODE1)
    assert look(fake_session(remote=answer, machines=machines))[ONE].machine == "paused"
    machines.paused.clear()
    machines.on[NODE1] = False
    assert look(fake_session(remote=answer, machines=machines))[ONE].machine == "off"


def test_a_machine_that_is_off_is_not_asked() -> None:
    remote = FakeRemote(lambda command: (0, printed_by(LAB.node(command.node), ClusterWords()), ""))
    machines: dict[object, node_status.MachineState] = {ONE: "off", TWO: "running"}
    seen = look(fake_session(remote=remote), machines=machines)  # type: ignore[arg-type]
    assert (seen[ONE].machine, seen[ONE].reachable, seen[TWO].reachable) == ("off", False, True)
    assert [command.node for command in remote.ran] == [NODE2]


def test_a_reading_that_ran_out_of_its_time_keeps_its_first_parts() -> None:
    half = printed({"addresses": "eth1 172.16.100.11/16"})
    seen = look(fake_session(remote=lambda command: (124, half, "")))
    assert seen[ONE].reachable
    assert seen[ONE].holds_vip
    nothing = look(fake_session(remote=lambda command: (124, "", "")))
    assert not nothing[ONE].reachable


def test_each_node_gets_its_own_extra_parts() -> None:
    remote = FakeRemote(lambda command: (0, printed_by(LAB.node(command.node), ClusterWords()), ""))
    look(fake_session(remote=remote), lambda node: {"own": f"echo {node.alias}-part"})
    assert {command.node: "node1-part" in command.line for command in remote.ran} == {
        NODE1: True,
        NODE2: False,
    }
