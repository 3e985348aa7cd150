"""How a plan is run: order, progress, errors, rounds and deadlines, with steps made for the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from inventory.errors import CommandFailed, TimedOut, Unreachable
from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from inventory.remote.sections import MARK
from inventory.session import LabSession
from provision import apply
from provision.apply import Progress
from provision.facts import Facts
from provision.steps.base import Step
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_clock, fake_session

GOAL = fake_session("debian12")


@dataclass
class World:
    """One number: a command adds to it, unless it does so without effect; the readings tell it as the page."""

    value: int = 0
    without_effect: int = 0
    status: int = 0
    ran: list[Command] = field(default_factory=list)

    def run(self, command: Command) -> Result:
        if command.purpose == "read-facts":
            return Result(command, 0, f"\n{MARK}page\n{self.value}\n", "")
        self.ran.append(command)
        if self.without_effect:
            self.without_effect -= 1
        else:
            self.value += 1
        return Result(command, self.status, "on stdout", "went wrong\n" if self.status else "")


def value(facts: Facts) -> int:
    return int(facts.nodes[NODE1].page)


def reaching(number: int, name: str = "count", settles: float = 60.0) -> Step:
    """A step that needs a command until the number is reached."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        if value(facts) < number:
            yield Command(NODE1, ("add", name), why="one more")

    def before(session: LabSession, facts: Facts) -> Iterator[str]:
        yield f"it was {value(facts)}"

    return Step(name, str(number), commands, before=before, settles=settles)


@dataclass
class Told:
    lines: list[str] = field(default_factory=list)

    @property
    def progress(self) -> Progress:
        return Progress(
            step=lambda step: self.lines.append(f"step {step.id}"),
            command=lambda step, command: self.lines.append(f"{step.id}: {command.line}"),
            observed=lambda step, text: self.lines.append(f"{step.id} observed: {text}"),
            done=lambda step, count: self.lines.append(f"{step.id} done: {count}"),
        )


def test_progress_in_order() -> None:
    world, told = World(), Told()
    steps = (reaching(1, "one"), reaching(1, "same"), reaching(2, "two"))
    assert apply.run(replace(GOAL, remote=world), steps, told.progress) == 2
    assert told.lines == [
        "step one", "one observed: it was 0", "one: add one", "one done: 1",
        "step same", "same done: 0",
        "step two", "two observed: it was 1", "two: add two", "two done: 1",
    ]  # fmt: skip


def test_nothing_to_do() -> None:
    world = World(value=9)
    assert apply.run(replace(GOAL, remote=world), (reaching(1), reaching(2))) == 0
    assert world.ran == []


def test_an_exit_status_of_0_is_no_proof() -> None:
    world = World(without_effect=2)
    assert apply.run(replace(GOAL, remote=world), (reaching(1),)) == 3
    assert world.value == 1


def test_a_command_that_never_takes_effect() -> None:
    world, told = World(without_effect=99), Told()
    with pytest.raises(CommandFailed) as caught:
        apply.run(replace(GOAL, remote=world), (reaching(1), reaching(2, "later")), told.progress)
    assert len(world.ran) == apply.ROUNDS
    assert (
        caught.value.message
        == f"Step 1 (count) is not done after {apply.ROUNDS} rounds; these commands are still needed:\n  $ add count"
    )
    assert "The commands ended with exit status 0" in caught.value.hint
    assert "step later" not in told.lines
    assert told.lines.count("step count") == 1


def test_the_last_round_counts() -> None:
    world = World(without_effect=apply.ROUNDS - 1)
    assert apply.run(replace(GOAL, remote=world), (reaching(1),)) == apply.ROUNDS


def test_a_failure_names_step_node_command_and_output() -> None:
    world = World(status=3)
    with pytest.raises(CommandFailed) as caught:
        apply.run(replace(GOAL, remote=world), (reaching(1), reaching(2)))
    assert caught.value.message == (
        f"Step 1 (count): {NODE1} (one more): exit 3\n  $ add count\n  | went wrong"
    )
    assert caught.value.hint == "Look on the node: ./lab ssh node1"
    assert len(world.ran) == 1, "nothing is tried after a failure"


def waiting(settles: float, problem_until: int) -> tuple[Step, World]:
    """A step with a problem that goes after so many readings."""
    world = World()
    asked: list[int] = []

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        asked.append(1)
        if len(asked) < problem_until:
            yield f"not yet, asked {len(asked)} times"

    return Step("wait", "9", problems=problems, settles=settles), world


def test_a_problem_is_waited_for() -> None:
    step, world = waiting(60, problem_until=12)
    clock, told = fake_clock(), Told()
    assert apply.run(replace(GOAL, remote=world, clock=clock), (step,), told.progress) == 0
    assert 0 < clock.now() < 60
    assert told.lines == ["step wait", "wait done: 0"]


def test_a_command_that_is_needed_only_while_one_waits() -> None:
    world, told = World(), Told()
    asked: list[int] = []

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        if len(asked) > 4 and not world.ran:
            yield Command(NODE1, ("restart",), why="it is seen only now what is amiss")

    def problems(session: LabSession, facts: Facts) -> Iterator[str]:
        asked.append(1)
        if not world.ran:
            yield "still amiss"

    steps = (Step("late", "3", commands, problems),)
    assert apply.run(replace(GOAL, remote=world), steps, told.progress) == 1
    assert told.lines == ["step late", "late: restart", "late done: 1"]


def test_a_problem_that_stays() -> None:
    step, world = waiting(30, problem_until=10**9)
    clock, told = fake_clock(), Told()
    with pytest.raises(TimedOut) as caught:
        apply.run(replace(GOAL, remote=world, clock=clock), (step, reaching(1)), told.progress)
    assert caught.value.message.startswith("Step 9 (wait) is not as the document says: not within 30 s.")
    assert "not yet, asked" in caught.value.message
    assert clock.now() >= 30
    assert told.lines == ["step wait"], "it is not done, and nothing follows"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_problem_that_stays_is_to_be_read_about_in_pacemakers_log(platform: str) -> None:
    step, world = waiting(30, problem_until=10**9)
    with pytest.raises(TimedOut) as caught:
        apply.run(replace(fake_session(platform), remote=world), (step,))
    assert PLATFORMS[platform].pacemaker_log in caught.value.hint


def test_together_looks_at_all_after_the_last() -> None:
    world, told = World(), Told()
    steps = (reaching(1, "one"), reaching(2, "two"))
    assert apply.run_batch(replace(GOAL, remote=world), steps, told.progress) == 2
    assert [line for line in told.lines if ":" not in line or "done" in line] == [
        "step one", "step two", "one done: 1", "two done: 1",
    ]  # fmt: skip


def test_the_same_command_on_both_nodes_is_told_and_run_for_each() -> None:
    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        if value(facts) < 2:
            yield from (Command(node, ("same",), why="both") for node in (NODE1, NODE2))

    world, told = World(), Told()
    assert apply.run(replace(GOAL, remote=world), (Step("both", "1", commands),), told.progress) == 2
    assert sorted(command.node for command in world.ran) == [NODE1, NODE2]
    assert told.lines.count("both: same") == 2
    world.value, world.status = 0, 1
    with pytest.raises(CommandFailed, match=r"Step 1 \(both\): node1"):
        apply.run(replace(GOAL, remote=world), (Step("both", "1", commands),))


def test_a_node_that_is_gone() -> None:
    fake_cluster = FakeCluster(GOAL)

    def gone(command: Command) -> Result:
        raise Unreachable(f"{command.node} does not answer over ssh")

    fake_cluster.action = lambda machine, command: gone(command)  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        apply.run(replace(GOAL, remote=fake_cluster))
