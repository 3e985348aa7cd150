"""The client that writes into a database, against a server on 127.0.0.1."""

from __future__ import annotations

from drill.observe.http_probe import ProbeSettings
from drill.observe.sql_writer import SqlWriter
from drill.record.timeline import Write
from inventory import waiting
from inventory.waiting import CLOCK
from tests.support.example_lab import NODE1
from tests.support.sql_server import FakeDatabase, database_lab, serving
from tests.support.web_server import closed_port

ENDS = 20.0


def written(port: int, count: int) -> list[Write]:
    writes: list[Write] = []
    with SqlWriter(ProbeSettings.of(database_lab(port)), "me", CLOCK.now, writes.append):
        waiting.until(
            lambda: len(writes), lambda number: number >= count, "the writes", deadline=ENDS, clock=CLOCK
        )
    return writes


def test_each_number_is_written_once_and_acknowledged_by_a_node() -> None:
    database = FakeDatabase()
    with serving(database) as port:
        found = written(port, 5)
    numbers = [one.number for one in found]
    assert len(set(numbers)) == len(numbers)
    assert {one.node for one in found if one.acknowledged} == {NODE1}
    assert sorted(database.rows["me"]) == sorted(one.number for one in found if one.acknowledged)


def test_a_primary_that_refuses_does_not_acknowledge() -> None:
    refusing = FakeDatabase(
        refused={"INSERT": (b"25006", b"cannot execute INSERT in a read-only transaction")}
    )
    with serving(refusing) as port:
        for one in written(port, 3):
            assert (one.outcome, one.acknowledged, one.node) == ("failed", False, "")
            assert "25006" in one.detail


def test_without_a_server_nothing_is_acknowledged() -> None:
    for one in written(closed_port(), 3):
        assert (one.outcome, one.acknowledged) == ("refused", False)
