"""The commands of pcs, by generation: one function for each operation, which gives the argv.

An exit status of 0 is no proof on 0.9, which prints its usage with 0 and stores unknown names: read the
CIB back and compare (`cluster.cib`). Where the document's 0.9.26 lacks an operation or needs a peer's
pcsd for it, pacemaker's own tool, which pcs calls too, stands in. Source: pcs(8) of each version, and
every row of the dialects' table tried offline against `pcs -f`.
"""

from __future__ import annotations

from collections.abc import Mapping

from cluster import scores
from inventory.errors import ConfigError
from inventory.model import Colocation, Location, Order
from inventory.platforms.base import PcsGeneration

Argv = tuple[str, ...]
_OLD: tuple[PcsGeneration, ...] = ("0.9.26", "0.9")


def version(generation: PcsGeneration) -> Argv:
    """Print the version of pcs. 0.9.26 has no --version; rpm(8) knows the package's."""
    return ("rpm", "-q", "pcs") if generation == "0.9.26" else ("pcs", "--version")


def property_set(generation: PcsGeneration, name: str, value: str) -> Argv:
    """Set a cluster property (walkthrough step 4 and 6). 0.9.26 stores any name."""
    return ("pcs", "property", "set", f"{name}={value}")


def property_unset(generation: PcsGeneration, name: str) -> Argv:
    """Remove a cluster property, so that its default applies again."""
    return ("pcs", "property", "unset", name)


def maintenance_on(generation: PcsGeneration) -> Argv:
    """Set maintenance mode: the cluster does not monitor, start or stop any resource."""
    return property_set(generation, "maintenance-mode", "true")


def resource_create(
    generation: PcsGeneration,
    id: str,
    agent: str,
    options: Mapping[str, str] | None = None,
    monitor: str | None = None,
    *,
    timeouts: Mapping[str, str] | None = None,
    clone: bool = False,
) -> Argv:
    """Create a primitive; `monitor` is its interval in pacemaker's notation (30s), None for pcs's default.

    `clone`: in a clone, so that it runs on all nodes. `timeouts` are those of its operations, by operation; without
    them pcs's defaults. From 0.9.123 pcs stores the agent's start and stop operations too. 0.9.26 stores an unknown
    agent. ConfigError for a clone on 0.9 and 0.9.26.
    """
    pairs = tuple(f"{name}={value}" for name, value in (options or {}).items())
    words: dict[str, list[str]] = {"monitor": [f"interval={monitor}"]} if monitor else {}
    for name, seconds in (timeouts or {}).items():
        words.setdefault(name, []).append(f"timeout={seconds}")
    operations = [word for name, given in words.items() for word in (name, *given)]
    if clone and generation in _OLD:
        raise ConfigError(f"pcs {generation} creates no clone here", hint="clone: false, or another platform")
    cloned = ("clone", "interleave=true") if clone else ()
    return (
        "pcs",
        "resource",
        "create",
        id,
        agent,
        *pairs,
        *(("op", *operations) if operations else ()),
        *cloned,
    )


def resource_delete(generation: PcsGeneration, id: str) -> Argv:
    """Delete a resource and the constraints that name it."""
    return ("pcs", "resource", "delete", id)


def defaults_stickiness(generation: PcsGeneration, value: int) -> Argv:
    """Set the default stickiness of all resources (walkthrough step 6)."""
    pair = f"resource-stickiness={scores.text(value)}"
    if generation == "0.9.26":
        return ("pcs", "resource", "rsc", "defaults", pair)
    if generation == "0.9":
        return ("pcs", "resource", "defaults", pair)
    return ("pcs", "resource", "defaults", "update", pair)


def list_defaults(generation: PcsGeneration) -> Argv:
    """Print the defaults of all resources."""
    return ("pcs", "resource", *(("rsc",) if generation == "0.9.26" else ()), "defaults")


def colocation(generation: PcsGeneration, constraint: Colocation) -> Argv:
    """Keep a resource where another one runs (walkthrough step 7.1). A second time is an error."""
    first, second, score = constraint.resource, constraint.with_resource, scores.text(constraint.score)
    head = ("pcs", "constraint", "colocation", "add", first)
    if generation in _OLD:
        return (*head, second, score)
    return (*head, "with", second, f"score={score}" if generation == "0.12" else score)


def order(generation: PcsGeneration, constraint: Order) -> Argv:
    """Start one resource before another, and stop them in reverse order. A second time is an error."""
    return ("pcs", "constraint", "order", constraint.first, "then", constraint.then)


def location(generation: PcsGeneration, constraint: Location) -> Argv:
    """Let a resource prefer a node with a score. From 0.10 the node must exist. A second time is an error."""
    score = scores.text(constraint.score)
    head = ("pcs", "constraint", "location", "add", constraint.id, constraint.resource, constraint.node)
    return (*head, f"score={score}" if generation == "0.12" else score)


def constraint_delete(generation: PcsGeneration, id: str) -> Argv:
    """Delete the constraint with this id of the CIB."""
    word = {"0.9.26": "rm", "0.9": "remove"}.get(generation, "delete")
    return ("pcs", "constraint", word, id)


def standby(generation: PcsGeneration, node: str) -> Argv:
    """Put a node in standby: it may run no resource."""
    return ("pcs", "cluster" if generation in _OLD else "node", "standby", node)


def unstandby(generation: PcsGeneration, node: str) -> Argv:
    """End standby: the node may run resources again."""
    return ("pcs", "cluster" if generation in _OLD else "node", "unstandby", node)


def cleanup(generation: PcsGeneration, id: str | None = None) -> Argv:
    """Clean up the failures of one or all resources; crm_resource(8) on 0.9.26, one resource at a time."""
    if generation == "0.9.26" and id is None:
        return ("sh", "-c", "for id in $(crm_resource -l); do crm_resource -C -r $id || exit; done")
    if generation == "0.9.26":
        return ("crm_resource", "-C", "-r", str(id))
    return ("pcs", "resource", "cleanup", *((id,) if id else ()))


def refresh(generation: PcsGeneration, id: str) -> Argv:
    """Check again whether a resource runs, and start it if needed; up to 1.1.17 by crm_resource's cleanup."""
    if generation in _OLD:
        return ("crm_resource", "-C", "-r", id)
    return ("pcs", "resource", "refresh", id)


def move(generation: PcsGeneration, id: str, node: str) -> Argv:
    """Move a resource to a node. Up to 0.10 a `cli-prefer-` constraint stays until `clear`."""
    return ("pcs", "resource", "move", id, node)


def ban(generation: PcsGeneration, id: str, node: str) -> Argv:
    """Keep a resource off a node: a `cli-ban-` constraint, until `clear`.

    0.9.26 has no ban: crm_resource(8) of 1.1.8 moves the resource off the node where it runs, whichever that is,
    and leaves a `cli-standby-` constraint for that node.
    """
    if generation == "0.9.26":
        return ("crm_resource", "-M", "-r", id)
    return ("pcs", "resource", "ban", id, node)


def clear(generation: PcsGeneration, id: str) -> Argv:
    """Remove what `move` and `ban` left behind for a resource."""
    return ("pcs", "resource", "unmove" if generation == "0.9.26" else "clear", id)


def disable(generation: PcsGeneration, id: str) -> Argv:
    """Stop a resource and keep it stopped (target-role); 0.9.26 has no command for it, crm_resource(8) has."""
    if generation == "0.9.26":
        return ("crm_resource", "-r", id, "--meta", "-p", "target-role", "-v", "Stopped")
    return ("pcs", "resource", "disable", id)


def enable(generation: PcsGeneration, id: str) -> Argv:
    """Let a disabled resource start again."""
    if generation == "0.9.26":
        return ("crm_resource", "-r", id, "--meta", "-d", "target-role")
    return ("pcs", "resource", "enable", id)


def list_constraints(generation: PcsGeneration) -> Argv:
    """Print the constraints with their ids."""
    tail = {"0.9.26": ("all",), "0.9": ("show", "--full"), "0.10": ("show", "--full")}
    return ("pcs", "constraint", *tail.get(generation, ("config", "--full")))


def list_properties(generation: PcsGeneration) -> Argv:
    """Print the cluster properties that are set."""
    return ("pcs", "property", "list" if generation in (*_OLD, "0.10") else "config")


def list_resources(generation: PcsGeneration) -> Argv:
    """Print the resources with their options and operations; 0.9 needs the flag for more than names."""
    if generation == "0.9.26":
        return ("pcs", "resource", "show", "--all")
    if generation == "0.9":
        return ("pcs", "resource", "show", "--full")
    return ("pcs", "resource", "config")


def standards(generation: PcsGeneration) -> Argv:
    """Print the classes of agents: ocf, lsb, service, systemd, stonith (walkthrough step 5)."""
    return ("pcs", "resource", "standards")


def providers(generation: PcsGeneration) -> Argv:
    """Print the providers of ocf agents: heartbeat, pacemaker (walkthrough step 5)."""
    return ("pcs", "resource", "providers")


def agents(generation: PcsGeneration, standard: str | None = None) -> Argv:
    """Print the agents, all or those of a standard or standard:provider (walkthrough step 5)."""
    return ("pcs", "resource", "agents", *((standard,) if standard else ()))


def describe(generation: PcsGeneration, agent: str) -> Argv:
    """Print an agent's options (walkthrough step 5)."""
    return ("pcs", "resource", "describe", agent)


def config(generation: PcsGeneration) -> Argv:
    """Print the whole configuration."""
    return ("pcs", "config")


def status(generation: PcsGeneration) -> Argv:
    """Print the cluster's state for people; programs read crm_mon's XML (`cluster.crm_mon`)."""
    return ("pcs", "status")


def cib(generation: PcsGeneration) -> Argv:
    """Print the CIB as XML."""
    return ("pcs", "cluster", "cib")


def destroy(generation: PcsGeneration) -> Argv:
    """Remove the cluster's configuration from this node; ConfigError on 0.9.26, where it does not work."""
    if generation == "0.9.26":
        raise ConfigError(
            "pcs 0.9.26 cannot destroy a cluster of the pacemaker plugin",
            hint="stop corosync and remove /etc/corosync/corosync.conf and /var/lib/pacemaker/cib/*",
        )
    return ("pcs", "cluster", "destroy", *(("--yes",) if generation == "0.12" else ()))
