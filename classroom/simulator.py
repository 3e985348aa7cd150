"""The simulator of the lab's nodes: several questions go to crm_simulate on a node in one command."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable, Mapping, Sequence

from classroom.what_ifs import Answer, Question, Simulate
from cluster.xml import OutputError
from inventory.model import Command
from inventory.remote import sections
from inventory.remote.script import script
from inventory.remote.ssh import check
from inventory.session import LabSession

LIMIT_S, ALL_S = 20.0, 180.0
"""The longest time for one question, and for all of one command (seconds, on a machine of usual speed)."""
PURPOSE = "simulate"
Run = Callable[[str, str], str]
"""Runs a shell text with a standard input where crm_simulate is; its output. Raises LabError."""


def on_node(session: LabSession, node: str) -> Simulate:
    """A simulator that runs on a node. It raises Unreachable, CommandFailed, and OutputError without an answer."""

    def run(text: str, stdin: str) -> str:
        command = Command.script(
            node,
            text,
            stdin=stdin,
            why="simulate what the cluster would do",
            deadline=ALL_S,
            purpose=PURPOSE,
        )
        return check(session.remote, command).out

    return by_shell(run, round(session.lab.patient(LIMIT_S)))


def by_shell(run: Run, limit: int = round(LIMIT_S)) -> Simulate:
    """A simulator behind a shell; `limit` is the longest time for one question (seconds).

    The simulator raises OutputError when a question has no answer, and what `run` raises.
    """

    def simulate(questions: Sequence[Question]) -> list[Answer]:
        if not questions:
            return []
        text = script(__package__, "simulate", mark=sections.MARK, limit=limit)
        said = sections.read(run(text, packed(questions)))
        return [_answer(one, _name(number), said) for number, one in enumerate(questions)]

    return simulate


def packed(questions: Sequence[Question]) -> str:
    """The questions as one text: a tar archive in base64, with the CIB and the options of each."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for number, one in enumerate(questions):
            for kind, text in (("xml", one.cib), ("options", " ".join(one.options))):
                info = tarfile.TarInfo(f"{_name(number)}.{kind}")
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
    return base64.b64encode(buffer.getvalue()).decode()


def _name(number: int) -> str:
    return f"{number:03}"


def _answer(question: Question, name: str, said: Mapping[str, str]) -> Answer:
    out, dot, cib = (said.get(f"{name}.{part}", "") for part in ("out", "dot", "cib"))
    if said.get(f"{name}.status", "").strip() != "0" or not cib.strip():
        words = " ".join(f"{said.get(f'{name}.err', '')} {out}".split())[:300] or "nothing"
        raise OutputError(
            f"crm_simulate did not answer ({question.what_if.label}): {words}",
            hint="crm_verify -L -V on a node shows what is wrong with the configuration.",
        )
    return Answer(out, dot, cib)
