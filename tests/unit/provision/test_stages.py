"""The steps in stages, and the configuration as one change: the result is that of one command after another."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import pytest

from inventory.errors import CommandFailed, Unreachable
from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from provision import apply, one_change
from provision.apply import Progress
from provision.facts import gather
from provision.plan import plan, plan_step
from provision.preparation import Preparation
from provision.steps.registry import CONFIGURATION, STEPS, find, stages, until
from tests.support.example_lab import NODE1
from tests.support.fake_cluster import FakeCluster, Killed, Refused, Stored
from tests.support.fake_session import fake_session

EVERY = pytest.mark.parametrize("platform", PLATFORMS)
TOGETHER = [name for name, one in PLATFORMS.items() if one.tools.one_change]


def stored(cluster: FakeCluster) -> Stored:
    cib = cluster.machines[NODE1].cib
    assert cib is not None
    return cib


def in_turn(platform: str) -> FakeCluster:
    cluster = FakeCluster(fake_session(platform))
    apply.run(cluster.session)
    return cluster


def test_the_stages_have_every_step_once() -> None:
    assert sorted(one.id for stage in stages(STEPS) for one in stage) == sorted(one.id for one in STEPS)
    some = until(find("floating-address"))
    assert {one for stage in stages(some) for one in stage} == set(some)


@EVERY
def test_the_result_is_that_of_one_command_after_another(platform: str) -> None:
    cluster, other = FakeCluster(fake_session(platform)), in_turn(platform)
    said: list[str] = []
    progress = Progress(command=lambda step, command: said.append(f"{command.node} {command.line}"))
    assert apply.run_stages(cluster.session, STEPS, progress) == len(other.ran)
    assert sorted(said) == sorted(f"{one.node} {one.line}" for one in other.ran), "the document's commands"
    mine, its = stored(cluster), stored(other)
    for pairs in ("properties", "defaults", "resources", "constraints"):
        assert list(getattr(mine, pairs).items()) == list(getattr(its, pairs).items())
    for name, machine in cluster.machines.items():
        assert machine.files.keys() == other.machines[name].files.keys()
    assert cluster.current == other.current
    assert set(cluster.disturbed) <= set(other.disturbed)
    assert plan(cluster.session, gather(cluster.session)).empty
    cluster.ran = []
    assert apply.run_stages(cluster.session) == 0, "a second run has nothing to do"
    assert cluster.ran == []


@EVERY
def test_where_the_configuration_is_one_change(platform: str) -> None:
    cluster = FakeCluster(fake_session(platform))
    apply.run_stages(cluster.session)
    together = [one for one in cluster.ran if one.purpose == "configure-at-once"]
    each = [one for one in cluster.ran if one.purpose == "configure-cluster"]
    if platform in TOGETHER:
        assert (len(together), each) == (1, [])
        assert together[0].node == NODE1
        assert together[0].argv[:2] == ("cibadmin", "--patch"), "it was prepared while the cluster started"
    else:
        assert (together, len(each)) == ([], 8)
    assert cluster.prepared == len(together)


def test_the_pages_are_made_while_the_dc_is_elected() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    apply.run_stages(cluster.session)
    purposes = [one.purpose for one in cluster.ran]
    last_start = max(number for number, purpose in enumerate(purposes) if purpose == "start-cluster")
    assert last_start < purposes.index("test-web-server") < purposes.index("configure-at-once")


def test_a_prepared_change_that_the_cluster_refuses_is_made_in_the_ordinary_way() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    cluster.patch = refuse  # type: ignore[assignment, method-assign]
    apply.run_stages(cluster.session)
    together = [one for one in cluster.ran if one.purpose == "configure-at-once"]
    assert [one.argv[0] for one in together] == ["cibadmin", "sh"]
    assert plan(cluster.session, gather(cluster.session)).empty


def test_a_change_that_cannot_be_prepared_is_made_in_the_ordinary_way() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    cluster.prepare = lambda machine, command: Result(command, 1, "", "")  # type: ignore[method-assign]
    apply.run_stages(cluster.session)
    together = [one for one in cluster.ran if one.purpose == "configure-at-once"]
    assert [one.argv[0] for one in together] == ["sh"]
    assert plan(cluster.session, gather(cluster.session)).empty


def test_what_is_prepared_is_used_only_for_the_same_commands() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    apply.run(cluster.session, until(find("start")))
    facts = gather(cluster.session)
    steps = CONFIGURATION
    wanted = [command for one in steps for command in plan_step(one, cluster.session, facts).commands]
    prepared = Preparation(cluster.session, steps)
    assert prepared.take(wanted) is None, "nothing was begun"
    prepared.begin(facts)
    assert prepared.take(wanted[1:]) is None
    assert prepared.take(wanted) == one_change.prepared_change(NODE1, cluster_text(wanted))
    prepared.begin(facts)
    assert cluster.prepared == 1, "it is prepared once"


def test_nothing_is_prepared_before_pacemaker_runs() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    prepared = Preparation(cluster.session, CONFIGURATION)
    prepared.begin(gather(cluster.session))
    assert cluster.prepared == 0
    assert prepared.take([]) is None


def test_a_node_that_is_lost_while_the_change_is_prepared() -> None:
    cluster = FakeCluster(fake_session("debian12"))
    apply.run(cluster.session, until(find("start")))
    facts, steps = gather(cluster.session), CONFIGURATION
    wanted = [command for one in steps for command in plan_step(one, cluster.session, facts).commands]

    def lost(machine: object, command: Command) -> Result:
        raise Unreachable(f"{command.node} does not answer over ssh", hint="")

    cluster.prepare = lost  # type: ignore[method-assign]
    prepared = Preparation(cluster.session, steps)
    prepared.begin(facts)
    assert prepared.take(wanted) is None


def cluster_text(commands: Sequence[Command]) -> str:
    """The fake cluster's change: the commands, a line each."""
    return "\n".join(shlex.join(one.argv) for one in commands)


def test_only_the_documents_platform_goes_one_by_one() -> None:
    assert set(PLATFORMS) - set(TOGETHER) == {"centos6"}


@pytest.mark.parametrize("platform", ["debian12", "centos6"])
def test_killed_after_any_command(platform: str) -> None:
    for after in range(40):
        cluster = FakeCluster(fake_session(platform))
        cluster.kill_after = after
        try:
            apply.run_stages(cluster.session)
        except Killed:
            cluster.kill_after = None
            apply.run_stages(cluster.session)
            assert plan(cluster.session, gather(cluster.session)).empty
        else:
            assert after > 20
            break


def test_a_part_that_is_missing_is_added() -> None:
    cluster = in_turn("debian12")
    cib = stored(cluster)
    del cib.constraints["webserver_on_node1"]
    cluster.ran = []
    assert apply.run_stages(cluster.session) == 1
    assert [one.argv[:4] for one in cluster.ran] == [("pcs", "constraint", "location", "add")]


@pytest.mark.parametrize("platform", TOGETHER)
def test_the_command_that_fails_is_named_and_nothing_is_changed(platform: str) -> None:
    cluster = FakeCluster(fake_session(platform))
    apply.run(cluster.session, until(find("start")))
    before = stored(cluster)
    cluster.constrain = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(CommandFailed) as caught:
        apply.run_stages(cluster.session)
    assert stored(cluster) is before
    first, second, *rest = caught.value.message.splitlines()
    assert first.startswith(f"Step 7.1.1 (colocation): {NODE1} (the web server where the address is): exit 1")
    assert second.startswith("  $ pcs constraint colocation add WebServer with WebIP")
    assert rest == ["  | Error: no such thing", "The configuration was not changed."]
    assert caught.value.hint == "Look on the node: ./lab ssh node1"


def refuse(*_: object) -> None:
    raise Refused("Error: no such thing")
