"""examples/postgresql on real nodes, in a lab of its own: what the database loses, and a probe that connects."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from drill.analysis.lost_writes import node_writes
from drill.record import timeline_file
from drill.record.timeline import Timeline
from tests.support.scratch_lab import ScratchLab, scratch_lab
from tests.three.drilled import DRILL, QUICK, UP, drilled

PREFIX = "10.238."
EXAMPLE = "examples/postgresql"
SCRIPT = "postgresql.sh"
ASYNCHRONOUS, SYNCHRONOUS = "synchronous=''", "synchronous='*'"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder = tmp_path_factory.mktemp("services") / "lab"
    with scratch_lab(folder, {"provider": "docker"}, PREFIX, described=f"{EXAMPLE}/lab.yaml") as made:
        shutil.copy2(folder / EXAMPLE / SCRIPT, folder)
        made.lab("up", deadline=UP)
        yield made


@contextmanager
def changed(lab: ScratchLab, probe: dict[str, Any]) -> Iterator[None]:
    """Another drill.probe in lab.yaml for a while; lab.yaml and the script are then as before."""
    files = (lab.folder / "lab.yaml", lab.folder / SCRIPT)
    before = [one.read_text() for one in files]
    words = yaml.safe_load(before[0])
    words["drill"]["probe"] = probe
    files[0].write_text(yaml.safe_dump(words, sort_keys=False))
    try:
        yield
    finally:
        for file, text in zip(files, before, strict=True):
            file.write_text(text)


def described(lab: ScratchLab) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((lab.folder / "lab.yaml").read_text())
    return found


def latest(lab: ScratchLab) -> Timeline:
    """The record of the latest scenario."""
    newest = max((lab.folder / "runs").glob("*/timeline.jsonl*"), key=lambda one: one.stat().st_mtime)
    return timeline_file.read_all(newest)[-1]


def lost(timeline: Timeline) -> list[int]:
    """How many acknowledged writes are lost, of how many."""
    found = node_writes(timeline)
    assert found is not None, "the record does not tell"
    return [sum(len(one.lost) for one in found), sum(len(one.acknowledged) for one in found)]


def rows(lab: ScratchLab) -> str:
    """How many numbers are in the database, as the service gives it."""
    vip = described(lab)["vip"]
    query = f"psql -XAtq -h {vip} -U probe -d lab -c 'select count(*) from written'"
    return lab.lab("ssh", "node2", query, deadline=QUICK).split()[-1]


@pytest.mark.smoke
def test_a_partition_loses_acknowledged_writes(lab: ScratchLab) -> None:
    drilled(lab, "partition-writes")
    found = latest(lab)
    count, acknowledged = lost(found)
    assert 0 < count < acknowledged
    assert found.header.stored is not None
    assert {*map(tuple, found.header.stored.values())} == {found.header.served}, "both copies are the same"
    assert rows(lab) == "0", "the numbers of the writer are removed"


@pytest.mark.smoke
def test_a_crash_of_the_primary_loses_at_most_what_lab_yaml_allows(lab: ScratchLab) -> None:
    drilled(lab, "power-off-writes")
    count, acknowledged = lost(latest(lab))
    assert count <= described(lab)["drill"]["probe"]["may_lose"]
    assert acknowledged > 0
    assert rows(lab) == "0"


def test_synchronous_replication_loses_nothing(lab: ScratchLab) -> None:
    file = lab.folder / SCRIPT
    text = file.read_text()
    assert text.count(ASYNCHRONOUS) == 1
    with changed(lab, {**described(lab)["drill"]["probe"], "may_lose": 0}):
        file.write_text(text.replace(ASYNCHRONOUS, SYNCHRONOUS))
        lab.lab("provision", deadline=UP)
        drilled(lab, "power-off-writes")
        assert lost(latest(lab))[0] == 0
    lab.lab("provision", deadline=UP)


@pytest.mark.parametrize("scenario", ["standby", "power-off"])
def test_the_probe_that_connects(lab: ScratchLab, scenario: str) -> None:
    with changed(lab, {"kind": "tcp", "port": 5432, "timeout_ms": 500}):
        drilled(lab, scenario)
    samples = latest(lab).samples_of("probe")
    assert any(one.good for one in samples)
    assert not all(one.good for one in samples), "the outage is seen"


def test_a_scenario_that_writes_needs_something_to_write_to(lab: ScratchLab) -> None:
    with changed(lab, {"kind": "tcp", "port": 5432}):
        said = lab.lab("drill", "partition-writes", deadline=QUICK, expected=(1, 2, 3))
    assert "it writes, and lab.yaml has neither the web server" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("key", "statement", "says"),
    [
        ("read", "SELECT number FROM writen WHERE writer = '{writer}'", 'relation "writen" does not exist'),
        ("write", "INSERT INTO written (writer) VALUES ('{writer}') -- {number}", "null value in column"),
        ("write", "INSERT INTO written (writer, number) VALUES ('{writer}', {number})", "which is no node"),
    ],
)
def test_a_wrong_statement_is_one_message_and_breaks_nothing(
    lab: ScratchLab, key: str, statement: str, says: str
) -> None:
    with changed(lab, {**described(lab)["drill"]["probe"], key: statement}):
        said = lab.lab("drill", "partition-writes", deadline=DRILL, expected=1)
    assert f"drill.probe.{key}" in " ".join(said.split())
    assert says in " ".join(said.split())
    assert "Traceback" not in said
    assert not latest(lab).events_of("inject")
    assert rows(lab) == "0"
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"agent": "ocf:heartbeat:pgsqlmz"}, "has no agent ocf:heartbeat:pgsqlmz"),
        ({"options": {"pgdatta": "/tmp"}}, "pgdatta"),
    ],
)
def test_a_wrong_agent_is_one_message_and_changes_nothing(
    lab: ScratchLab, change: dict[str, Any], says: str
) -> None:
    file = lab.folder / "lab.yaml"
    before = file.read_text()
    words = yaml.safe_load(before)
    words["resources"][1].update(change)
    file.write_text(yaml.safe_dump(words, sort_keys=False))
    try:
        said = lab.lab("provision", deadline=QUICK, expected=(1, 2))
    finally:
        file.write_text(before)
    assert says in said
    assert "Traceback" not in said
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
