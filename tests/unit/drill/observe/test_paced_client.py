"""The client with one thread, against a server on 127.0.0.1. The limits on times are generous."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from drill.observe import paced_client
from drill.observe.http_answer import Request
from drill.observe.paced_client import Pace, PacedClient, syn_linear_timeouts
from drill.record.timeline import Sample
from inventory import waiting
from inventory.errors import LabError
from inventory.waiting import CLOCK
from tests.support.web_server import PAGES, Handler, closed_port, serving

ENDS = 20.0


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    waiting.until(
        lambda: {thread.name for thread in threading.enumerate() if thread not in before},
        lambda left: not left,
        "no thread of the client is left",
        deadline=ENDS,
        clock=CLOCK,
        every=0.02,
    )
    gc.collect()  # an unclosed socket would warn here, and a warning is an error


def client(url: str, on_sample: Callable[[Sample], None], **changes: Any) -> PacedClient:
    began = time.monotonic()
    enter = changes.pop("enter", lambda: None)
    pace = Pace(**{"client": "connecting", "hz": 50, "limit": ENDS, "longest": ENDS, **changes})
    return PacedClient(pace, Request(url, PAGES), lambda: time.monotonic() - began, on_sample, enter=enter)


def gather(samples: list[Sample], count: int) -> list[Sample]:
    return waiting.until(
        lambda: list(samples),
        lambda mine: len(mine) >= count,
        f"{count} samples",
        deadline=ENDS,
        clock=CLOCK,
        every=0.02,
    )


def test_samples_of_a_server_that_answers() -> None:
    samples: list[Sample] = []
    with serving() as server:
        with client(server.url, samples.append) as one:
            gather(samples, 10)
        assert server.connections >= len(samples), "a new connection each time"
    assert {(s.client, s.outcome, s.page, s.status, s.detail) for s in samples} == {
        ("connecting", "ok", "node1.magedu.com", 200, "")
    }
    assert all(0 <= s.sent <= s.done for s in samples)
    assert one.missing == ""


def test_nobody_listens() -> None:
    samples: list[Sample] = []
    with client(f"http://127.0.0.1:{closed_port()}/", samples.append):
        gather(samples, 3)
    assert {(one.outcome, one.detail) for one in samples} == {("refused", "[Errno 111] Connection refused")}


def test_a_server_that_hangs_up_is_a_reset() -> None:
    samples: list[Sample] = []
    with serving(Handler.reset) as server, client(server.url, samples.append):
        gather(samples, 3)
    assert {one.outcome for one in samples} == {"reset"}


def test_a_request_that_waits_delays_no_other_one() -> None:
    release = threading.Event()
    asked = threading.Event()

    def first_hangs(handler: Handler) -> None:
        if not asked.is_set():
            asked.set()
            release.wait(ENDS)
        handler.page()

    samples: list[Sample] = []
    with serving(first_hangs) as server, client(server.url, samples.append, last=5.0):
        gather(samples, 5)
        release.set()
        waiting.until(
            lambda: any(later.sent < one.sent for one, later in pairwise(list(samples))),
            bool,
            "the request that waited is answered after later ones",
            deadline=ENDS,
            clock=CLOCK,
            every=0.02,
        )
    assert {one.outcome for one in samples} == {"ok"}


def test_a_syn_without_an_answer_is_sent_again_until_the_limit() -> None:
    """Nobody accepts, and the queue of the listening socket is full: the kernel drops each further SYN."""
    samples: list[Sample] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with client(url, samples.append, limit=1.5, hz=20):
            found = waiting.until(
                lambda: [one for one in list(samples) if "SYN" in one.detail],
                bool,
                "a request whose SYN was sent again ends",
                deadline=ENDS,
                clock=CLOCK,
            )
    assert found[0].outcome == "timeout"
    assert found[0].detail == "SYN sent 2 times; no answer within 1.5 s"
    assert found[0].done - found[0].sent >= 1.4


def test_what_waits_at_the_end_is_a_timeout_that_says_so() -> None:
    samples: list[Sample] = []

    def hang(handler: Handler) -> None:
        handler.server.enough.wait(ENDS)  # type: ignore[attr-defined]

    with serving(hang) as server, client(server.url, samples.append, hz=10, last=0.1):
        waiting.until(
            lambda: server.connections, lambda count: count >= 3, "requests wait", deadline=ENDS, clock=CLOCK
        )
    assert len(samples) >= 3
    assert {one.outcome for one in samples} == {"timeout"}
    assert all(one.detail.startswith("the record ended after ") for one in samples)


def test_only_so_many_requests_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced_client, "MOST_OPEN", 3)
    samples: list[Sample] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with client(url, samples.append, limit=0.5, hz=50):
            gather(samples, 6)
    begun = sorted(one.sent for one in samples)
    ended = sorted(one.done for one in samples)
    for moment in begun:
        waits = sum(one < moment for one in begun) - sum(one < moment for one in ended)
        assert waits < 3


def test_it_begins_nothing_after_its_longest_time() -> None:
    samples: list[Sample] = []
    with serving() as server, client(server.url, samples.append, longest=0.2) as one:
        gather(samples, 1)
        waiting.until(lambda: one._clock() > 0.6, bool, "time passes", deadline=ENDS, clock=CLOCK, every=0.02)
    assert max(sample.sent for sample in samples) <= 0.3


def test_a_namespace_that_cannot_be_entered_is_missing_and_no_error() -> None:
    def refused() -> None:
        raise PermissionError(1, "Operation not permitted")

    with serving() as server:
        with client(server.url, lambda sample: None, enter=refused) as one:
            pass
        assert server.connections == 0
    assert one.missing == "[Errno 1] Operation not permitted"


def test_a_record_that_cannot_be_written_is_an_error_not_a_gap() -> None:
    def full(sample: Sample) -> None:
        raise OSError(28, "No space left on device")

    with (
        serving() as server,
        pytest.raises(LabError, match="client connecting had to stop: OSError"),
        client(server.url, full),
    ):
        waiting.until(
            lambda: [one.name for one in threading.enumerate() if one.name == "connecting"],
            lambda left: not left,
            "the client ends",
            deadline=ENDS,
            clock=CLOCK,
            every=0.02,
        )


def test_stopping_what_was_never_started() -> None:
    client("http://127.0.0.1:1/", lambda sample: None).stop()


@pytest.mark.parametrize(("text", "expected"), [("4\n", 4), ("nothing", None), (None, None)])
def test_how_the_kernel_repeats_a_syn(tmp_path: Path, text: str | None, expected: int | None) -> None:
    path = tmp_path / "tcp_syn_linear_timeouts"
    if text is not None:
        path.write_text(text)
    assert syn_linear_timeouts(path) == expected
