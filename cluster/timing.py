"""The times on which the length of an outage depends: corosync's own, the agents', and those of the probe. Seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cluster import fencing as fence_devices
from cluster.fencing import FenceTimes
from inventory.config.cluster_properties import fencing, milliseconds, starts_without_quorum
from inventory.model import Lab
from inventory.sizes import running_token_ms, survivors_have_quorum

WITNESS_SILENCE_S = 12.0
"""A node from which corosync-qnetd hears nothing for so long is lost to it: 1.5 heartbeats of 8 s, which is 0.8 times
corosync-qdevice's timeout of 10 s (corosync-qdevice(8), timeout; corosync-qnetd(8), dpd_interval_coefficient)."""


@dataclass(frozen=True)
class Timing:
    """The times from which the bounds are computed (seconds).

    `start_s`, `stop_s` and `decide_s` are pairs (least, most): all resources together, and pacemaker's way from a
    changed membership to its first order. `address_s` is the start or the stop of the address alone, which is all that
    a failover needs with `clone`: the web server runs on every node. `monitor_answer_s` is what a monitor takes to
    answer (its own timeout is the limit of that). `arp_s` is the agent's interval between two gratuitous ARPs, by
    default IPaddr's. `allowance_s` is what a busy host may add: the time in which corosync, pacemaker or the agents are
    ready to run but get no processor.
    """

    token_s: float
    consensus_s: float
    probe_s: float
    probe_timeout_s: float
    monitor_s: float
    monitor_answer_s: float = 1.0
    decide_s: tuple[float, float] = (0.0, 1.0)
    stop_s: tuple[float, float] = (0.05, 3.0)
    start_s: tuple[float, float] = (0.05, 2.0)
    address_s: tuple[float, float] = (0.0, 1.0)
    clone: bool = False
    times_why: str = ""
    """Why stop and start take so long on this system, for people."""
    arp_s: float = 0.5
    allowance_s: float = 2.0
    survivor_acts: bool = True
    """Whether the nodes that are left may start resources: they have quorum, or no-quorum-policy is ignore."""
    fencing: bool = False
    """Whether fencing is on: without a fencing device, no resource of a lost node is taken over."""
    fence: FenceTimes | None = None
    """How long the fencing of a node takes, from the DC's order on; None: there is no fence device."""
    witness: bool = False
    """Whether the nodes that are left have quorum only with the vote of a witness."""
    nodes: int = 2
    """How many nodes corosync has: its token_coefficient adds to the token for each node above two."""

    def patient(self, patience: float) -> Timing:
        """The times on a machine that is `patience` times slower: the longest ones grow; corosync's own do not."""
        return replace(
            self,
            monitor_answer_s=self.monitor_answer_s * patience,
            decide_s=(self.decide_s[0], self.decide_s[1] * patience),
            stop_s=(self.stop_s[0], self.stop_s[1] * patience),
            start_s=(self.start_s[0], self.start_s[1] * patience),
            address_s=(self.address_s[0], self.address_s[1] * patience),
            allowance_s=self.allowance_s * patience,
        )


def timing(lab: Lab) -> Timing:
    """The timings from lab.yaml, for a machine of usual speed; use `dataclasses.replace` to set measured ones."""
    monitors = [(milliseconds(r.monitor) or 0) / 1000 for r in lab.resources if r.kind == "web"]
    return Timing(
        token_s=running_token_ms(lab.corosync.token_ms, len(lab.nodes)) / 1000,
        consensus_s=lab.corosync.consensus_ms / 1000,
        probe_s=1 / lab.drill.probe_hz,
        probe_timeout_s=lab.probe_timeout_s,
        monitor_s=max(monitors, default=0.0),
        survivor_acts=survivors_have_quorum(lab) or starts_without_quorum(lab.properties),
        fencing=fencing(lab.properties),
        fence=fence_devices.times(fence_devices.devices(lab), lab.properties),
        clone=any(one.clone for one in lab.resources if one.kind == "web"),
        witness=lab.witness is not None,
        nodes=len(lab.nodes),
    )
