"""A run as JUnit XML: a suite for each scenario, a case for each check. FAIL is a failure, UNKNOWN an error."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.report.run import Run, ScenarioResult

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 does not allow, not even as a reference (section 2.2)."""


def junit(run: Run) -> str:
    """The run as one XML document; a failure contains the whole description of its verdict."""
    suites = [_suite(result) for result in run.counted]
    root = ET.Element("testsuites", _clean({"name": run.name, **_sums(suites)}))
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(result: ScenarioResult) -> ET.Element:
    judged = result.verdicts or (Verdict("judged", UNKNOWN, "no check judged this scenario"),)
    counts = {
        "tests": str(len(judged)),
        "failures": str(sum(one.status == FAIL for one in judged)),
        "errors": str(sum(one.status == UNKNOWN for one in judged)),
        "time": f"{result.timeline.end:.3f}",
    }
    suite = ET.Element("testsuite", _clean({"name": result.name, **counts}))
    suite.extend(_case(result.name, one) for one in judged)
    return suite


def _case(scenario: str, one: Verdict) -> ET.Element:
    case = ET.Element("testcase", _clean({"classname": scenario, "name": one.label}))
    if one.status != PASS:
        kind = "failure" if one.status == FAIL else "error"
        element = ET.SubElement(case, kind, _clean({"type": one.status, "message": one.why}))
        element.text = _FORBIDDEN.sub("?", one.description)
    return case


def _sums(suites: list[ET.Element]) -> dict[str, str]:
    whole = {name: sum(int(one.get(name, "0")) for one in suites) for name in ("tests", "failures", "errors")}
    time = sum(float(one.get("time", "0")) for one in suites)
    return {**{name: str(count) for name, count in whole.items()}, "time": f"{time:.3f}"}


def _clean(attributes: dict[str, str]) -> dict[str, str]:
    return {name: _FORBIDDEN.sub("?", value) for name, value in attributes.items()}
