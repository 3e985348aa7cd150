"""The content of verdicts.json: writes a run's verdicts and figures as plain data, and reads its verdicts."""

from __future__ import annotations

from typing import Any

from drill.analysis.duration import measured
from drill.checks.verdict import STATUSES, Verdict
from drill.report.run import Run

FORMAT = 1
_TEXTS = ("check", "status", "why", "concept", "command")


def plain_data(run: Run) -> dict[str, Any]:
    """The content of verdicts.json for a run."""
    return {
        "format": FORMAT,
        "status": run.status,
        "counts": dict(run.counts),
        "scenarios": [
            {
                "scenario": result.name,
                "status": result.status,
                "outage": result.longest and result.longest.json,
                "outages": [measured(one).json for one in result.outages],
                "bounds": result.predicted and result.predicted.json,
                "budget": result.budget,
                "recorded": result.timeline.size,
                "verdicts": [_plain(one) for one in result.verdicts],
            }
            for result in run.results
        ],
    }


def verdicts(body: Any) -> tuple[tuple[str, tuple[Verdict, ...]], ...]:
    """The scenarios and their verdicts, from the data of verdicts.json. Raises ValueError for other data."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ValueError(f"format {FORMAT} is expected")
    found = []
    for scenario in _list(body.get("scenarios")):
        if not isinstance(scenario, dict) or not isinstance(scenario.get("scenario"), str):
            raise ValueError("a scenario without a name")
        found.append((scenario["scenario"], tuple(_verdict(one) for one in _list(scenario.get("verdicts")))))
    return tuple(found)


def sizes(body: Any) -> tuple[int, ...]:
    """How much was recorded of each scenario when it was judged (Timeline.size); 0 where it was not written."""
    found = [one.get("recorded", 0) for one in _list(body.get("scenarios")) if isinstance(one, dict)]
    return tuple(one if isinstance(one, int) else 0 for one in found)


def _plain(one: Verdict) -> dict[str, Any]:
    texts = {name: getattr(one, name) for name in _TEXTS}
    return {**texts, "evidence": list(one.evidence), "params": dict(one.params)}


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
