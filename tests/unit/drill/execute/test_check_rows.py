"""What a lab makes of a scenario's checks."""

from __future__ import annotations

from drill.execute.check_rows import for_lab
from drill.record.header import CheckRow
from drill.scenarios.catalog import SCENARIOS
from tests.support.example_lab import example_lab
from tests.support.sql_server import database_lab

WRITES = SCENARIOS["power-off-writes"].checks
NAMED = CheckRow("page_names_owner")


def test_lab_yaml_says_how_many_writes_may_be_lost() -> None:
    for lab, most in ((example_lab(), 0), (database_lab(1), 0), (database_lab(1, may_lose=7), 7)):
        assert CheckRow("no_lost_writes", {"most": most}) in for_lab(WRITES, lab)


def test_a_probe_that_only_connects_judges_no_page() -> None:
    checks = SCENARIOS["standby"].checks
    assert NAMED in for_lab(checks, example_lab())
    assert NAMED in for_lab(checks, database_lab(1))
    connects = for_lab(checks, database_lab(1, kind="tcp", write="", read="", remove=""))
    assert connects == tuple(one for one in for_lab(checks, example_lab()) if one != NAMED)
