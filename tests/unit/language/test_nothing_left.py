"""Texts that reach a person untranslated: seen in a made-up language, in which translated texts are capitals."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli import main
from language import speech
from language.choice import ENGLISH
from tests.support.example_lab import CASES
from tests.support.lab_command import lab
from tests.support.pseudo_language import PROSE, translator

ROOT = CASES.parent.parent


@pytest.fixture
def _capitals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("cli.chosen_language.begin", lambda _: None)
    speech.use("zh", translator())
    yield
    speech.use(ENGLISH)


def helps(command: Any) -> Iterator[str]:
    """All help texts of a command line."""
    yield from (one.help or "" for one in (command, *command.params) if hasattr(one, "help"))
    for one in getattr(command, "commands", {}).values():
        yield from helps(one)


@pytest.mark.usefixtures("_capitals")
def test_each_help_text_is_translated() -> None:
    left = [
        text for text in helps(typer.main.get_command(main.app)) if PROSE.search(_plain(speech.show(text)))
    ]
    assert not left, f"not in the catalogue: {left[:5]}"


@pytest.mark.usefixtures("_capitals")
def test_a_rechecked_run_is_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(ROOT / "docs" / "results" / "report" / "timeline.jsonl.gz", run)
    shutil.copy(ROOT / "lab.yaml", tmp_path)
    lab(tmp_path, monkeypatch, "recheck", str(run))
    lab(tmp_path, monkeypatch, "drill", "--list")
    lab(tmp_path, monkeypatch, "drill", "no-such-scenario")
    said = capsys.readouterr()
    assert "OUTAGE" in said.out
    left = [line for line in (said.out + said.err).splitlines() if PROSE.search(_plain(line))]
    assert not left, f"not translated: {left[:5]}"


def _plain(text: str) -> str:
    return "" if str(ROOT) in text else text
