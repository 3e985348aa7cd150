"""verdicts.json: writes a run's verdicts and figures, one record after another, and reads the verdicts of each.

The file is one JSON object. It is read as it stands in memory, without its values: each record's verdicts are decoded
when they are needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec

from drill.analysis.duration import measured
from drill.checks.verdict import STATUSES, Verdict, worst_status
from drill.report.clients import clients_of
from drill.report.result import ScenarioResult
from drill.report.run import Run

FORMAT = 1
_TEXTS = ("check", "status", "why", "concept", "command")


class Writer:
    """Writes the content of verdicts.json to a stream: `add` for each record, then `end`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stream.write(f'{{"format": {FORMAT}, "scenarios": [')
        self._separator = "\n"

    def add(self, result: ScenarioResult) -> None:
        """Write the verdicts and figures of a record."""
        body = {
            "scenario": result.name,
            "status": result.status,
            "outage": result.longest and result.longest.json,
            "outages": [measured(one).json for one in result.outages],
            "clients": {
                one.client: {
                    "outage": one.outage and one.outage.json,
                    "missing": one.missing,
                    "waits": one.waits,
                }
                for one in clients_of(result.timeline)
            },
            "bounds": result.predicted and result.predicted.json,
            "budget": result.budget,
            "recorded": result.timeline.size,
            "verdicts": result.verdicts,
        }
        self._stream.write(self._separator + msgspec.json.encode(body).decode())
        self._separator = ",\n"

    def end(self, run: Run) -> None:
        """Write the counts of the whole run."""
        counts = json.dumps(dict(run.counts))
        self._stream.write(f'\n], "status": "{run.status}", "counts": {counts}}}\n')


@dataclass(frozen=True)
class Written:
    """What a verdicts.json says about one record. `size` is Timeline.size when it was judged; 0: not in the file."""

    name: str
    size: int
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> str:
        """The worst status; UNKNOWN without any verdict."""
        return worst_status(self.verdicts)


class _Body(msgspec.Struct):
    format: Any = None
    scenarios: list[msgspec.Raw] = []


class WrittenVerdicts:
    """The records of a verdicts.json, each decoded when it is asked for.

    Raises OSError when it cannot be read, ValueError when it is damaged or of another format; so does each record.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_bytes()
        body = msgspec.json.decode(text, type=_Body)
        if body.format != FORMAT:
            raise ValueError(f"format {FORMAT} is expected")
        self._rows = body.scenarios

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Written]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Written:
        body = msgspec.json.decode(self._rows[number])
        if not isinstance(body, dict) or not isinstance(body.get("scenario"), str):
            raise ValueError("a scenario without a name")
        size = body.get("recorded", 0)
        verdicts = tuple(_verdict(one) for one in _list(body.get("verdicts")))
        return Written(body["scenario"], size if isinstance(size, int) else 0, verdicts)


def _verdict(body: Any) -> Verdict:
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in _TEXTS):
        raise ValueError(f"a verdict needs the texts {', '.join(_TEXTS)}")
    if body["status"] not in STATUSES:
        raise ValueError(f"no such status: {body['status']!r}")
    if not isinstance(body.get("params"), dict):
        raise ValueError("a verdict's params must be an object")
    texts = {name: body[name] for name in _TEXTS}
    evidence = tuple(str(line) for line in _list(body.get("evidence")))
    return Verdict(**texts, evidence=evidence, params=body["params"])


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"a list is expected, not {value!r}")
    return value
