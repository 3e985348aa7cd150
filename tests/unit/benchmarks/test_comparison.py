"""Both ways to share an address in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.comparison import table
from benchmarks.measurements import Measurement

CLUSTER, PEERS = {"stack": "corosync and pacemaker", "web": "on one node"}, {"stack": "keepalived"}
FAST = {**CLUSTER, "web": "on both nodes"}


def row(
    setting: str, value: float, what: str, number: int, conditions: Mapping[str, object], **more: Any
) -> Measurement:
    return Measurement(
        setting=setting, what=what, number=number, value=value, at="", conditions=conditions, **more
    )


def token(
    value: int, what: str, number: int = 0, conditions: Mapping[str, object] = CLUSTER, **more: Any
) -> Measurement:
    return row(f"token {value} ms", value, what, number, conditions, **more)


def peer(what: str, number: int = 0, **more: Any) -> Measurement:
    return row("keepalived, advert_int 0.1 s", 0.1, what, number, PEERS, **more)


ROWS = [
    peer("stop", outage=(0.0, 0.1), two_owners=(0.0, 0.0)),
    peer("stop", 1, outage=(0.2, 0.3)),
    peer("freeze", outage=(0.3, 0.4), two_owners=(4.0, 4.0)),
    peer("partition", two_owners=(5.0, 5.0)),
    token(1000, "freeze", outage=(2.5, 2.6)),
    token(400, "standby", outage=(0.5, 0.6)),
    token(400, "freeze", outage=(1.0, 1.1)),
    token(400, "freeze", 1, outage=(9.0, 9.1), doubt="the machine was late"),
    token(400, "pause", lost=True),
    token(400, "pause", 1, lost=False),
    token(400, "load", lost=False),
    token(400, "freeze", 0, FAST, outage=(0.9, 1.0)),
]


def test_one_row_for_each_way() -> None:
    head, _, *lines = table(ROWS).splitlines()
    assert head.startswith("| way | graceful stop: median | longest | freeze: median | longest |")
    assert [line.split(" | ")[0] for line in lines] == [
        "| token 400 ms",
        "| token 400 ms, web server on both nodes",
        "| token 1000 ms",
        "| keepalived, advert_int 0.1 s",
    ]


def test_the_figures_of_a_way() -> None:
    lines = table(ROWS).splitlines()[2:]
    assert lines[0] == (
        "| token 400 ms | 0.50 to 0.60 s | 0.50 to 0.60 s | 1.00 to 1.10 s | 1.00 to 1.10 s | 1 of 2 | 0 of 1 | - | - |"
    )
    assert lines[1].endswith("| - | - | 0.90 to 1.00 s | 0.90 to 1.00 s | - | - | - | - |"), (
        "the same key, another lab"
    )
    assert lines[3].endswith(
        "| 0.20 to 0.30 s | 0.30 to 0.40 s | 0.30 to 0.40 s | - | - | 4.00 to 4.00 s | 5.00 to 5.00 s |"
    )


def test_nothing_measured_is_an_empty_table() -> None:
    assert len(table([]).splitlines()) == 2
