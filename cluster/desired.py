"""The configuration that lab.yaml describes: complete, or the state between two steps of the walkthrough."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cluster import fencing as fences
from cluster import scores
from cluster.agent_operations import advised, patient
from cluster.configuration import Configuration, Primitive
from cluster.services import joined, wanted
from inventory.config.cluster_properties import milliseconds
from inventory.model import Lab
from inventory.platforms.base import Platform


def properties_of(lab: Lab, platform: Platform) -> dict[str, str]:
    """Give the cluster properties of lab.yaml, with the shortest time where pacemaker refuses a shorter one."""
    least = platform.tools.least_times
    return {
        name: least[name] if name in least and _shorter(value, least[name]) else value
        for name, value in lab.properties.items()
    }


def _shorter(one: str, other: str) -> bool:
    return (milliseconds(one) or 0) < (milliseconds(other) or 0)


def desired(
    lab: Lab,
    platform: Platform,
    *,
    properties: Collection[str] | None = None,
    stickiness: int | None = None,
    resources: Collection[str] | None = None,
    constraints: Collection[str] = ("colocation", "order", "location"),
    fencing: bool = True,
    services: bool = True,
    interface: str = "",
    metadata: Mapping[str, str] | None = None,
) -> Configuration:
    """Give the configuration of the whole walkthrough, or a part of it for the states between its steps.

    `properties` and `resources` select by name and id, `constraints` by type; a constraint needs its
    resources. `stickiness` replaces the lab's; 0 is stored too, as newer pcs starts a cluster with 1.
    `fencing`: with the fence devices of the lab, if it has any; `services`: with its resources of any agent.
    `interface` is the nodes' interface in the cluster's network, "" when they differ: ocf:heartbeat:IPaddr
    uses eth0 unless `nic` is set (see its metadata). `metadata` maps agents to the metadata that was read.
    """
    kept = [r for r in lab.resources if resources is None or r.id in resources]
    ids = {resource.id for resource in kept}
    address = {"ip": str(lab.vip), "cidr_netmask": str(lab.network.prefixlen)}
    if platform.agents["address"] == "ocf:heartbeat:IPaddr" and interface not in ("", "eth0"):
        address["nic"] = interface
    options = {"address": address}
    colocations = [
        c for c in lab.colocations if {c.resource, c.with_resource} <= ids and "colocation" in constraints
    ]
    orders = [c for c in lab.orders if {c.first, c.then} <= ids and "order" in constraints]
    locations = [c for c in lab.locations if c.resource in ids and "location" in constraints]
    value = lab.stickiness if stickiness is None else stickiness

    def timeouts(agent: str) -> Mapping[str, str]:
        return advised(platform.pcs, agent, (metadata or {}).get(agent, ""))

    plain = tuple(
        Primitive(
            r.id,
            platform.agents[r.kind],
            options.get(r.kind, {}),
            {"monitor": r.monitor},
            timeouts=patient(platform.pcs, platform.agents[r.kind], lab.patience),
            advised=timeouts(platform.agents[r.kind]),
            clone=r.clone,
        )
        for r in kept
    )
    devices, apart = (fences.devices(lab), fences.apart(lab)) if fencing else ((), ())
    own = Configuration(
        properties={
            name: value
            for name, value in sorted(properties_of(lab, platform).items())
            if properties is None or name in properties
        },
        defaults={"resource-stickiness": scores.text(value)},
        resources=tuple(sorted((*plain, *devices), key=lambda resource: resource.id)),
        colocations=tuple(sorted(colocations, key=repr)),
        orders=tuple(sorted(orders, key=repr)),
        locations=tuple(sorted((*locations, *apart), key=repr)),
    )
    return joined(own, wanted(lab, platform, metadata or {})) if services else own
