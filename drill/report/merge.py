"""One run of several: their records in the order of the catalogue, judged again, with one report and one JUnit file.

The runs must be of the same configuration. They are only read: what could not be read of one of them stays there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drill.record import stored_rows
from drill.record.header import Header
from drill.record.stored_rows import LOST_ROWS, Place, Rows
from drill.report import junit, run_folder
from drill.report.run import Run
from drill.scenarios import catalog
from inventory import files
from inventory.errors import ConfigError, LabError

_SAME = (
    *("platform", "provider", "nodes", "probe_hz", "resources", "orders", "patience"),
    *("token_s", "consensus_s"),
)
"""The fields of a header that are the same in all scenarios of a configuration, also in records without `described`."""


@dataclass(frozen=True)
class _Part:
    """The record of one scenario in a run: where it is, and which one."""

    folder: Path
    place: Place
    scenario: str
    notes: tuple[str, ...]


def merge(folders: Sequence[Path], fresh: Callable[[], Path]) -> tuple[Path, Run, tuple[str, ...]]:
    """Write one run into the folder that `fresh` makes; the folder, the run, a line for each incomplete record.

    Raises ConfigError for a folder that is no run, one that is named twice, and runs of different configurations;
    then nothing is made. Raises LabError for a file that cannot be read or written.
    """
    texts = {folder: _tests(folder) for folder in folders}
    tests = {folder: text for folder, text in texts.items() if text is not None}
    parts = _parts([one for one in folders if run_folder.has_record(one) or one not in tests])
    target = fresh()
    if tests:
        files.write(target / run_folder.TESTS, junit.combined(list(tests.values())))
    timelines = target / run_folder.TIMELINE
    order = {name: number for number, name in enumerate(catalog.SCENARIOS)}
    parts.sort(
        key=lambda part: order.get(part.scenario, len(order))
    )  # stable: a run's records keep their order
    stored_rows.write(timelines, (row for part in parts for row in _rows(part)))
    notes = tuple(f"{part.folder}: {part.scenario}: {note}" for part in parts for note in part.notes)
    return target, run_folder.recheck(target), notes


def _tests(folder: Path) -> str | None:
    """Pytest's JUnit file of a run; None without one. Raises LabError when it is not complete."""
    path = folder / run_folder.TESTS
    try:
        text = path.read_text(encoding="utf-8")
        junit.combined([text])
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LabError(
            f"{path}: cannot be read: {error}", hint="copy it again; or remove it, then the rest is merged"
        ) from error
    return text


def _parts(folders: Sequence[Path]) -> list[_Part]:
    found: list[_Part] = []
    seen: dict[Path, Path] = {}
    known: dict[str, tuple[str, Path]] = {}
    for folder in folders:
        if folder.resolve() in seen:
            raise ConfigError(f"{folder}: named twice", hint="name each run once")
        seen[folder.resolve()] = folder
        for place, timeline in run_folder.scan(folder):
            _require_same(known, timeline.header, folder)
            found.append(_Part(folder, place, timeline.scenario, timeline.notes))
    return found


def _require_same(known: dict[str, tuple[str, Path]], header: Header, folder: Path) -> None:
    for key, value in _configuration(header).items():
        before, first = known.setdefault(key, (value, folder))
        if before != value:
            raise ConfigError(
                f"these runs are of different configurations: {key} is {before} in {first}, and {value} in {folder}",
                hint=f"./lab compare {first} {folder} shows them side by side",
            )


def _configuration(header: Header) -> Mapping[str, str]:
    """What is the same in all records of a configuration, as texts; without what was not recorded."""
    values = {name: getattr(header, name) for name in _SAME}
    return {
        **{name: str(value) for name, value in values.items() if value not in (None, "", ())},
        **header.described,
    }


def _rows(part: _Part) -> Iterator[bytes]:
    """The rows of one record as they are, each with its line end. A part that cannot be decompressed has no rows."""
    rows = Rows(part.folder / run_folder.TIMELINE, part.place)
    for number, row in enumerate(rows):
        if number and stored_rows.begins(row):
            return
        if number and rows.place.member != part.place.member:
            return
        if row != LOST_ROWS:
            yield row if row.endswith(b"\n") else row + b"\n"
