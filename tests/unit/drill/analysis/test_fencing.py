"""Which nodes were fenced, where only the cluster's own fence history tells it."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from drill.analysis.duration import Duration
from drill.analysis.fault_windows import fault_windows
from drill.analysis.fencing import fenced_nodes
from drill.analysis.overlap import off_periods
from drill.checks import power
from drill.checks.verdict import PASS
from drill.record.power_switch import BY_CLUSTER, PowerSwitch
from drill.report.fencing import fencing_of
from tests.support.example_lab import NODE2
from tests.support.fencing_records import SPLIT


def test_a_device_of_the_owner_fences_at_the_moment_that_a_journal_tells() -> None:
    switch = PowerSwitch(12.0, 20.0, NODE2, on=False, by=BY_CLUSTER)
    record = replace(SPLIT, power=(switch, structs.replace(switch, on=True)))
    injected = fault_windows(record)[0].injected
    [found] = fenced_nodes(record)
    assert (found.node, found.after) == (NODE2, Duration(12.0 - injected, 20.0 - injected))
    report = fencing_of(record)
    assert report is not None
    assert report.nodes == NODE2


def test_a_fencing_at_an_unknown_moment_ends_no_holding() -> None:
    """The node has power again, and may have the address again: when it was off is not known."""
    switch = PowerSwitch(0.0, None, NODE2, on=False, by=BY_CLUSTER)
    record = replace(SPLIT, power=(switch, structs.replace(switch, on=True)))
    assert [one.node for one in fenced_nodes(record)] == [NODE2]
    assert off_periods(record, NODE2) == ()
    assert power.fenced.function(record, NODE2).status == PASS
    assert "at an unknown time" in switch.summary
