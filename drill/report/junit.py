"""A run as JUnit XML: a suite for each record, a case for each check. FAIL is a failure, UNKNOWN an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.report.run import Run
from drill.report.summary import Summary

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 does not allow, not even as a reference (section 2.2)."""


def junit(run: Run) -> Iterator[str]:
    """The run as the parts of one XML document; a failure contains the whole description of its verdict."""
    sums = [_counts(one) for one in run.counted]
    whole = {name: str(sum(one[name] for one in sums)) for name in ("tests", "failures", "errors")}
    time = f"{sum(one.end for one in run.counted):.3f}"
    root = ET.Element("testsuites", _clean({"name": run.name, **whole, "time": time}))
    begin = ET.tostring(root, encoding="unicode").removesuffix(" />")
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{begin}>\n'
    for one in run.counted:
        suite = _suite(one, run.source.verdicts(one))
        ET.indent(suite, level=1)
        yield f"  {ET.tostring(suite, encoding='unicode')}\n"
    yield "</testsuites>\n"


def combined(texts: Sequence[str]) -> str:
    """One JUnit document with the suites of several. Raises ValueError for a text that is no XML document."""
    suites: list[ET.Element] = []
    for text in texts:
        try:
            root = ET.fromstring(text)  # noqa: S314 -- pytest wrote it
        except ET.ParseError as error:
            raise ValueError(str(error)) from error
        suites += [root] if root.tag == "testsuite" else root.findall("testsuite")
    sums = {
        name: str(sum(int(one.get(name, "0")) for one in suites)) for name in ("tests", "failures", "errors")
    }
    seconds = sum(float(one.get("time", "0")) for one in suites)
    whole = ET.Element("testsuites", {**sums, "time": f"{seconds:.3f}"})
    whole.extend(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(whole, encoding="unicode") + "\n"


def _counts(summary: Summary) -> dict[str, int]:
    """A record without any verdict is one error."""
    judged = summary.judged or {UNKNOWN: 1}
    return {
        "tests": sum(judged.values()),
        "failures": judged.get(FAIL, 0),
        "errors": judged.get(UNKNOWN, 0),
    }


def _suite(summary: Summary, verdicts: tuple[Verdict, ...]) -> ET.Element:
    judged = verdicts or (Verdict("judged", UNKNOWN, "no check judged this scenario"),)
    counts = {name: str(count) for name, count in _counts(summary).items()}
    suite = ET.Element("testsuite", _clean({"name": summary.name, **counts, "time": f"{summary.end:.3f}"}))
    suite.extend(_case(summary.name, one) for one in judged)
    return suite


def _case(scenario: str, one: Verdict) -> ET.Element:
    case = ET.Element("testcase", _clean({"classname": scenario, "name": one.label}))
    if one.status != PASS:
        kind = "failure" if one.status == FAIL else "error"
        element = ET.SubElement(case, kind, _clean({"type": one.status, "message": one.why}))
        element.text = _FORBIDDEN.sub("?", one.description)
    return case


def _clean(attributes: dict[str, str]) -> dict[str, str]:
    return {name: _FORBIDDEN.sub("?", value) for name, value in attributes.items()}
