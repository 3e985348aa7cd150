from __future__ import annotations

import dataclasses
import subprocess

import pytest

from inventory import errors
from inventory.errors import LabError, RouteRefused, TimedOut
from inventory.model import Command, Result
from tests.support.example_lab import NODE1, NODE2, example_lab

LAB = example_lab()


@pytest.mark.parametrize("name", ["node2", NODE2, "Node2", "NODE2.Magedu.com"])
def test_a_node_by_either_name(name: str) -> None:
    assert LAB.node(name).name == NODE2
    assert LAB.node(name).alias == "node2"
    assert LAB.peers(LAB.node(name)) == (LAB.node1,)


@pytest.mark.parametrize("name", ["node3", "", "node2.example.org"])
def test_no_such_node(name: str) -> None:
    with pytest.raises(KeyError):
        LAB.node(name)


def test_the_labs_parts() -> None:
    assert LAB.node1.name == NODE1
    assert (LAB.resource("address").id, LAB.resource("web").id) == ("WebIP", "WebServer")
    assert LAB.url == "http://172.16.100.11/"


def test_the_description_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        LAB.stickiness = 0  # type: ignore[misc]


def test_a_command_as_one_would_type_it() -> None:
    words = Command(NODE1, ("echo", "a b", "$HOME"))
    assert words.line == "echo 'a b' '$HOME'"
    typed = subprocess.run(["sh", "-c", words.line], capture_output=True, text=True, check=True)
    assert typed.stdout == "a b $HOME\n"
    script = Command.script(NODE1, "cd /tmp && pwd", why="where", stdin="x", deadline=5, ok=(0, 3))
    assert script.line == "cd /tmp && pwd"
    assert script.argv == ("sh", "-c", "cd /tmp && pwd")
    assert (script.why, script.stdin, script.deadline, script.ok) == ("where", "x", 5, (0, 3))


@pytest.mark.parametrize(
    ("ok", "status", "good"), [((0,), 0, True), ((0,), 1, False), ((0, 7), 7, True), ((1,), 0, False)]
)
def test_which_results_are_good(ok: tuple[int, ...], status: int, good: bool) -> None:
    assert Result(Command(NODE1, ("true",), ok=ok), status, "", "").good is good


def test_the_time_it_took_is_no_part_of_a_result() -> None:
    command = Command(NODE1, ("true",))
    assert Result(command, 0, "", "", 1.0) == Result(command, 0, "", "", 2.0)


def test_an_error_says_what_and_what_to_do() -> None:
    assert str(LabError("It broke.", hint="Mend it.")) == "It broke.\n  -> Mend it."
    assert str(LabError("It broke.")) == "It broke."


def test_every_error_has_its_exit_status() -> None:
    tree = {
        name: one.exit_status
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, LabError)
    }
    assert tree == {
        "LabError": 1, "ConfigError": 2, "MachineError": 3, "RouteRefused": 3, "Unreachable": 4, "CommandFailed": 5,
        "TimedOut": 6,
    }  # fmt: skip
    drawn = errors.__doc__ or ""
    assert all(name in drawn for name in tree), "the tree in the module's text is whole"
    assert all(
        f"exit {tree[name]}" in line
        for name in tree
        for line in drawn.splitlines()
        if f" {name} " in line and "exit" in line
    )
    assert issubclass(RouteRefused, errors.MachineError)
    assert not issubclass(TimedOut, TimeoutError)
