"""What the cluster's own programs say is kept in the record, and a lab that is not complete yet can be broken too."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import corosync_state
from drill.checks.verdict import PASS
from drill.faults import registry as faults
from drill.record import timeline_file
from drill.scenarios.base import Await, Capture, Configure, Inject, Observe
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError
from inventory.journal import pending
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDrill:
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    return FakeDrill(tmp_path)


def test_each_capture_is_in_the_record_with_its_moment(lab: FakeDrill) -> None:
    moves = (
        Capture("active", "before"),
        Inject("crack"),
        Await("serving_from:peer"),
        Capture("peer", "during"),
    )
    header = lab.run(*moves).timeline.header
    assert [(one.label, one.node) for one in header.captured] == [("before", NODE1), ("during", NODE2)]
    before, during = header.captured
    assert 0 < before.at < during.at
    assert during.cib.strip() == lab.cib.strip()
    assert during.scores.strip() == "no scores here"
    votes = corosync_state.votes(during.votes)
    assert votes is not None
    assert votes.quorate
    [again] = timeline_file.read_all(lab.root / "timeline.jsonl")
    assert again.header.captured == header.captured, "the file has them too"


@pytest.mark.parametrize("answer", [None, (1, "", "no")], ids=["silent", "failed"])
def test_a_node_that_says_nothing_leaves_the_texts_empty(
    lab: FakeDrill, answer: tuple[int, str, str] | None
) -> None:
    lab.instead("capture-cluster", lambda command, usual: answer)
    entry = lab.run(Capture("active", "before"))
    assert entry.status == PASS
    [found] = entry.timeline.header.captured
    assert (found.cib, found.scores, found.votes) == ("", "", "")


def without_web(lab: FakeDrill) -> None:
    """The lab as it is in the middle of the walk: no web server, and no constraint."""
    start = lab.cib.index('<primitive id="WebServer"')
    end = lab.cib.index("</primitive>", start) + len("</primitive>")
    lab.cib = lab.cib[:start] + lab.cib[end:]
    start, end = lab.cib.index("<constraints>"), lab.cib.index("</constraints>")
    lab.cib = f"{lab.cib[:start]}<constraints>{lab.cib[end:]}"


HALF = Overrides(resources=("address",), without=("colocation", "order", "location"))


def test_a_lab_that_is_not_complete_is_healthy_when_that_is_known(lab: FakeDrill) -> None:
    without_web(lab)
    before = lab.cib
    lab.runner.built = HALF
    entry = lab.run(Inject("crack"), Observe("loss"), Capture("peer", "during"), overrides=HALF)
    assert entry.timeline.header.error == ""
    assert entry.timeline.header.captured
    assert entry.timeline.header.resources == ("WebIP",)
    [recovered] = [one for one in entry.verdicts if one.check == "recovered"]
    assert recovered.status == PASS, "the web server is not part of this state, so nobody misses it"
    assert lab.cracked == {}
    assert pending(lab.root) == ()
    assert lab.resources == ["WebIP"]
    assert lab.cib == before


def test_the_record_names_the_resources_of_the_last_state(lab: FakeDrill) -> None:
    entry = lab.run(Inject("crack"), Configure(Overrides(without=("location",))), overrides=HALF)
    assert entry.timeline.header.resources == ("WebIP", "WebServer")


def test_without_that_knowledge_nothing_is_broken(lab: FakeDrill) -> None:
    without_web(lab)
    with pytest.raises(LabError, match="WebServer is not configured"):
        lab.run(Inject("crack"))
    assert lab.cracked == {}
