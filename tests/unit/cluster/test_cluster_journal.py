"""Recorded lines of journalctl -o short-monotonic (Debian 12: corosync 3.1.7, pacemaker 2.1.5)."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from cluster import cluster_journal
from cluster.cluster_journal import JournalLine, parse, suspended
from tests.support.example_lab import CASES, NODE1, NODE2

SEEN = {
    "lost-node": [
        JournalLine(1482.376193, "token lost"),
        JournalLine(1485.980982, "membership"),
        JournalLine(1486.120977, "start", "WebIP", NODE2),
        JournalLine(1486.426509, "start", "WebServer", NODE2),
    ],
    "address-removed": [
        JournalLine(1890.060757, "noticed", "WebIP", NODE1),
        JournalLine(1890.170889, "stop", "WebServer", NODE1),
        JournalLine(1893.216176, "stop", "WebIP", NODE1),
        JournalLine(1893.316644, "start", "WebIP", NODE1),
        JournalLine(1893.582854, "start", "WebServer", NODE1),
    ],
}


def text(name: str) -> str:
    return (CASES / "journals" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", SEEN)
def test_what_a_journal_tells(name: str) -> None:
    assert list(parse(text(name))) == SEEN[name]


@pytest.mark.parametrize("name", SEEN)
def test_a_shell_finds_the_same_lines(name: str, tmp_path: Path) -> None:
    """The whole text, in a real shell, with a journalctl that prints the recorded journal."""
    journal = tmp_path / "journalctl"
    journal.write_text(f"#!/bin/sh\ncat {CASES / 'journals' / name}.txt\n")
    journal.chmod(0o755)
    done = subprocess.run(
        ["sh", "-euc", cluster_journal.journal_script(200)],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert list(parse(done.stdout)) == SEEN[name]


@pytest.mark.parametrize("name", SEEN)
def test_the_pattern_finds_all_lines_that_are_read(name: str) -> None:
    kept = [line for line in text(name).splitlines() if re.search(cluster_journal.WANTED, line)]
    assert list(parse("\n".join(kept))) == SEEN[name]


@pytest.mark.parametrize(
    "words", ["Transition 9 aborted by operation WebServer_monitor_2000 'modify' on node1: Event failed"]
)
def test_a_failure_that_aborts_a_transition(words: str) -> None:
    assert parse(f"[   12.5] node1 pacemaker-controld[7]:  notice: {words}\n") == (
        JournalLine(12.5, "noticed", "WebServer", "node1"),
    )


@pytest.mark.parametrize("words", ["of", "targeting"])
def test_the_order_to_fence_a_node(words: str) -> None:
    line = f"Requesting fencing (reboot) {words} node {NODE1}"
    assert re.search(cluster_journal.WANTED, line)
    assert parse(f"[   12.5] node2 pacemaker-controld[7]:  notice: {line}\n") == (
        JournalLine(12.5, "fence", node=NODE1),
    )


@pytest.mark.parametrize("other", ["", "-- No entries --", "[ 1.2] a b[3]: A new membership", "\0 [x] {y}"])
def test_other_lines_mean_nothing(other: str) -> None:
    assert parse(other) == ()


NEWEST = "__REALTIME_TIMESTAMP=1795850466060873\n__MONOTONIC_TIMESTAMP=47702583788\n"
"""What journalctl printed on a node of docker, a moment after an uptime of 47702.78 s at 1795850466.264664726."""


def clocks(before: float, after: float, wall: str = "1795850466.264664726") -> str:
    return f"{before:.2f} 7.81\n{wall}\n{after:.2f} 7.81\n{NEWEST}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (clocks(47702.78, 47702.79), 0.0),
        (clocks(47702.78 + 3600, 47702.79 + 3600), 3600.0),
        (clocks(47702.70 + 3600, 47702.90 + 3600), 3600.0),
        (clocks(47702.78, 47702.79, "1795854066.264664726"), 0.0),
        (clocks(47702.78 + 3600, 47702.79 + 3600).partition("_")[0], 0.0),
        ("", 0.0),
    ],
    ids=["never", "one hour", "a busy machine", "the wall clock was set ahead", "without systemd", "nothing"],
)
def test_how_long_the_machine_was_suspended(text: str, seconds: float) -> None:
    found, within = suspended(text)
    assert abs(found - seconds) <= within
    assert within <= 0.11


@pytest.mark.parametrize("words", ["by", "on"])
def test_the_report_that_a_node_was_fenced(words: str) -> None:
    """The words of pacemaker 2.0 and of 2.1. A reboot that failed, and the part of a switch on, are no report."""
    line = f"Operation 'reboot' targeting {NODE1} {words} {NODE2} for pacemaker-controld.7@{NODE2}: OK (complete)"
    assert re.search(cluster_journal.WANTED, line)
    assert parse(f"[   12.5] node2 pacemaker-fenced[7]:  notice: {line}\n") == (
        JournalLine(12.5, "fenced", node=NODE1),
    )
    for other in (line.replace("OK", "Timer expired"), line.replace("reboot", "on")):
        assert parse(f"[   12.5] node2 pacemaker-fenced[7]:  notice: {other}\n") == ()
