"""The page of a walk: from the progress and the records of the own runs, without any lab."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from classroom.walk import report
from classroom.walk.progress import Progress
from inventory.errors import ConfigError
from language import speech
from language.choice import ENGLISH
from tests.support.strict_page import StrictPage
from tests.support.walk_records import moved, nowhere, observed

HOSTILE = "<script>alert(1)</script>\x1b[31m"


@pytest.fixture
def walked(tmp_path: Path) -> Progress:
    runs = tmp_path / "runs"
    return Progress(
        begun="2026-11-27T10:00:00+00:00",
        observed=(
            observed("quorum-lost", nowhere(), runs, holder="nobody", answers="no", down="never"),
            observed("fails-back", moved(), runs, during="node2", end="node1"),
        ),
        solved={"own-service": "2026-11-27T11:00:00+00:00"},
    )


def page(found: Progress, root: Path) -> str:
    return "".join(report.page(found, root / "runs"))


def test_the_page_has_predictions_results_reasons_and_plots(walked: Progress, tmp_path: Path) -> None:
    text = page(walked, tmp_path)
    assert text.count('class="drawing"') == 2
    assert "1 of 2 expected votes are there" in text
    assert "600 = 500 webserver_on_node1 + 100 stickiness" in text
    assert 'href="run-fails-back/report.html"' in text
    assert "own-service" in text
    again = text[text.index("Read again</h3>") : text.index("Tasks that are solved")]
    assert "fails-back" not in again
    assert "7.1.3 A preferred node leaves and returns:" in again
    assert "6.2 The node with the address leaves the cluster" not in again, "all predictions there were right"
    strict = StrictPage(text)
    assert len(set(strict.ids)) == len(strict.ids)
    assert {link[1:] for link in strict.links if link.startswith("#")} <= set(strict.ids)


def test_what_was_observed_twice_stands_once_with_the_earlier_one_below(
    walked: Progress, tmp_path: Path
) -> None:
    twice = msgspec.structs.replace(walked, observed=(*walked.observed, walked.observed[0]))
    assert page(twice, tmp_path).count('id="quorum-lost"') == 1
    first = msgspec.structs.replace(walked.observed[0], at="2026-11-26T09:00:00+00:00")
    found = msgspec.structs.replace(walked, observed=(first, *walked.observed))
    assert "Earlier: 2026-11-26 09:00" in page(found, tmp_path)


def test_a_run_that_is_gone_or_cut_is_told(walked: Progress, tmp_path: Path) -> None:
    for path in (tmp_path / "runs" / "run-fails-back").iterdir():
        path.unlink()
    text = page(walked, tmp_path)
    assert "The record cannot be read" in text
    assert text.count('class="drawing"') == 1
    plain = msgspec.structs.replace(walked.observed[0], run="")
    assert "No record was kept." in page(msgspec.structs.replace(walked, observed=(plain,)), tmp_path)


def test_texts_from_outside_are_escaped(walked: Progress, tmp_path: Path) -> None:
    answer = msgspec.structs.replace(walked.observed[0].answers[0], happened=HOSTILE, said=HOSTILE)
    reason = msgspec.structs.replace(walked.observed[0].reasons[0], lines=(HOSTILE,), unknown=HOSTILE)
    bad = msgspec.structs.replace(walked.observed[0], answers=(answer,), reasons=(reason,))
    text = page(msgspec.structs.replace(walked, observed=(bad,)), tmp_path)
    assert "<script>alert" not in text
    assert "\x1b" not in text


def test_the_page_has_its_colours_and_keeps_them_in_chinese(walked: Progress, tmp_path: Path) -> None:
    english = StrictPage(page(walked, tmp_path))
    assert english.undefined_colours == set()
    speech.use("zh")
    try:
        chinese = StrictPage(page(walked, tmp_path))
    finally:
        speech.use(ENGLISH)
    assert chinese.said("h1") != english.said("h1")
    assert chinese.marks == english.marks


def test_nothing_observed_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to report") as error:
        report.write(Progress(), tmp_path / "runs", 1)
    assert "--from 6.2" in error.value.hint
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("number", "name"), [(1, "walk.html"), (4, "walk-4.html")])
def test_each_lab_has_its_page(walked: Progress, tmp_path: Path, number: int, name: str) -> None:
    path = report.write(walked, tmp_path / "runs", number)
    assert path == tmp_path / "runs" / name
    assert path.read_text() == page(walked, tmp_path), "the same progress gives the same page"
