"""Two nodes in memory whose configuration changes by commands, and whose status is always healthy."""

from __future__ import annotations

from inventory.model import Command, Order, Result
from tests.support.fake_cluster import FakeCluster
from tests.support.node_readings import PURPOSE, ClusterWords, logins, reading
from tests.support.simulated_lab import DOCUMENT


class Nodes:
    """A fake cluster that also answers the reading of a healthy status. `killed_by` is a purpose that ends the run."""

    def __init__(self, cluster: FakeCluster) -> None:
        self.cluster, self.killed_by = cluster, ""

    @property
    def solution(self) -> str:
        """The solution with the recorded answers of crm_simulate: without an order constraint it is a wrong one."""
        stored = next(one.cib for one in self.cluster.machines.values() if one.cib)
        return DOCUMENT if stored.of(Order) else "pcs-order-set-reversed"

    def run(self, command: Command) -> Result:
        if command.purpose == self.killed_by:
            raise KeyboardInterrupt
        if command.purpose == "repair-lab":
            return Result(command, 0, "", "")
        if command.purpose != PURPOSE:
            return self.cluster.run(command)
        node = self.cluster.session.lab.node(command.node)
        serves = node == self.cluster.session.lab.node1
        out = reading(node, ClusterWords(), holds_vip=serves, web="running" if serves else "stopped")
        return Result(
            command,
            0,
            f"{out}{logins(node)}\n@@part rules\n@@part tried\n@@part unfit\n@@part agent_files\n",
            "",
        )
