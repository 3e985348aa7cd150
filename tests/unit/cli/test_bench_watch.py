"""What the benchmarks of the watch compute from ticks and readings."""

from __future__ import annotations

from cli.bench_address import Change, changes, matched
from cli.bench_watch import free_ticks


def test_idle_waiting_and_stolen_time_are_free() -> None:
    first, second = "cpu0 100 20 30 4000 500 6 7 800 90 10", "cpu1 1 1 1 2 3 1 1 4 1 1"
    stat = f"cpu  101 21 31 4002 503 7 8 804 91 11\n{first}\n{second}\nintr 5 0\nctxt 7\n"
    assert free_ticks(stat) == [5300, 9]


def test_a_change_lies_between_two_readings() -> None:
    rows = [(0.0, 0.1, False), (1.0, 1.1, False), (1.2, 1.3, True), (2.0, 2.1, True), (2.5, 2.6, False)]
    assert changes(rows) == [Change(True, 1.0, 1.3), Change(False, 2.0, 2.6)]


def test_the_nearest_change_of_the_same_kind_is_the_same_change() -> None:
    known = [Change(True, 1.0, 1.05), Change(False, 1.4, 1.45), Change(True, 9.0, 9.1)]
    seen = [Change(True, 1.02, 1.03), Change(False, 1.43, 1.44), Change(True, 5.0, 5.1)]
    assert matched(known, seen, 0.2) == [(known[0], seen[0]), (known[1], seen[1])]
