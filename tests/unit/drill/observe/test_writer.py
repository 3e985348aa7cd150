"""The client of the counter service, against a server on 127.0.0.1."""

from __future__ import annotations

from drill.observe.http_probe import ProbeSettings
from drill.observe.writer import PATH, Writer
from drill.record.timeline import Write
from inventory import waiting
from inventory.waiting import CLOCK
from tests.support.web_server import PAGES, Handler, closed_port, serving

ENDS = 20.0


def written(url: str, count: int) -> list[Write]:
    writes: list[Write] = []
    settings = ProbeSettings(url, 50, 1.0, PAGES)
    with Writer(settings, CLOCK.now, writes.append):
        waiting.until(
            lambda: len(writes), lambda number: number >= count, "the writes", deadline=ENDS, clock=CLOCK
        )
    return writes


def test_each_number_is_written_once_and_acknowledged_by_a_node() -> None:
    paths: list[str] = []

    def answer(handler: Handler) -> None:
        paths.append(handler.path)
        handler.page()

    with serving(answer) as server:
        found = written(server.url, 5)
    assert sorted(one.number for one in found) == list(range(len(found)))
    assert {one.node for one in found if one.acknowledged} == {"node1.magedu.com"}
    assert set(paths) >= {f"{PATH}?{one.number}" for one in found if one.acknowledged}
    assert len(set(paths)) == len(paths), "no number is sent twice"


def test_without_an_answer_nothing_is_acknowledged() -> None:
    for one in written(f"http://127.0.0.1:{closed_port()}/", 3):
        assert (one.outcome, one.acknowledged, one.node) == ("refused", False, "")


def test_a_service_that_cannot_write_does_not_acknowledge() -> None:
    with serving(lambda handler: handler.page(status=500)) as server:
        assert not any(one.acknowledged for one in written(server.url, 3))
