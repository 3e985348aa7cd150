"""Resources of any agent on two nodes in memory: refused before anything is changed, made, corrected, removed."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from classroom import checks, exercises
from cluster import feasible
from drill.execute.availability import unavailable
from drill.execute.check_rows import for_lab as for_lab_rows
from drill.scenarios import catalog
from inventory.config.lab_yaml import parse
from inventory.errors import ConfigError
from inventory.model import Lab
from language import fast_yaml
from provision import apply, reset
from provision.facts import gather
from provision.plan import plan
from provision.steps.registry import BEYOND, STEPS, find, for_lab
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session
from tests.unit.cluster.test_services import CONSTRAINTS, METADATA, RESOURCES, lab_with

AGENTS = {"ocf:heartbeat:Dummy": METADATA, "ocf:pacemaker:Stateful": METADATA, "systemd:cron": "<none/>"}
NOTE: dict[str, Any] = RESOURCES[0]
ONLY_FAKE = [{**one, "options": {"fake": 1}} if "agent" in one else one for one in RESOURCES]
for _one in ONLY_FAKE:
    for _member in _one.get("group", ()):
        if _member["agent"].startswith("ocf:"):
            _member["options"] = {"fake": 1}
FIELDS = {**CONSTRAINTS, "colocation": CONSTRAINTS["colocation"][:1]}


def cluster_of(lab: Lab) -> FakeCluster:
    fake_cluster = FakeCluster(fake_session("debian12", lab=lab))
    fake_cluster.known_agents = dict(AGENTS)
    return fake_cluster


@pytest.mark.parametrize("run", [apply.run, apply.run_stages])
def test_they_are_made_and_a_second_run_has_nothing_to_do(run: Any) -> None:
    fake_cluster = cluster_of(lab_with(ONLY_FAKE, FIELDS))
    assert run(fake_cluster.session) > 0
    facts = gather(fake_cluster.session)
    assert plan(fake_cluster.session, facts).empty
    assert run(fake_cluster.session) == 0
    assert facts.cib is not None
    assert len(facts.cib.others) == 6
    changes = [one for one in fake_cluster.ran if "the resources of lab.yaml" in one.why]
    assert len(changes) == 1, "resources and constraints are one change"


def test_a_lab_without_them_has_the_steps_of_the_document() -> None:
    assert for_lab(lab_with([])) == STEPS
    assert for_lab(lab_with([NOTE])) == (*STEPS, *BEYOND)
    assert find("8") is find("services") is BEYOND[1]


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ({**NOTE, "agent": "ocf:heartbeat:Dumy"}, f"note: {NODE1} has no agent ocf:heartbeat:Dumy"),
        ({**NOTE, "options": {"fake": 1, "stat": "/x"}}, "no option stat; did you mean state?"),
        ({**NOTE, "options": {}}, "note: the agent ocf:heartbeat:Dummy needs the option fake"),
    ],
)
@pytest.mark.parametrize("run", [apply.run, apply.run_stages, reset.run])
def test_what_the_agents_do_not_allow_is_refused_before_anything_is_changed(
    run: Any, resource: dict[str, Any], says: str
) -> None:
    fake_cluster = cluster_of(lab_with([resource]))
    for machine in fake_cluster.machines.values():
        machine.packages |= set(fake_cluster.platform.packages)
    with pytest.raises(ConfigError, match="resources that the nodes' agents do not allow") as caught:
        run(fake_cluster.session)
    assert says in caught.value.message
    assert fake_cluster.ran == []


def test_an_agent_that_one_node_lacks_is_refused() -> None:
    fake_cluster = cluster_of(lab_with([NOTE]))
    for machine in fake_cluster.machines.values():
        machine.packages |= set(fake_cluster.platform.packages)
    del fake_cluster.known_agents["ocf:heartbeat:Dummy"]
    with pytest.raises(ConfigError) as caught:
        apply.run(fake_cluster.session)
    assert f"note: {NODE2} has no agent" in caught.value.message


def test_before_the_packages_are_there_nothing_is_refused_and_afterwards_it_is() -> None:
    fake_cluster = cluster_of(lab_with([{**NOTE, "agent": "ocf:heartbeat:Dumy"}]))
    with pytest.raises(ConfigError):
        apply.run_stages(fake_cluster.session)
    assert not [one for one in fake_cluster.ran if "the resources of lab.yaml" in one.why]


def test_a_resource_that_lab_yaml_no_longer_has_is_removed() -> None:
    fake_cluster = cluster_of(lab_with(ONLY_FAKE, FIELDS))
    apply.run_stages(fake_cluster.session)
    smaller = FakeCluster(fake_session("debian12", lab=lab_with(ONLY_FAKE[:1])))
    smaller.known_agents, smaller.machines, smaller.current = (
        AGENTS,
        fake_cluster.machines,
        fake_cluster.current,
    )
    assert apply.run_stages(smaller.session) > 0
    facts = gather(smaller.session)
    assert facts.cib is not None
    assert facts.cib.others == ()
    assert plan(smaller.session, facts).empty


def test_reset_to_a_step_of_the_document_removes_them_and_a_reset_makes_them_again() -> None:
    fake_cluster = cluster_of(lab_with(ONLY_FAKE, FIELDS))
    apply.run_stages(fake_cluster.session)
    reset.run(fake_cluster.session, find("7.1"))
    facts = gather(fake_cluster.session)
    assert facts.cib is not None
    assert facts.cib.others == ()
    assert {one.id for one in facts.cib.resources} == {"WebIP", "WebServer"}
    reset.run(fake_cluster.session)
    assert plan(fake_cluster.session, gather(fake_cluster.session)).empty


def test_a_lab_without_the_web_server_has_no_page_and_no_check_of_it() -> None:
    lab = fast_yaml.read((CASES.parent.parent / "lab.yaml").read_text(encoding="utf-8"))
    lab["resources"] = [lab["resources"][0], *ONLY_FAKE]
    lab["constraints"] = {"colocation": FIELDS["colocation"], "order": FIELDS["order"][:1]}
    fake_cluster = cluster_of(parse(yaml.safe_dump(lab), "lab.yaml", judge=feasible.problems))
    fake_cluster.session.lab.services.ids.index("st")
    for run in (apply.run_stages, apply.run, reset.run):
        run(fake_cluster.session)
        assert plan(fake_cluster.session, gather(fake_cluster.session)).empty
    assert not [one for one in fake_cluster.ran if "page" in one.why]
    names = {one.name for one in checks.for_lab(fake_cluster.session.lab)}
    assert {"pages", "web-server", "one-web-server"}.isdisjoint(names)
    assert {"floating-address", "services", "node-script"} <= names
    assert list(feasible.doubts(fake_cluster.session.lab)) == []
    assert exercises.for_lab(fake_cluster.session.platform, fake_cluster.session.lab) == ()
    runs = [one.name for one in catalog.SCENARIOS.values() if not unavailable(one, fake_cluster.session)]
    assert {"corosync-kill", "partition", "standby", "freeze"} <= set(runs)
    assert not [name for name in runs if name.startswith("web-")]
    for name in runs:
        for row in for_lab_rows(catalog.get(name).checks, fake_cluster.session.lab):
            assert "@" not in repr(row.parameters)
