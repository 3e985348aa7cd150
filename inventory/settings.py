"""The settings of lab.yaml that are not about the cluster: how a drill observes, and the virtual machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.probes import PAGE, ProbeRequest


@dataclass(frozen=True)
class Drill:
    """How a drill observes the service; `budget_s` is the longest outage (seconds) by kind (LabSession.budget_s)."""

    probe_hz: int
    probe_timeout_ms: int
    watch_ms: int
    seed: int
    budget_s: Mapping[str, float]
    connecting_hz: int = 10
    routed_hz: int = 10
    probe: ProbeRequest = PAGE


@dataclass(frozen=True)
class MachineSettings:
    """The settings of the virtual machines; containers ignore them.

    `driver` is auto, kvm or qemu, for a provider that has a choice. `box` is the name under which Vagrant keeps the
    box, "" for the platform's own box. `box_url` is a URL or a path; "" where Vagrant has the box already.
    """

    cpus: int
    driver: str
    box: str
    box_url: str
