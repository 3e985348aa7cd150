"""The clients beside the probe, in figures and words."""

from __future__ import annotations

from dataclasses import replace

from drill.analysis.duration import ENDLESS, Duration
from drill.record.timeline import Event, Sample, Timeline
from drill.report.clients import ClientOutage, clients_of, medians
from drill.report.result import ScenarioResult
from drill.report.summary import summary_of
from tests.support import sample_timelines


def by_name(timeline: Timeline) -> dict[str, ClientOutage]:
    return {one.client: one for one in clients_of(timeline)}


def test_each_client_has_its_own_outage() -> None:
    timeline = sample_timelines.seen_by_all()
    probe = ScenarioResult(timeline, ()).longest
    found = by_name(timeline)
    assert list(found) == ["keepalive", "connecting", "routed"]
    assert probe is not None
    for one in found.values():
        assert one.outage is not None
        assert one.outage.most > probe.most, "each of them waits longer than the probe"
    connecting = found["connecting"]
    assert connecting.title == "connecting"
    assert connecting.outage is not None
    assert connecting.outage.least > probe.least + 3, "the last SYN was sent again 4 s after the one before"
    assert connecting.waits == "35 waited: median 7.00 s, longest 7.00 s"
    assert connecting.text == f"{connecting.outage.summary} ({connecting.waits})"


def test_an_old_record_knows_nothing_of_the_new_clients() -> None:
    assert [one.client for one in clients_of(sample_timelines.failover())] == ["keepalive"]


def test_a_client_that_the_lab_could_not_have_says_why() -> None:
    plain = sample_timelines.failover()
    header = replace(plain.header, clients={"connecting": "", "routed": "it needs root"})
    found = by_name(replace(plain, header=header))
    assert found["routed"] == ClientOutage("routed", None, "it needs root")
    assert found["routed"].text == "not measured: it needs root"
    assert found["connecting"].text == "not measured: no request was sent"


def test_without_a_fault_every_outage_counts_and_without_an_outage_there_is_none() -> None:
    calm = Timeline(samples=(Sample(0, 0.01, "routed"), Sample(1, 1.01, "routed")))
    [one] = clients_of(calm)
    assert (one.outage, one.text) == (Duration(0.0, 0.0), "none")
    bad = Timeline(samples=(*calm.samples, Sample(2, 2.5, "routed", "timeout"), Sample(3, 3.01, "routed")))
    assert clients_of(bad)[0].text == "0.00 to 2.01 s"


def test_an_outage_after_the_heal_is_not_the_faults() -> None:
    samples = [Sample(n / 2, n / 2 + 0.01, "connecting") for n in range(20)]
    samples[2] = Sample(1.0, 2.0, "connecting")
    samples[16] = Sample(8.0, 12.0, "connecting")
    events = (Event(0.9, "inject", "f", "n"), Event(1.0, "landed", "f", "n"), Event(3.0, "heal", "f", "n"))
    [one] = clients_of(Timeline(samples=tuple(samples), events=events))
    assert one.outage == Duration(1.0, 1.5)
    assert one.waits == "1 waited: median 1.00 s, longest 1.00 s"


def test_a_client_without_an_answer_waited_for_so_long_or_more() -> None:
    samples = (Sample(0.0, 0.01, "connecting"), Sample(1.0, 5.0, "connecting", "timeout"))
    [one] = clients_of(Timeline(samples=samples))
    assert one.outage == Duration(4.0, ENDLESS)
    assert one.text == "4.00 s or more (1 waited: median 4.00 s, longest 4.00 s or more)"


def test_the_medians_of_several_records() -> None:
    lengths = [Duration(3, 9), Duration(1, ENDLESS), Duration(2, 4), None]
    records = [(ClientOutage("routed", one), ClientOutage("connecting", None, "no")) for one in lengths]
    assert medians(records) == {"routed": Duration(2, 9)}
    assert medians([(), ()]) == {}


def test_the_summary_of_a_record_has_them() -> None:
    timeline = sample_timelines.seen_by_all()
    assert summary_of(ScenarioResult(timeline, ())).clients == clients_of(timeline)
