"""Checks of the power of the nodes: which node the cluster fenced."""

from __future__ import annotations

from drill.analysis.fault_windows import NO_INJECTION, fault_windows
from drill.analysis.fencing import fence_orders
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.power_switch import BY_CLUSTER
from drill.record.timeline import Timeline


@check("fenced", "power")
def fenced(timeline: Timeline, node: str) -> CheckResult:
    """After the fault the cluster fences one node, `node` (role or name), and no other one."""
    name = timeline.node_in_role(node)
    expected = f"{name} is fenced, and no other node"
    found = fault_windows(timeline)
    if not found:
        return unknown(expected, NO_INJECTION)
    orders = fence_orders(timeline, found[0].injected)
    lines = [one.summary for one in orders]
    if others := sorted({one.node for one in orders} - {name}):
        return failed(expected, f"{' and '.join(others)} was fenced", *lines)
    if not orders:
        return failed(
            expected,
            "no node was fenced: no BMC was asked to switch a node off, and no fence history tells of it",
        )
    if not any(one.at is not None or one.by == BY_CLUSTER for one in orders):
        return unknown(expected, f"its BMC does not report that it is off: {lines[0]}", *lines[1:])
    return passed(expected, *lines)
