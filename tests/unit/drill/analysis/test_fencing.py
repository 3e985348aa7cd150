"""Which nodes were fenced, where only the cluster's own fence history tells it."""

from __future__ import annotations

from dataclasses import replace

from drill.analysis.fencing import fenced_nodes
from drill.record.power_switch import BY_CLUSTER, PowerSwitch
from drill.report.fencing import fencing_of
from tests.support.example_lab import NODE2
from tests.support.fencing_records import SPLIT


def test_a_device_of_the_owner_fences_at_a_time_between_the_fault_and_the_end() -> None:
    switch = PowerSwitch(0.0, SPLIT.end, NODE2, on=False, by=BY_CLUSTER)
    record = replace(SPLIT, power=(switch,))
    [found] = fenced_nodes(record)
    assert found.node == NODE2
    assert found.after.least == 0.0
    assert 0.0 < found.after.most < SPLIT.end
    report = fencing_of(record)
    assert report is not None
    assert report.nodes == NODE2
