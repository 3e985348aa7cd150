"""`./lab heal` ends with the configuration of lab.yaml after an interrupted drill, and tells when it is another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli import heal as command
from cli import main
from inventory.journal import Journal
from provision import apply
from provision.facts import gather
from provision.plan import plan
from tests.support.changed_facts import fake_cluster
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_machines import FakeMachines
from tests.support.fake_nodes import Nodes
from tests.support.health_cases import PAGE

ORDER = "order-WebIP-WebServer-mandatory"


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    found = fake_cluster("debian12", "built").copy()
    (tmp_path / ".lab").mkdir()
    found.session = replace(found.session, journal=Journal(tmp_path))
    return found


@pytest.fixture
def heal(
    cluster: FakeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[int, str]]:
    """Type `./lab heal`; what Recovery does on the nodes is in its own tests."""
    session = replace(cluster.session, remote=Nodes(cluster))
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(session, lambda: PAGE, tmp_path))
    monkeypatch.setattr(command, "Recovery", lambda *arguments: SimpleNamespace(heal=lambda: ()))

    def run() -> tuple[int, str]:
        done = CliRunner().invoke(main.app, ["--root", str(tmp_path), "heal"])
        return done.exit_code, done.output

    return run


def test_a_router_that_a_killed_drill_left_is_removed(
    heal: Callable[[], tuple[int, str]], cluster: FakeCluster
) -> None:
    machines = cluster.session.machines
    assert isinstance(machines, FakeMachines)
    machines.routers = True
    status, said = heal()
    assert status == 0
    assert "removed the router of an interrupted drill" in said
    assert said.splitlines()[-1] == "The lab is healthy."
    assert "Nothing to heal" in heal()[1]


def without_order(cluster: FakeCluster) -> None:
    for cib in {id(one.cib): one.cib for one in cluster.machines.values() if one.cib}.values():
        del cib.constraints[ORDER]


def test_a_healthy_lab(heal: Callable[[], tuple[int, str]]) -> None:
    status, said = heal()
    assert (status, said.splitlines()[-1]) == (0, "Nothing to heal: the lab is healthy.")


def test_a_killed_reset_is_told(heal: Callable[[], tuple[int, str]], cluster: FakeCluster) -> None:
    without_order(cluster)
    status, said = heal()
    assert status == 1
    assert "not that of lab.yaml: constraint order WebIP then WebServer: missing" in said
    assert "./lab provision completes it" in said


def test_after_a_drill_the_configuration_is_lab_yamls(
    heal: Callable[[], tuple[int, str]], cluster: FakeCluster
) -> None:
    without_order(cluster)
    cluster.session.journal.begin("scenario apart", baseline="<cib/>")
    status, said = heal()
    assert status == 0
    assert "differs from lab.yaml: constraint order WebIP then WebServer: missing" in said
    assert plan(cluster.session, gather(cluster.session)).empty


def test_a_newer_provision_is_not_taken_back(cluster: FakeCluster) -> None:
    cluster.session.journal.begin("scenario apart", baseline="<cib/>")
    apply.run(cluster.session)
    assert [entry.baseline for entry in cluster.session.journal.pending()] == [""]
