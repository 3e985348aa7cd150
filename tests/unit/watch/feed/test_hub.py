from __future__ import annotations

import threading

from tests.support.example_lab import NODE1
from tests.support.watched import BEGIN, StillHub, event, healthy, reading, sample, up
from watch.feed.hub import Hub


def test_a_hub_is_a_sink_and_gives_views() -> None:
    hub = StillHub([up(), *healthy()], now=1.0, control="nothing runs")
    hub.sample(sample(0.9))
    hub.reading(reading(NODE1, 0.9))
    hub.event(event("inject", 0.9, "freeze", NODE1))
    hub.tell("lab", "words")
    seen = hub.view()
    assert (seen.now, seen.owners, seen.control) == (BEGIN + 1.0, (NODE1,), "nothing runs")
    assert [one.text for one in seen.told[-2:]] == ["fault injected freeze on node1", "words"]
    assert [one.label for one in seen.faults] == ["freeze"]


def test_facts_of_several_threads_are_all_counted() -> None:
    hub = Hub()

    def tell() -> None:
        for _ in range(500):
            hub.tell("lab", "words")

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert hub.state.told_ever == 2000


def test_the_clock_of_a_hub_gives_the_time_of_day_and_never_goes_back() -> None:
    hub = Hub()
    times = [hub.clock() for _ in range(1000)]
    assert times == sorted(times)
    assert times[0] > 1_600_000_000
