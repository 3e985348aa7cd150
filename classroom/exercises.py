"""The exercises, broken configurations to find and repair: how to break the lab, and the checks that must fail.

Data only; `classroom.exercise_run` runs them. Titles, stories and hints are in exercises.yaml, solutions in
solutions.yaml.
"""

from __future__ import annotations

from classroom.blocked_packets import drop_cluster, undo_drops
from classroom.cib_changes import (
    change_constraints,
    delete_constraints,
    no_monitor,
    other_prefix,
    pcs_command,
    reversed_pair,
    set_option,
    set_parameter,
)
from classroom.exercise import Exercise
from classroom.exercise_rows import LATENT, pairs
from classroom.node_changes import (
    active,
    another_key,
    another_witness,
    locked_out,
    loopback,
    node2,
    other_address,
    page_of_peer,
    passive,
    restart_by_systemd,
    same_nodeid,
    second_holder,
    short_name,
    two_node,
    web,
)
from classroom.requirements import (
    all_of,
    encrypted,
    has,
    has_witness,
    long_names,
    not_two_node,
    property_is_not,
    reason,
    sticky,
    two_nodes,
    wide_network,
)
from cluster import pcs
from inventory.errors import ConfigError
from inventory.model import INFINITY, Colocation, Lab, Location, Order
from inventory.platforms.base import Platform
from inventory.session import LabSession

ELSEWHERE = change_constraints(
    Location, lambda session: f'node="{session.lab.peers(session.lab.preferred)[0].name}"'
)
BASIC: tuple[Exercise, ...] = (
    Exercise("no-order", "order", delete_constraints(Order), needs=has(Order)),
    Exercise("wrong-order", "order", change_constraints(Order, reversed_pair), needs=has(Order)),
    Exercise("no-colocation", "colocation", delete_constraints(Colocation), needs=has(Colocation)),
    Exercise(
        "negative-colocation", "colocation", change_constraints(Colocation, lambda session: 'score="-INFINITY"'),
        needs=has(Colocation, without_score=-INFINITY),
    ),
    Exercise(
        "weak-location", "location", change_constraints(Location, lambda session: 'score="50"'),
        needs=has(Location, without_score=50),
    ),
    Exercise("location-elsewhere", "location", ELSEWHERE, needs=has(Location)),
    Exercise("web-at-boot", "at-boot", web("enable", node2)),
    Exercise("web-revived", "at-boot", restart_by_systemd, possible=lambda system: system.services.restarts_killed),
    Exercise("web-by-hand", "one-web-server", web("start", passive)),
    Exercise(
        "wrong-netmask", "floating-address", set_parameter("address", "cidr_netmask", other_prefix),
        needs=wide_network,
    ),
    Exercise("wrong-address", "floating-address", set_parameter("address", "ip", other_address)),
    Exercise(
        "policy-stop", "no-quorum-policy", set_option("crm_config", "no-quorum-policy", "stop"),
        needs=all_of(two_nodes, property_is_not("no-quorum-policy", "stop", default="stop")),
    ),
    Exercise(
        "stonith-on", "no-stonith", set_option("crm_config", "stonith-enabled", "true"),
        needs=property_is_not("stonith-enabled", "true", default="true"),
    ),
    Exercise(
        "no-stickiness", "stickiness", set_option("rsc_defaults", "resource-stickiness", "0"), needs=sticky
    ),
    Exercise("other-authkey", "authkey", another_key, needs=all_of(two_nodes, encrypted)),
    Exercise("name-on-loopback", "names", loopback),
    Exercise("short-name", "names", short_name, needs=long_names),
    Exercise("no-monitor", "web-server", no_monitor("web")),
    Exercise("firewall-drop", "firewall", drop_cluster, undo_drops, needs=two_nodes),
    Exercise("wrong-page", "pages", page_of_peer),
    Exercise("second-holder", "one-owner", second_holder),
    Exercise("same-nodeid", "node-ids", same_nodeid, needs=two_nodes),
    Exercise(
        "two-node-once", "corosync.conf", two_node,
        possible=lambda system: system.knows_two_node, needs=all_of(two_nodes, not_two_node),
    ),
    Exercise(
        "ban-left", "leftovers",
        pcs_command(lambda g, f: pcs.ban(g.platform.pcs, g.lab.resource("web").id, active(g, f).name), "a ban"),
    ),
    Exercise(
        "standby-left", "leftovers",
        pcs_command(lambda g, f: pcs.standby(g.platform.pcs, node2(g, f).name), "a standby"),
    ),
    Exercise(
        "maintenance-left", "leftovers",
        pcs_command(lambda g, f: pcs.maintenance_on(g.platform.pcs), "maintenance"),
    ),
    Exercise("web-disabled", "web-server", set_parameter("web", "target-role", lambda session: "Stopped", "--meta")),
    Exercise("web-unmanaged", "web-server", set_parameter("web", "is-managed", lambda session: "false", "--meta")),
    Exercise("locked-out", "ssh", locked_out),
    Exercise(
        "another-witness", "third-vote", another_witness,
        possible=lambda system: bool(system.qdevice_packages), needs=has_witness,
    ),
)  # fmt: skip
"""One fault each, most of them with a symptom now."""
EXERCISES: tuple[Exercise, ...] = (
    *BASIC,
    *LATENT,
    *pairs({one.name: one for one in (*BASIC, *LATENT)}),
)


def for_platform(platform: Platform) -> tuple[Exercise, ...]:
    """The exercises that are possible on a platform."""
    return tuple(one for one in EXERCISES if one.possible(platform))


def for_lab(platform: Platform, lab: Lab) -> tuple[Exercise, ...]:
    """The exercises that are possible on a platform and with a lab.yaml."""
    return tuple(one for one in for_platform(platform) if not reason(one.needs, lab))


def find(platform: Platform, name: str) -> Exercise | None:
    """The exercise of a name, if the platform has it."""
    return next((one for one in for_platform(platform) if one.name == name), None)


def get(session: LabSession, name: str) -> Exercise:
    """The exercise of a name, if the platform and lab.yaml allow it. Raises ConfigError."""
    found = find(session.platform, name)
    known = ", ".join(one.name for one in for_lab(session.platform, session.lab))
    if found is None:
        raise ConfigError(f"There is no exercise {name!r}.", hint=f"The exercises are: {known}")
    if why := reason(found.needs, session.lab):
        raise ConfigError(
            f"The exercise {name} does not work with this lab.yaml: {why}.",
            hint=f"The exercises are: {known}",
        )
    return found
