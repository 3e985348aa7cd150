"""The exercises of the second part: faults that only show at the next failover, and two faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from classroom.blocked_packets import drop_clients, undo_drops
from classroom.cib_changes import (
    add_location,
    change_constraints,
    date_rule,
    delete_node_attribute,
    fail_count,
    no_monitor,
    own_monitor,
    set_node_attribute,
    set_operation,
    set_option,
)
from classroom.exercise import Exercise
from classroom.node_changes import (
    cluster_at_boot,
    expired_key,
    old_hosts,
    passive,
    readable_key,
    token_for_later,
    two_votes,
    undo_expired_key,
)
from classroom.passive_changes import (
    agent_back,
    half_edited,
    no_agent,
    other_version,
    own_version,
    readable_page,
    unreadable_page,
    whole_configuration,
)
from classroom.requirements import all_of, has, one_web_server, sticky, two_nodes
from inventory.model import Command, Location, Order
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Commands, no_commands

LATENT: tuple[Exercise, ...] = (
    Exercise(
        "avoids-left", "takes-over", add_location("{web}-avoids-old-hardware", passive), needs=one_web_server
    ),
    Exercise("stale-ban", "leftovers", add_location("cli-ban-{web}-on-{node}", passive), needs=one_web_server),
    Exercise("since-a-date", "takes-over", date_rule, needs=one_web_server),
    Exercise(
        "stale-failure", "leftovers", set_node_attribute(fail_count, "INFINITY", passive),
        delete_node_attribute(fail_count), needs=one_web_server,
    ),
    Exercise(
        "standby-until-reboot", "leftovers", set_node_attribute(lambda session: "standby", "on", passive),
        needs=two_nodes,
    ),
    Exercise(
        "node-maintenance", "leftovers",
        set_node_attribute(lambda session: "maintenance", "true", passive, "forever"),
        possible=lambda system: system.tools.maintains_nodes, needs=two_nodes,
    ),
    Exercise("nothing-managed", "leftovers", set_option("rsc_defaults", "is-managed", "false")),
    Exercise(
        "hurried-start", "web-server",
        set_operation("web", "start", lambda session: 'interval="0s" timeout="10ms"'), needs=one_web_server,
    ),
    Exercise(
        "failures-ignored", "web-server",
        set_operation("web", "monitor", lambda session: f'{own_monitor(session)} on-fail="ignore"'),
    ),
    Exercise("slow-monitor", "web-server", set_operation("web", "monitor", lambda session: 'interval="3600s"')),
    Exercise("address-unmonitored", "floating-address", no_monitor("address")),
    Exercise(
        "optional-order", "order", change_constraints(Order, lambda session: 'kind="Optional"'), needs=has(Order)
    ),
    Exercise(
        "one-way-order", "order", change_constraints(Order, lambda session: 'symmetrical="false"'),
        needs=has(Order),
    ),
    Exercise(
        "never-back", "location", set_option("rsc_defaults", "resource-stickiness", "INFINITY"),
        needs=all_of(sticky, has(Location)),
    ),
    Exercise("unreadable-page", "pages", unreadable_page, readable_page, needs=one_web_server),
    Exercise("half-edited", "pages", half_edited, whole_configuration, needs=one_web_server),
    Exercise("no-agent", "look-around", no_agent, agent_back, needs=two_nodes),
    Exercise("other-version", "look-around", other_version, own_version, needs=two_nodes),
    Exercise("clients-blocked", "firewall", drop_clients, undo_drops, needs=two_nodes),
    Exercise(
        "expired-key", "logins", expired_key, undo_expired_key,
        possible=lambda system: system.tools.keys_expire,
    ),
    Exercise("old-hosts", "names", old_hosts),
    Exercise("readable-key", "authkey", readable_key),
    Exercise("token-for-later", "corosync.conf", token_for_later),
    Exercise(
        "two-votes", "corosync.conf", two_votes,
        possible=lambda system: system.has_nodelist, needs=two_nodes,
    ),
    Exercise("cluster-at-boot", "at-boot", cluster_at_boot),
)  # fmt: skip
"""One fault each. Most of them show only at the next failover, start or reboot."""
PAIRS: Mapping[str, tuple[str, str]] = {
    "two-lines-lost": ("no-order", "no-colocation"),
    "restless": ("no-stickiness", "location-elsewhere"),
    "night-call": ("stale-ban", "unreadable-page"),
    "unseen-death": ("maintenance-left", "address-unmonitored"),
    "two-doors": ("expired-key", "old-hosts"),
    "power-cut": ("cluster-at-boot", "policy-stop"),
    "half-an-address": ("wrong-netmask", "second-holder"),
}
"""Exercises with two faults: repairing one of them changes what is seen, and is not enough."""


def pair(name: str, first: Exercise, second: Exercise) -> Exercise:
    """An exercise that has the faults of two others."""
    return Exercise(
        name,
        first.check,
        _both(first.breaks, second.breaks),
        _both(first.undo, second.undo),
        possible=lambda system: first.possible(system) and second.possible(system),
        needs=all_of(first.needs, second.needs),
        more_checks=second.checks,
    )


def _both(first: Commands, second: Commands) -> Commands:
    if first is no_commands or second is no_commands:
        return second if first is no_commands else first

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        yield from first(session, facts)
        yield from second(session, facts)

    return commands


def pairs(known: Mapping[str, Exercise]) -> tuple[Exercise, ...]:
    """The exercises with two faults, from the exercises with one."""
    return tuple(pair(name, known[first], known[second]) for name, (first, second) in PAIRS.items())
