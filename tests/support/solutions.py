"""The solutions of the lesson in tests/cases/solutions, right and wrong ones, and crm_simulate's recorded answers."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classroom.what_ifs import Answer, Question, Simulate
from language import fast_yaml
from tests.support.example_lab import CASES

FOLDER = CASES / "solutions"
RECORDED = FOLDER / "recorded"
RECORDED_NODES = ("node1.magedu.com", "node2.magedu.com")
Answers = dict[str, dict[str, dict[str, str]]]
"""What crm_simulate printed (out, dot), by the name of the solution and the label of the what-if."""


@dataclass(frozen=True)
class Solution:
    """A CIB, by what it was made, whether it is right, and for a wrong one the check that must say so."""

    name: str
    by: str
    note: str
    check: str = ""

    @property
    def right(self) -> bool:
        return not self.check

    @property
    def cib(self) -> str:
        return (FOLDER / "cibs" / f"{self.name}.xml").read_text()


@cache
def solutions() -> tuple[Solution, ...]:
    rows = fast_yaml.read((FOLDER / "solutions.yaml").read_text())
    return tuple(Solution(**row) for row in (*rows["right"], *rows["wrong"]))


def named(name: str) -> Solution:
    return next(one for one in solutions() if one.name == name)


def versions() -> list[str]:
    """The versions of pacemaker whose crm_simulate was asked."""
    return sorted(path.name.removesuffix(".json.gz") for path in RECORDED.glob("*.json.gz"))


def file_of(version: str) -> Path:
    return RECORDED / f"{version}.json.gz"


@cache
def recorded(version: str) -> Answers:
    answers: Answers = json.loads(gzip.decompress(file_of(version).read_bytes()))
    return answers


def replay(answers: Mapping[str, Mapping[str, str]]) -> Simulate:
    """A simulator that gives the recorded answers, by the label of the what-if.

    The answers are about node1.magedu.com and node2.magedu.com. They are also given for a configuration whose two nodes
    have other names: the names are replaced, in the order of their nodes in the configuration.
    """

    def simulate(questions: Sequence[Question]) -> list[Answer]:
        return [_replayed(answers, one) for one in questions]

    return simulate


def _replayed(answers: Mapping[str, Mapping[str, str]], question: Question) -> Answer:
    names = dict(zip(RECORDED_NODES, re.findall(r'<node [^>]*uname="([^"]+)"', question.cib), strict=False))
    label = question.what_if.label
    for recorded_name, name in names.items():
        label = re.sub(rf"\b{short(name)}\b", short(recorded_name), label)
    assert label in answers, f"not recorded: {label}; see tests/cases/solutions/README.md"
    texts = {}
    for part in ("out", "dot"):
        texts[part] = answers[label][part]
        for recorded_name, name in names.items():
            texts[part] = texts[part].replace(recorded_name, name)
    # What follows a what-if is asked with its end state, which is not recorded: its own label is enough.
    return Answer(texts["out"], texts["dot"], question.cib)


def short(name: str) -> str:
    """The first label of a node's name."""
    return name.split(".", maxsplit=1)[0]
