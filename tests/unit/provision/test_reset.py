"""A reset ends when the cluster is in the wanted state: resources that it removed are stopped by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cluster.crm_mon import Placement
from inventory.errors import TimedOut
from inventory.model import Command
from inventory.session import LabSession
from provision import apply, reset
from provision.facts import Facts, gather
from provision.steps.registry import find
from tests.support.example_lab import NODE1
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session

ORPHAN = Placement("WebServer", "lsb:apache2", "Started", NODE1, True, False, False, True)


@pytest.fixture
def fake_cluster() -> FakeCluster:
    made = FakeCluster(fake_session("debian12"))
    apply.run(made.session)
    return made


def with_an_orphan(readings: float, seen: list[bool]) -> Callable[[LabSession], Facts]:
    """Read the facts; the removed web server still runs in the first readings without its configuration."""

    def read(session: LabSession) -> Facts:
        facts = gather(session)
        assert facts.cib is not None
        assert facts.state is not None
        if any(one.id == ORPHAN.resource for one in facts.cib.resources):
            return facts
        seen.append(len(seen) < readings)
        if not seen[-1]:
            return facts
        state = replace(facts.state, placements=(*facts.state.placements, ORPHAN))
        nodes = {
            node: replace(one, state=state) if one.state is not None else one
            for node, one in facts.nodes.items()
        }
        return replace(facts, nodes=nodes)

    return read


def test_it_waits_for_the_stop_of_a_resource_that_it_removed(
    fake_cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(reset, "gather", with_an_orphan(3, seen))
    reset.run(fake_cluster.session, find("6.1"))
    assert seen == [True, True, True, False]


def test_a_removed_resource_that_does_not_stop_is_named(
    fake_cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reset, "gather", with_an_orphan(float("inf"), []))
    with pytest.raises(TimedOut, match=f"WebServer still runs on {NODE1}"):
        reset.run(fake_cluster.session, find("6.1"))


def test_resources_stop_before_stonith_is_enabled_again(fake_cluster: FakeCluster) -> None:
    """With stonith enabled and no device, pacemaker leaves a removed resource as it is (seen on 2.1.5)."""
    written: list[Command] = []
    progress = apply.Progress(command=lambda _, command: written.append(command))
    reset.run(fake_cluster.session, find("3"), progress)
    texts = [one.stdin or "" for one in written if one.purpose == "replace-configuration"]
    assert [("stonith-enabled" in text, "<primitive" in text) for text in texts] == [
        (True, False),
        (False, False),
    ]
