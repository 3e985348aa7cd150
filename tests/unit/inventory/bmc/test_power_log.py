"""The log of a BMC: what it tells about the moments of the switches."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.bmc import power_log
from inventory.bmc.power_log import Switch

TEXT = """2026-11-27 10:00:00 [100.000000] set power 0
2026-11-27 10:00:00 [100.100000] off: begun
2026-11-27 10:00:00 [100.600000] off: done
2026-11-27 10:00:02 [102.000000] set power 1
2026-11-27 10:00:02 [102.100000] on: begun
2026-11-27 10:00:03 [103.200000] on: done
"""
OFF, ON = Switch(False, 100.1, 100.6), Switch(True, 102.1, 103.2)


def test_the_switches_of_a_log() -> None:
    assert power_log.parse(TEXT) == (OFF, ON)


@pytest.mark.parametrize(
    ("lines", "switches"),
    [
        (slice(2), [Switch(False, 100.1, None)]),
        (slice(2, None), [ON]),
        (slice(0, None, 3), []),
        (slice(1, None, 3), [Switch(False, 100.1, None), Switch(True, 102.1, None)]),
        (slice(0), []),
    ],
)
def test_a_log_with_lines_missing(lines: slice, switches: list[Switch]) -> None:
    text = "".join(TEXT.splitlines(keepends=True)[lines])
    assert list(power_log.parse(text)) == switches


@pytest.mark.parametrize(
    "line",
    ["2026-11-27 10:00:00 set power 0", "2026-11-27 10:00:00 [100.1] off: done", "\0 [1.0] off: begun x"],
)
def test_a_line_that_means_nothing(line: str) -> None:
    """Older labs wrote no moments; they are left out, not guessed."""
    assert power_log.parse(f"{line}\n{TEXT}") == (OFF, ON)


def test_what_is_noted_is_read_again(tmp_path: Path) -> None:
    file = power_log.path(tmp_path, "node1")
    file.parent.mkdir(parents=True)
    power_log.note(file, "set power 0", 7.0)
    power_log.begun(file, on=False)
    power_log.done(file, on=False)
    [found] = power_log.parse(file.read_text())
    assert found.done is not None
    assert found.begun <= found.done
    assert not found.on


def test_a_lab_without_this_bmc_gets_no_file(tmp_path: Path) -> None:
    power_log.begun(power_log.path(tmp_path, "node1"), on=True)
    assert list(tmp_path.iterdir()) == []
