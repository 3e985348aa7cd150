"""The witness in a drill and in a heal: it is broken, proven, healed and reported like a node, but it is no node."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.checks.verdict import PASS
from drill.execute.recovery import Recovery
from drill.execute.runner import Runner
from drill.faults.base import witness_scopes
from drill.record.header import CheckRow
from drill.scenarios.base import Heal, Inject, Observe, Scenario
from inventory.errors import LabError
from inventory.journal import pending
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_drill import FakeDrill
from tests.support.fake_session import fake_session
from tests.support.witness_lab import WITNESS, witness_lab, witness_session

STARTED = "started the witness's service"
OFF = Inject("witness-off", "witness")


@pytest.fixture
def lab(tmp_path: Path) -> FakeDrill:
    made = FakeDrill(tmp_path)
    made.machines.on[WITNESS] = True
    made.needs[WITNESS] = set()
    made.runner = Runner(
        made.session(witness_lab()), tmp_path / "timeline.jsonl", lambda: None, made.observe, made.said.append
    )
    made.runner.pressure = lambda: ""
    return made


def test_the_witness_loses_its_power_and_nothing_moves(lab: FakeDrill) -> None:
    entry = lab.run(OFF, Observe("loss"), checks=(CheckRow("came_about"), CheckRow("no_outage")), kind="none")
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    assert lab.machines.summary[:2] == ["power_off witness", "power_on witness"]
    assert lab.events == ["inject", "landed", "note", "heal", "note", "healed", "settled"]
    header = entry.timeline.header
    assert header.roles == {"active": NODE1, "passive": NODE2, "dc": NODE1, "witness": WITNESS}
    assert header.nodes == (NODE1, NODE2), "the witness is no node"
    assert pending(lab.root) == ()


def test_only_the_witness_is_healed_when_the_scenario_says_so(lab: FakeDrill) -> None:
    lab.run(OFF, Observe("loss", 0.2), Heal("witness"), Observe("loss", 0.2))
    assert lab.machines.on[WITNESS]
    assert [what for what in lab.did if what.startswith("repair")] == [f"repair {WITNESS}: witness"]


def test_a_scenario_of_the_third_vote_needs_a_witness(lab: FakeDrill) -> None:
    lab.runner.session = lab.session()
    with pytest.raises(LabError, match=r"it needs a lab with a witness \(quorum: qdevice in lab.yaml\)"):
        lab.runner.run(Scenario("story", "", (OFF, Observe()), (), third_vote=True))
    assert lab.did == []


def test_an_interrupted_drill_of_the_witness_is_healed(lab: FakeDrill) -> None:
    lab.interrupt_at = 2.0
    with pytest.raises(KeyboardInterrupt):
        lab.run(OFF, Observe("loss", 5))
    assert lab.machines.on[WITNESS]
    assert pending(lab.root) == ()


def test_a_heal_boots_the_witness_and_starts_its_service(lab: FakeDrill) -> None:
    lab.machines.on[WITNESS] = False
    lab.needs[WITNESS] = {STARTED}
    done = Recovery(lab.session(witness_lab()), lab.said.append).heal()
    assert done == (f"{WITNESS}: booted", f"{WITNESS}: {STARTED}")


def test_a_witness_that_cannot_be_started_is_told(lab: FakeDrill) -> None:
    lab.needs[WITNESS] = {STARTED}
    lab.hopeless = {STARTED}
    with pytest.raises(LabError, match="started the witness's service: failed"):
        Recovery(lab.session(witness_lab()), lab.said.append).heal()


def test_a_lab_without_a_witness_has_no_scope_for_it() -> None:
    assert witness_scopes(fake_session()) == ()
    [scope] = witness_scopes(witness_session())
    assert scope.target.name == WITNESS
