"""The file of a benchmark: what is missing is made, and nothing that was measured is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.measurements import Key, Measurement, MeasurementsFile, counted, read
from inventory.errors import ConfigError

CONDITIONS = {"platform": "debian12", "probe_hz": 50}
KEYS = (Key("token 400 ms", "freeze", 0), Key("token 400 ms", "freeze", 1))


def row(number: int = 0, **more: Any) -> Measurement:
    values: dict[str, Any] = {"outage": (1.0, 1.1), "conditions": CONDITIONS, **more}
    return Measurement(
        setting="token 400 ms",
        what="freeze",
        number=number,
        value=400,
        at="2026-11-26T18:00:00+00:00",
        **values,
    )


def test_only_the_missing_ones_are_wanted(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "token.jsonl"
    file = MeasurementsFile(path, CONDITIONS)
    assert file.missing(KEYS) == KEYS
    file.append(row(1, outage=(1.0, None), lost=True))
    again = MeasurementsFile(path, CONDITIONS)
    assert again.missing(KEYS) == KEYS[:1]
    assert again.rows == [row(1, outage=(1.0, None), lost=True)]


def test_a_measurement_in_doubt_is_kept_and_made_again(tmp_path: Path) -> None:
    file = MeasurementsFile(tmp_path / "token.jsonl", CONDITIONS)
    file.append(row(0, doubt="the machine was late"))
    assert file.missing(KEYS) == KEYS
    file.append(row(0, outage=(2.0, 2.1)))
    assert file.missing(KEYS) == KEYS[1:]
    assert len(read(file.path)) == 2
    assert [one.outage for one in counted(file.rows)] == [(2.0, 2.1)]


def test_a_line_that_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    file = MeasurementsFile(tmp_path / "token.jsonl", CONDITIONS)
    file.append(row(0))
    with file.path.open("a") as stream:
        stream.write('{"setting": "token 400 ms", "wha')
    again = MeasurementsFile(file.path, CONDITIONS)
    assert again.missing(KEYS) == KEYS[1:]
    again.append(row(1))
    assert [one.number for one in read(file.path)] == [0, 1]


def test_another_kind_of_lab_is_refused(tmp_path: Path) -> None:
    file = MeasurementsFile(tmp_path / "token.jsonl", CONDITIONS)
    file.append(row())
    with pytest.raises(ConfigError, match="probe_hz 50, now 20") as caught:
        MeasurementsFile(file.path, {**CONDITIONS, "probe_hz": 20})
    assert "--output" in caught.value.hint


@pytest.mark.parametrize("text", ["{}\n", "no JSON\n", '{"setting": 1}\n'])
def test_a_line_of_something_else_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "token.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigError, match="line 1"):
        read(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)
