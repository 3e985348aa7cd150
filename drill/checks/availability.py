"""What a client saw: its outages compared with the budget and the prediction, and how well the probe kept its rate."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from drill.analysis.address_owners import held_address
from drill.analysis.coverage import answered_readings
from drill.analysis.duration import Duration, measured, predicted
from drill.analysis.fault_windows import NO_INJECTION, FaultWindow, Period, fault_windows
from drill.analysis.outages import Outage, outages_of
from drill.analysis.record_worth import Span
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown, worst_result
from drill.record.timeline import Timeline

LONGEST_PAUSE = 1.0
"""When no request was sent for longer than this (seconds), an outage may have been missed."""
MORE_CONTENDED = 0.1
"""When the contention is higher by this than before (0 to 1), it may make an outage longer."""
MOST_MISSED = 0.01
"""The probe must miss less than this share of its time slots."""


@check("outage_within_budget", "requests")
def outage_within_budget(timeline: Timeline, budget: float | None = None) -> CheckResult:
    """No outage lasts longer than the budget (seconds; the scenario's budget of lab.yaml by default)."""
    limit = timeline.header.budget_s if budget is None else budget
    if limit is None:
        return unknown("outages within the budget", "the record names no budget")
    expected = f"no outage longer than the budget of {limit:.2f} s"
    found = outages_of(timeline)
    if long := [one for one in found if one.lower > limit]:
        return failed(expected, *(one.summary for one in long), spans=_spans(long, limit))
    if reason := unpolled_reason(
        timeline, _polled_period(timeline), min(limit, max(LONGEST_PAUSE, limit / 10))
    ):
        return unknown(expected, reason)
    if doubtful := [one.summary for one in found if measured(one).most > limit]:
        return unknown(expected, *doubtful)
    return passed(expected, *([one.summary for one in found] or ["no request failed"]))


@check("outage_within_bounds", "requests")
def outage_within_bounds(timeline: Timeline) -> CheckResult:
    """Each outage that a fault caused fits the prediction from the live configuration and the lab's measured times.

    When the processors were more contended than while the times were measured, a longer outage proves nothing, unless
    it is longer than what is possible at all. A fault on a node that did not hold the address may cause no outage at
    all, so only the upper limit counts for it.
    """
    bounds = predicted(timeline.header.prediction)
    if bounds is None:
        return unknown("an outage within the predicted bounds", "the record has no prediction")
    expected = f"an outage of {bounds.summary}, as predicted from {_basis(timeline)}"
    if bounds.least <= 0 and bounds.endless:
        return unknown(expected, "every outage would fit this prediction")
    found = fault_windows(timeline)
    if not found:
        return unknown(expected, NO_INJECTION)
    return worst_result(_judge_outage(timeline, one, bounds, expected) for one in found)


def _judge_outage(
    timeline: Timeline, fault_window: FaultWindow, bounds: Duration, expected: str
) -> CheckResult:
    earlier = timeline.samples_of()[: bisect_left(timeline.sent_times(), fault_window.injected)]
    last = next((one for one in reversed(earlier) if one.done < fault_window.injected), None)
    if last is None or not last.good:
        state = "the service was already down" if last else "no request had been sent"
        return unknown(expected, f"{state} when the fault was injected at {fault_window.injected:.2f} s")
    caused = [one for one in outages_of(timeline) if fault_window.caused(one)]
    lines = [one.summary for one in caused] or ["no request failed"]
    if long := [one for one in caused if one.lower > bounds.most]:
        if reason := _more_contended(timeline, max(one.lower for one in long)):
            return unknown(expected, reason, *(one.summary for one in long))
        more = (one.summary for one in long[1:])
        return failed(expected, f"longer: {long[0].summary}", *more, spans=_spans(long, bounds.most))
    held = held_address(timeline, fault_window.node, fault_window.injected)
    if held is False:
        if bounds.endless:
            why = f"{fault_window.node} did not hold the address: every outage would fit this prediction"
            return unknown(expected, why)
        expected = f"at most {bounds.most:.2f} s, as {fault_window.node} did not hold the address"
    short = held is not False and max((measured(one).most for one in caused), default=0.0) < bounds.least
    period = Period(fault_window.injected, fault_window.end)
    if reason := unpolled_reason(
        timeline, period, min(bounds.least, LONGEST_PAUSE) if short else LONGEST_PAUSE
    ):
        return unknown(expected, reason)
    if short and fault_window.node and held is None:
        what = f"shorter, but no reading shows whether {fault_window.node} held the address"
        return unknown(expected, f"{what}: {lines[0]}")
    if short:
        return failed(expected, f"shorter: {lines[0]}", *lines[1:])
    if caused and caused[-1].open and not bounds.endless:
        return unknown(expected, *lines)
    return passed(expected, *lines)


def _basis(timeline: Timeline) -> str:
    """What the prediction was computed from, for people."""
    prediction = timeline.header.prediction
    if prediction is None or prediction.coverage is None:
        return "the configuration"
    return f"measured times with a coverage of {100 * prediction.coverage:g}%"


def _more_contended(timeline: Timeline, seconds: float) -> str:
    """Why this machine may have caused an outage of so many seconds, for people; "" when it cannot have."""
    prediction, during = timeline.header.prediction, timeline.header.contention
    if prediction is None or prediction.coverage is None or prediction.possible is None:
        return ""
    most = prediction.possible[1]
    if during is None or prediction.contention is None or during <= prediction.contention + MORE_CONTENDED:
        return ""
    if most is not None and seconds > most:
        return ""
    return (
        f"programs waited for a processor in {during:.0%} of the time, and in at most {prediction.contention:.0%} while"
        " the times were measured"
    )


@check("no_outage", "requests")
def no_outage(timeline: Timeline) -> CheckResult:
    """No request fails in the whole record."""
    expected = "no failed request at all"
    if found := outages_of(timeline):
        return failed(expected, *(one.summary for one in found), spans=_spans(found))
    if reason := unpolled_reason(timeline, _polled_period(timeline), LONGEST_PAUSE):
        return unknown(expected, reason)
    sent = timeline.sent_times()
    return passed(expected, f"{len(sent)} good answers from {sent[0]:.2f} to {sent[-1]:.2f} s")


@check("no_failback_outage", "requests", "readings")
def no_failback_outage(timeline: Timeline) -> CheckResult:
    """No new outage begins after the heal, including the time when the broken node becomes a member again."""
    expected = "no new outage once the broken node is back"
    found = fault_windows(timeline)
    if not found:
        return unknown(expected, NO_INJECTION)
    return worst_result(_judge_failback(timeline, one, expected) for one in found)


def _judge_failback(timeline: Timeline, fault_window: FaultWindow, expected: str) -> CheckResult:
    heal = fault_window.heal
    if heal is None:
        return unknown(expected, f"no event says that {fault_window.summary} was healed")
    later = [event.at for event in timeline.events_of("inject") if event.at > heal]
    until = min(later, default=timeline.end)
    new = [one for one in outages_of(timeline) if heal <= one.first_failed < until]
    if new:
        more = (one.summary for one in new[1:])
        return failed(expected, f"healed at {heal:.2f} s, then an {new[0].summary}", *more, spans=_spans(new))
    readings = (one for node in timeline.nodes for one in answered_readings(timeline, node, heal, until))
    back = min((one.at for one in readings if set(one.members) >= set(timeline.nodes)), default=None)
    if back is None:
        return unknown(expected, f"no reading shows all nodes as members after the heal at {heal:.2f} s")
    end = until if later else max(back + LONGEST_PAUSE, _polled_period(timeline).until)
    if reason := unpolled_reason(timeline, Period(heal, end), LONGEST_PAUSE):
        return unknown(expected, reason)
    return passed(
        expected, f"healed at {heal:.2f} s, all members seen at {back:.2f} s, none until {end:.2f} s"
    )


@check("interruptions", "requests")
def interruptions(timeline: Timeline, counts: Sequence[int]) -> CheckResult:
    """After each fault, until the next fault or the end, clients saw the given number of outages (`counts`)."""
    expected = f"{' and '.join(map(str, counts))} outages, counted after each fault separately"
    found = fault_windows(timeline)
    if not counts or len(found) != len(counts):
        faults = ", ".join(one.summary for one in found) or NO_INJECTION
        return unknown(expected, f"{len(found)} faults instead of {len(counts)}: {faults}")
    starts = [0.0, *(one.injected for one in found[1:]), timeline.end]
    windows = [Period(since, until) for since, until in pairwise(starts)]
    return worst_result(
        _judge_count(timeline, *each, expected) for each in zip(found, windows, counts, strict=True)
    )


def _judge_count(
    timeline: Timeline, fault_window: FaultWindow, period: Period, count: int, expected: str
) -> CheckResult:
    found = [one.summary for one in outages_of(timeline) if period.since <= one.first_failed < period.until]
    seen = f"{len(found)} after {fault_window.summary}"
    whole = _polled_period(timeline)
    polled = Period(max(period.since, whole.since), min(period.until, whole.until))
    reason = unpolled_reason(timeline, polled, LONGEST_PAUSE)
    if reason and len(found) <= count:
        return unknown(expected, reason)
    if len(found) != count:
        return failed(expected, f"{seen}, not {count}", *found)
    return passed(expected, seen, *found)


@check("stable_rate", "probe")
def stable_rate(timeline: Timeline) -> CheckResult:
    """The probe kept its rate. Never FAIL: a slow probe makes the record incomplete, but proves no failure."""
    expected = f"a probe that misses less than {MOST_MISSED:.0%} of its slots"
    probe = timeline.header.probe
    if probe is None or not probe.slots:
        return unknown(expected, "the record does not say how well the probe kept its rate")
    slots, missed, late = probe.slots, probe.missed, probe.worst_late
    seen = f"{missed} of {slots} slots missed ({missed / slots:.1%}), the latest request {1000 * late:.0f} ms late"
    return passed(expected, seen) if missed < MOST_MISSED * slots else unknown(expected, seen)


def _spans(found: Iterable[Outage], limit: float | None = None) -> list[Span]:
    """When outages were seen, and how much longer they were than a limit (seconds).

    A machine may also have been late later than the next good answer, while a failed request still waited.
    """
    return [
        Span(
            one.first_failed if one.last_good is None else one.last_good,
            max(one.waited, one.last_failed if one.next_good is None else one.next_good),
            None if limit is None else one.lower - limit,
        )
        for one in found
    ]


def unpolled_reason(timeline: Timeline, period: Period, longest: float) -> str:
    """Why the requests in a period are too few to judge (a pause of more than `longest` seconds), for people; or ""."""
    sent = timeline.sent_times()
    first, last = bisect_right(sent, period.since), bisect_left(sent, period.until)
    before = sent[first - 1] if first else period.since
    after = sent[last] if last < len(sent) else period.until
    if not sent:
        return "no request was sent"
    for start, end in pairwise((before, *sent[first:last], after)):
        if end - start > longest:
            return f"no request was sent from {start:.2f} to {end:.2f} s"
    return ""


def _polled_period(timeline: Timeline) -> Period:
    """The period that requests have to cover: from the first fault (or request) to the last event (or the end)."""
    events = [one.at for one in timeline.events if one.kind != "note"]
    first = timeline.time_of_first("inject")
    begin = min(timeline.sent_times(), default=0.0) if first is None else first
    return Period(begin, max(events, default=timeline.end))
