"""The begin and the end of an outage, narrowed by the clients beside the probe."""

from __future__ import annotations

import pytest

from drill.analysis.outage_edges import Edge, edges
from drill.analysis.outages import outages_of
from drill.record.header import Header
from drill.record.timeline import ClientName, Sample, Timeline

GONE, BACK = 1.013, 3.042
"""The service is down between these moments."""


def probe(number: int) -> Sample:
    sent = number / 50
    down = GONE < sent < BACK
    return Sample(sent, sent + (0.001 if down else 0.005), outcome="refused" if down else "ok")


def record(*more: Sample) -> Timeline:
    return Timeline(Header(), (*(probe(number) for number in range(250)), *more))


def found(*more: Sample) -> tuple[Edge, Edge]:
    one = record(*more)
    [outage] = outages_of(one)
    return edges(one, outage)


def good(client: ClientName, sent: float, length: float = 0.004) -> Sample:
    return Sample(sent, sent + length, client)


def failed(client: ClientName, sent: float) -> Sample:
    return Sample(sent, sent + 0.001, client, "refused")


def test_the_probe_alone_gives_the_limits_of_its_outage() -> None:
    begin, end = found()
    assert (begin.least, begin.most) == pytest.approx((1.0, 1.02))
    assert (end.least, end.most) == pytest.approx((3.04, 3.065))
    assert begin.within == pytest.approx(0.01)
    assert end.at == pytest.approx(3.0525)


@pytest.mark.parametrize("client", ["connecting", "routed"])
def test_a_request_between_two_of_the_probe_narrows_them(client: ClientName) -> None:
    begin, end = found(good(client, 1.008), failed(client, 1.016), good(client, 3.045))
    assert (begin.least, begin.most) == pytest.approx((1.008, 1.016))
    assert end.most == pytest.approx(3.049)
    assert begin.least <= GONE <= begin.most
    assert end.least <= BACK <= end.most


def test_a_client_that_waits_in_its_connection_shows_that_the_service_was_down() -> None:
    """Its SYN was sent again after 1 s: it says when the service was down, and not that it was up."""
    begin, end = found(good("connecting", 1.015, 2.04))
    assert begin.most == pytest.approx(1.015)
    assert end == found()[1]
    assert found(good("connecting", 3.041, 1.0))[1].least == pytest.approx(3.041)


def test_a_slow_answer_says_nothing() -> None:
    """A busy machine may need 0.3 s for an answer, without any second try."""
    assert found(good("routed", 1.005, 0.3), good("connecting", 3.041, 0.3)) == found()


def test_a_request_that_was_sent_before_the_only_failed_one_does_not_end_the_outage() -> None:
    samples = [probe(number) for number in range(51)]
    one = Timeline(
        Header(),
        (
            *samples,
            Sample(1.02, 1.021, outcome="refused"),
            Sample(1.04, 1.045),
            good("connecting", 1.016, 0.005),
        ),
    )
    [outage] = outages_of(one)
    assert edges(one, outage)[1].most == pytest.approx(1.045)


def test_a_routed_request_that_fails_does_not_move_the_end() -> None:
    """The router may still send it to the old node."""
    assert found(failed("routed", 3.05)) == found()


def test_the_kept_connection_is_not_used() -> None:
    assert found(failed("keepalive", 1.005), good("keepalive", 3.041)) == found()


def test_requests_that_contradict_the_probe_change_nothing() -> None:
    assert found(good("routed", 1.018), failed("connecting", 1.003)) == found()
