"""What the cluster remembers: only what is new, kept although a node forgets it."""

from __future__ import annotations

import re

from drill.execute.operation_log import OperationLog
from drill.execute.starting_state import StartingState
from drill.record.header import FailCount, OperationEntry
from inventory.model import INFINITY, Command
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.fake_session import fake_session

LAB = example_lab()
TEXT = (CASES / "cib" / "2.1.5.xml").read_text()
EMPTY = re.sub(r"<status>.*</status>", "<status/>", TEXT, flags=re.S)


def operation_log(baseline: str, *texts: str) -> OperationLog:
    """The cluster's answers in order; "" is a cluster that does not answer."""
    left = [text for text in texts for _ in (range(1) if text else LAB.nodes)]

    def answer(command: Command) -> tuple[int, str, str]:
        text = left.pop(0)
        return (0, text, "") if text else (102, "", "Connection refused")

    return OperationLog(StartingState(fake_session(remote=answer), baseline))


def test_what_was_done_before_is_not_the_scenarios() -> None:
    one = operation_log(TEXT, TEXT)
    one.take()
    assert one.operations == ()


def test_what_a_node_forgets_is_kept() -> None:
    one = operation_log(EMPTY, TEXT, "", EMPTY)
    for _ in range(3):
        one.take()
    starts = [row for row in one.operations if row.operation == "start" and row.rc == 0]
    assert OperationEntry("WebIP", "start", NODE1, 1795540198, rc=0, call=2) in starts
    assert len({str(row) for row in one.operations}) == len(one.operations), "nothing stands there twice"


def test_the_most_failures_are_kept() -> None:
    def counted(count: str) -> str:
        pair = f'<nvpair id="f" name="fail-count-WebServer#monitor_10000" value="{count}"/>'
        state = f'<node_state uname="{NODE2}"><transient_attributes><instance_attributes>{pair}'
        return EMPTY.replace(
            "<status/>", f"<status>{state}</instance_attributes></transient_attributes></node_state></status>"
        )

    one = operation_log(EMPTY, counted("2"), counted("INFINITY"), EMPTY)
    for _ in range(3):
        one.take()
    assert one.failcounts == (FailCount("WebServer", NODE2, INFINITY),)
