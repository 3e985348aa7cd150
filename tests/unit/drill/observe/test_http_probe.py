"""The poller against a server on 127.0.0.1. What is asserted of time is generous: this machine may be busy."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from drill.observe.http_probe import Probe, ProbeRate, ProbeSettings
from drill.record.timeline import Sample
from inventory import waiting
from inventory.errors import ConfigError, LabError, RouteRefused
from inventory.waiting import CLOCK
from tests.support.web_server import PAGE, PAGES, Handler, closed_port, serving

ENDS = 20.0


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    waiting.until(  # the server's own threads end a moment after their clients
        lambda: {thread.name for thread in threading.enumerate() if thread not in before},
        lambda left: not left,
        "no thread of the probe is left",
        deadline=ENDS,
        clock=CLOCK,
        every=0.02,
    )
    gc.collect()  # an unclosed socket would warn here, and a warning is an error


def probe(url: str, samples: list[Sample], **changes: Any) -> Probe:
    began = time.monotonic()
    taken = {name: changes.pop(name) for name in ("on_sample", "guard") if name in changes}
    settings = ProbeSettings(url, **{"hz": 50, "timeout": 0.5, "pages": PAGES, "longest": ENDS, **changes})
    return Probe(settings, lambda: time.monotonic() - began, **{"on_sample": samples.append, **taken})


def gather(samples: list[Sample], count: int, client: str = "probe") -> list[Sample]:
    return waiting.until(
        lambda: [one for one in list(samples) if one.client == client],
        lambda mine: len(mine) >= count,
        f"{count} samples of {client}",
        deadline=ENDS,
        clock=CLOCK,
        every=0.02,
    )


def test_samples_of_a_server_that_answers() -> None:
    samples: list[Sample] = []
    with serving() as server, probe(server.url, samples) as polling:
        gather(samples, 20)
        report = polling.stop()
        answered = len(samples)
        assert server.connections >= answered, "a new connection each time"
    assert {(one.outcome, one.page, one.status, one.client) for one in samples} == {
        ("ok", "node1.magedu.com", 200, "probe")
    }
    assert all(0 <= one.sent <= one.done for one in samples)
    assert report.slots - report.missed == len(samples), "every slot is served or counted as missed"


def test_nobody_listens() -> None:
    samples: list[Sample] = []
    with probe(f"http://127.0.0.1:{closed_port()}/", samples):
        gather(samples, 5)
    assert {one.outcome for one in samples} == {"refused"}


def test_a_late_answer_delays_no_other_request() -> None:
    """The first request hangs for its whole limit; those after it are asked and answered meanwhile."""
    asked = threading.Event()

    def first_hangs(handler: Handler) -> None:
        if not asked.is_set():
            asked.set()
            handler.server.enough.wait(10)  # type: ignore[attr-defined]
        else:
            handler.page()

    samples: list[Sample] = []
    with serving(first_hangs) as server, probe(server.url, samples, timeout=2.0):
        waiting.until(
            lambda: [one.outcome for one in list(samples)],
            lambda outcomes: "timeout" in outcomes,
            "the first request times out",
            deadline=ENDS,
            clock=CLOCK,
            every=0.02,
        )
    [late] = [one for one in samples if one.outcome == "timeout"]
    meanwhile = [one for one in samples if late.sent < one.sent and one.done < late.done]
    assert len(meanwhile) >= 10, "at 50 a second, 100 requests belong into the 2 s"


def test_a_server_that_hangs_is_asked_at_the_full_rate() -> None:
    def hang(handler: Handler) -> None:
        handler.server.enough.wait(10)  # type: ignore[attr-defined]

    samples: list[Sample] = []
    with serving(hang) as server, probe(server.url, samples, hz=20, timeout=0.5):
        gather(samples, 20)
    assert {one.outcome for one in samples} == {"timeout"}
    sent = sorted(one.sent for one in samples)
    assert sent[9] - sent[0] < 10 * 0.5, "ten requests do not wait for one another"


def test_the_second_client_keeps_its_connection_and_says_when_it_was_cut() -> None:
    count = iter(range(10_000))

    def cut_now_and_then(handler: Handler) -> None:
        handler.page()
        handler.close_connection = next(count) % 5 == 4

    samples: list[Sample] = []
    with serving(cut_now_and_then) as server, probe(server.url, samples, hz=1, keepalive_hz=50):
        kept = gather(samples, 20, "keepalive")
    assert kept[0].detail == "", "the first connection is no reconnection"
    assert any("reconnected" in one.detail for one in kept)
    assert sum(one.outcome == "ok" for one in kept) >= 10


def test_without_a_keepalive_rate_there_is_no_second_client() -> None:
    samples: list[Sample] = []
    with serving() as server, probe(server.url, samples):
        gather(samples, 5)
    assert {one.client for one in samples} == {"probe"}


def test_samples_come_one_at_a_time() -> None:
    inside: list[int] = []
    overlaps: list[int] = []
    samples: list[Sample] = []

    def take(sample: Sample) -> None:
        inside.append(1)
        if len(inside) > 1:
            overlaps.append(1)
        samples.append(sample)
        inside.pop()

    with serving() as server, probe(server.url, samples, hz=200, keepalive_hz=100, on_sample=take):
        gather(samples, 40)
    assert not overlaps


def test_it_stops_asking_by_itself() -> None:
    samples: list[Sample] = []
    with serving() as server, probe(server.url, samples, hz=100, keepalive_hz=20, longest=0.2):
        waiting.until(
            lambda: [t.name for t in threading.enumerate() if t.name.startswith(("probe", "keepalive"))],
            lambda names: not names,
            "the probe's threads end",
            deadline=ENDS,
            clock=CLOCK,
            every=0.02,
        )
    assert 0 < len([one for one in samples if one.client == "probe"]) <= 21


def test_the_guard_is_asked_before_any_packet() -> None:
    def refuse() -> None:
        raise RouteRefused("the route leaves by eth0", hint="./lab up")

    samples: list[Sample] = []
    with serving() as server:
        polling = probe(server.url, samples, guard=refuse)
        with pytest.raises(RouteRefused):
            polling.start()
        polling.stop()
        assert (server.connections, samples) == (0, [])


def test_a_record_that_cannot_be_written_is_an_error_not_a_gap() -> None:
    def full(sample: Sample) -> None:
        raise OSError(28, "No space left on device")

    samples: list[Sample] = []
    with serving() as server:
        polling = probe(server.url, samples, on_sample=full)
        polling.start()
        waiting.until(
            lambda: [t.name for t in threading.enumerate() if t.name.startswith("probe")],
            lambda names: not names,
            "the probe gives up",
            deadline=ENDS,
            clock=CLOCK,
            every=0.02,
        )
        with pytest.raises(LabError, match="No space left on device") as caught:
            polling.stop()
        assert caught.value.hint
        polling.stop()  # told once


def test_an_error_in_the_block_is_not_hidden_by_the_probes_own() -> None:
    def full(sample: Sample) -> None:
        raise OSError(28, "No space left on device")

    samples: list[Sample] = []
    with serving() as server, pytest.raises(KeyError), probe(server.url, samples, on_sample=full):
        raise KeyError("the test's own")


def test_it_starts_once() -> None:
    samples: list[Sample] = []
    with serving() as server, probe(server.url, samples) as polling, pytest.raises(LabError, match="already"):
        polling.start()


@pytest.mark.parametrize(
    "wrong", [{"hz": 0}, {"hz": 2000}, {"timeout": 0}, {"keepalive_hz": -1}], ids=lambda one: next(iter(one))
)
def test_a_rate_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        probe("http://127.0.0.1:9/", [], **wrong)


def test_stopping_what_was_never_started() -> None:
    assert probe("http://127.0.0.1:9/", []).stop() == ProbeRate(0, 0, 0.0)


@pytest.mark.parametrize(("report", "share"), [(ProbeRate(0, 0, 0.0), 0.0), (ProbeRate(200, 3, 0.1), 0.015)])
def test_the_share_of_missed_slots(report: ProbeRate, share: float) -> None:
    assert report.missed_share == share


def test_page_is_the_marker_of_the_tests() -> None:
    assert PAGE.decode() in PAGES
