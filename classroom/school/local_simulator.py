"""crm_simulate for judging configurations without nodes: that of this machine, else that of a node image."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from classroom.simulator import ALL_S, by_shell
from classroom.what_ifs import Answer, Question, Simulate
from cluster.xml import OutputError
from inventory.host import command
from inventory.providers import node_image

PROGRAM, PACKAGE = "crm_simulate", "pacemaker-cli-utils"
START, END, GRAPH = "cib.xml", "end.xml", "graph.dot"
LIMIT_S = 60.0


def here() -> Simulate | None:
    """The simulator of this machine, else that of a node image on this machine; None without either."""
    if shutil.which(PROGRAM):
        return simulate
    tag = node_image.any_present()
    return in_image(tag) if tag else None


def in_image(tag: str) -> Simulate:
    """The simulator of a node image: each group of questions has a container of its own, which has no network."""
    return by_shell(lambda text, stdin: node_image.output(tag, text, stdin, ALL_S))


def simulate(questions: Sequence[Question]) -> list[Answer]:
    """Answer several questions, in their order. Raises OutputError without an answer."""
    return [_answer(one) for one in questions]


def argv(folder: Path, question: Question) -> list[str]:
    """The command that answers a question; `folder` is the folder of its files, as the program sees it."""
    start, end, graph = (str(folder / one) for one in (START, END, GRAPH))
    return [PROGRAM, "-S", "-x", start, *question.options, "-O", end, "-D", graph]


def _answer(question: Question) -> Answer:
    with tempfile.TemporaryDirectory(prefix="lab-simulate-") as name:
        folder = Path(name)
        start, end, graph = (folder / one for one in (START, END, GRAPH))
        start.write_text(question.cib, encoding="utf-8")
        done = command.run(argv(folder, question), deadline=LIMIT_S, folder=folder, quiet=True)
        if not done.good or not end.is_file():
            raise OutputError(f"crm_simulate did not answer ({question.what_if.label}): {done.last(2)}")
        return Answer(done.out, graph.read_text("utf-8") if graph.is_file() else "", end.read_text("utf-8"))
