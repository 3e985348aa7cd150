"""Checks of the floating address: its owner, and whose page clients got. An HTTP answer alone proves no owner."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter

from drill.analysis import overlap
from drill.analysis.address_owners import LONGEST_GAP, double_ownerships
from drill.analysis.coverage import answered_readings, gaps, longest_gap, unread_reason, watched_period
from drill.analysis.fault_windows import NO_INJECTION, Period, fault_periods, fault_windows
from drill.analysis.outages import outages
from drill.checks.availability import LONGEST_PAUSE, unpolled_reason
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown, worst_result
from drill.record.timeline import Timeline

NO_READING = "no node was read"
SHORTEST_DOWNTIME = 2.0
"""A service that was down for at least this long (seconds) before the heal counts as down."""
END_PERIOD = 5.0
"""The last seconds of a record; their readings show the state at its end."""


@check("one_owner", "readings")
def one_owner(timeline: Timeline, off: str = "") -> CheckResult:
    """Two nodes never hold the address at the same time, and exactly one holds it at the end.

    A node that cannot be read may hold it. `off` is the node (role or name) that the fault switches off: from the
    injection until it has booted, it certainly does not hold the address. This is not true for a frozen node, whose
    kernel may still answer ARP.
    """
    expected = "one node with the address: never two at once, and one at the end"
    if doubles := [one.summary for one in double_ownerships(timeline)]:
        return failed(expected, *doubles, *_lengths(timeline))
    whole = watched_period(timeline)
    if whole is None:
        return unknown(expected, NO_READING)
    off_windows = [one for one in fault_windows(timeline) if off and one.node in timeline.nodes_in_role(off)]
    for node in timeline.nodes:
        for start, end in gaps(timeline, node, *whole):
            if not any(one.node == node and start <= one.end and one.injected <= end for one in off_windows):
                seen = f"{node} gave no reading from {start:.2f} to {end:.2f} s, and may have held it"
                return unknown(expected, seen)
    last = [
        one
        for node in timeline.nodes
        for one in answered_readings(timeline, node, timeline.end - timeline.patient(END_PERIOD))[-1:]
    ]
    owners = [one.node for one in last if one.owns_vip]
    states = [
        f"{one.node} {'holds' if one.owns_vip else 'does not hold'} it at {one.at:.2f} s" for one in last
    ]
    if len(owners) != 1:
        return failed(expected, f"at the end {' and '.join(owners) or 'no node'} held it", *states)
    gap = longest_gap(timeline, *whole)
    seen = f"never two from {whole[0]:.2f} s on (no node unread for more than {gap:.1f} s), {owners[0]} at the end"
    return passed(expected, seen, *states)


@check("two_owners", "readings")
def two_owners(timeline: Timeline) -> CheckResult:
    """After the injection two nodes hold the address at the same time: a split brain without fencing."""
    expected = (
        "two nodes with the address at once: each believes that the other is dead, and no fencing stops it"
    )
    found = fault_windows(timeline)
    if not found:
        return unknown(expected, NO_INJECTION)
    if doubles := [one.summary for one in double_ownerships(timeline) if one.until >= found[0].injected]:
        return passed(expected, *doubles, *_lengths(timeline))
    if reason := unread_reason(timeline, timeline.nodes, found[0].injected, max(one.end for one in found)):
        return unknown(expected, reason)
    return failed(expected, f"never two from the injection at {found[0].injected:.2f} s on")


@check("never_two_owners", "readings")
def never_two_owners(timeline: Timeline, longest_s: float = 0.02) -> CheckResult:
    """Two nodes never hold the address at once: fencing switches the first one off before the other one starts it.

    Judged by the readings of the nodes together with the switches of their power, and by the answers to ARP requests,
    if they were witnessed. A certain overlap anywhere in the record fails. From the first fault until the heals have
    begun, one of the two must also exclude two owners: there fencing decides. Later the address moves in good order.
    An overlap of at most `longest_s` (seconds) is below the resolution of both.
    """
    expected = f"never two nodes with the address at once (at most {longest_s:g} s)"
    known = [found for one in (overlap.held, overlap.answered) if (found := one(timeline)) is not None]
    certain = [overlap.total(found) for found in known]
    if any(one is not None and one.least > longest_s for one in certain):
        return failed(expected, *_lengths(timeline))
    windows = fault_windows(timeline)
    since, until = (windows[0].injected, max(one.end for one in windows)) if windows else (0.0, timeline.end)
    during = [overlap.total(overlap.between(found, since, until)) for found in known]
    best = min((one for one in during if one is not None), key=lambda one: one.most, default=None)
    if best is None or best.most > longest_s:
        return unknown(expected, f"no reading excludes two owners: {overlap.text(best)}", *_lengths(timeline))
    return passed(expected, *_lengths(timeline))


def _lengths(timeline: Timeline) -> list[str]:
    """For how long the address had two owners in the whole record, and which node had no power, for people."""
    lines = [f"two owners, all periods together: {overlap.text(overlap.total(overlap.held(timeline)))}"]
    if (answered := overlap.total(overlap.answered(timeline))) is not None:
        lines.append(
            f"two answers to ARP requests, as a witness on the network saw: {overlap.text(answered)}"
        )
    return [*lines, *(one.summary for one in timeline.power if not one.on)]


@check("page_names_owner", "requests", "readings")
def page_names_owner(timeline: Timeline) -> CheckResult:
    """Every page that clients got is from a node that held the address at that time."""
    expected = "only pages of the node that holds the address"
    nodes = {node: _HeldAddress(timeline, node) for node in timeline.nodes}
    confirmed: Counter[str] = Counter()
    wrong = []
    answered = [one for one in timeline.samples_of() if one.outcome == "ok"]
    good = [one for one in answered if one.page]
    for sample in good:
        held = nodes[sample.page].during(sample.sent, sample.done) if sample.page in nodes else None
        if held is False:
            wrong.append(
                f"{sample.page}'s page at {sample.sent:.2f} s, while {sample.page} did not hold the address"
            )
        confirmed[sample.page] += bool(held)
    if wrong:
        return failed(expected, f"{len(wrong)} other pages, the first: {wrong[0]}", *wrong[1:5])
    if not good:
        return unknown(expected, "no answer named its node" if answered else "no page came")
    if unconfirmed := [node for node, count in confirmed.items() if not count]:
        return unknown(expected, f"pages of {', '.join(unconfirmed)}, which could not be read at that time")
    counts = ", ".join(f"pages of {node}: {count}" for node, count in confirmed.items())
    return passed(expected, f"{counts}, each while it held the address")


class _HeldAddress:
    """Whether a node held the address during a whole request, by its readings."""

    def __init__(self, timeline: Timeline, node: str) -> None:
        self._readings = timeline.readings_of(node)
        self._at, self._asked = [one.at for one in self._readings], [one.asked for one in self._readings]
        self._longest = timeline.patient(LONGEST_GAP)
        self._found: dict[tuple[int, int], bool | None] = {}

    def during(self, since: float, until: float) -> bool | None:
        """Whether it held the address all the time (seconds of the record); None when the readings do not show it."""
        first, last = bisect_right(self._at, since) - 1, bisect_left(self._asked, until)
        if (first, last) not in self._found:
            self._found[first, last] = self._between(first, last)
        return self._found[first, last]

    def _between(self, first: int, last: int) -> bool | None:
        around = self._readings[first : last + 1]
        if first < 0 or last >= len(self._readings) or not all(one.seen for one in around):
            return None
        if self._asked[last] - self._at[first] > self._longest or len({one.owns_vip for one in around}) > 1:
            return None
        return around[0].owns_vip


@check("down_throughout", "requests", "readings")
def down_throughout(timeline: Timeline, within: float = 15.0) -> CheckResult:
    """The service goes down at most `within` seconds after the fault took effect, and stays down until the heal.

    Down means: no good answer, and no node that answers holds the address. The broken node itself need not answer.
    """
    expected = f"no answer and no owner from at most {within:g} s after the fault took effect until the heal"
    windows = fault_periods(timeline)
    if not windows:
        return unknown(expected, NO_INJECTION)
    return worst_result(_judge_downtime(timeline, period, within, expected) for period in windows)


def _judge_downtime(timeline: Timeline, period: Period, within: float, expected: str) -> CheckResult:
    samples = [one for one in timeline.samples_of() if one.sent >= period.since and one.done <= period.until]
    ended = [one for one in outages(samples) if one.next_good is not None]
    if ended:
        return failed(
            expected, f"the service came back before the heal at {period.until:.2f} s: {ended[0].summary}"
        )
    signs = [(one.sent, f"a page of {one.page} at {one.sent:.2f} s") for one in samples if one.good]
    for node in timeline.nodes:
        held = [one for one in answered_readings(timeline, node, period.since, period.until) if one.owns_vip]
        signs += [(one.asked, f"{node} held the address at {one.at:.2f} s") for one in held]
    last, sign = max(
        signs, default=(period.since, f"nothing since the fault took effect at {period.since:.2f} s")
    )
    if last > period.since + within:
        return failed(expected, f"{sign}, {last - period.since:.2f} s after the fault took effect")
    broken = {
        one.node for one in fault_windows(timeline) if one.injected < period.until and one.end > period.since
    }
    others = [node for node in timeline.nodes if node not in broken] or list(timeline.nodes)
    reason = unpolled_reason(timeline, period, LONGEST_PAUSE) or unread_reason(
        timeline, others, period.since, period.until
    )
    if reason:
        return unknown(expected, reason)
    if period.until - last < SHORTEST_DOWNTIME:
        return unknown(expected, f"{sign}, and the fault ended at {period.until:.2f} s: too early")
    return passed(expected, f"the last sign of the service: {sign}; down until {period.until:.2f} s")
