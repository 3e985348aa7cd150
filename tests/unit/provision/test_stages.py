"""The steps in stages, and the configuration as one change: the result is that of one command after another."""

from __future__ import annotations

import pytest

from inventory.errors import CommandFailed
from inventory.platforms.registry import PLATFORMS
from provision import apply
from provision.apply import Progress
from provision.facts import gather
from provision.plan import plan
from provision.steps.registry import STEPS, find, stages, until
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
    else:
        assert (together, len(each)) == ([], 8)


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
