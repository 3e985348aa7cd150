"""The exercises, broken configurations to find and repair: how to break the lab, and the check that must fail.

Data only; `classroom.attempt` runs them. Title, story, hints and solution are in exercises.yaml, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from classroom.node_changes import (
    active,
    another_key,
    another_witness,
    drop,
    locked_out,
    loopback,
    node2,
    page_of_peer,
    passive,
    restart_by_systemd,
    same_nodeid,
    second_holder,
    short_name,
    two_node,
    undo_drop,
    web,
)
from classroom.requirements import (
    Requirement,
    all_of,
    any_lab,
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
from cluster.cib_constraints import TAGS
from inventory.config.cluster_properties import name_in_effect
from inventory.errors import ConfigError
from inventory.model import INFINITY, Colocation, Command, Constraint, Lab, Location, Order
from inventory.platforms.base import Platform
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps import constraints
from provision.steps.base import Commands, cib_delete, no_commands, pcs_on


def every_platform(platform: Platform) -> bool:
    """The exercise is possible on every platform."""
    return True


@dataclass(frozen=True)
class Exercise:
    """One broken configuration. `undo` repairs what provisioning does not; provisioning repairs the rest."""

    name: str
    check: str
    """The check of `classroom.checks` that must fail."""
    breaks: Commands
    undo: Commands = no_commands
    possible: Callable[[Platform], bool] = every_platform
    """Whether a platform can be broken in this way."""
    needs: Requirement = any_lab
    """Why this lab.yaml cannot be broken in this way; "" when it can."""


# The configuration of the cluster (CIB)


def delete_constraints(kind: type[Constraint]) -> Commands:
    """Delete the constraints of a kind."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for found, id_ in constraints.stored(facts):
            if isinstance(found, kind):
                yield cib_delete(session, facts, f'<{TAGS[kind]} id="{id_}"/>', f"no {kind.__name__}")

    return commands


def change_constraints(kind: type[Constraint], attributes: Callable[[LabSession], str]) -> Commands:
    """Give the constraints of a kind other attributes."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for found, id_ in constraints.stored(facts):
            if isinstance(found, kind):
                xml = f'<{TAGS[kind]} id="{id_}" {attributes(session)}/>'
                yield pcs_on(
                    session, facts, ("cibadmin", "--modify", "--xml-text", xml), f"another {kind.__name__}"
                )

    return commands


def set_option(section: str, name: str, value: str) -> Commands:
    """Set a cluster property (crm_config, by its old name) or a default of the resources (rsc_defaults).

    Source: crm_attribute(8).
    """

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        used = name_in_effect(session.lab.properties, name) if section == "crm_config" else name
        argv = ("crm_attribute", "-q", "-t", section, "-n", used, "-v", value)
        yield pcs_on(session, facts, argv, f"{used} is {value}")

    return commands


def set_parameter(kind: str, name: str, value: Callable[[LabSession], str], *flags: str) -> Commands:
    """Set an option of a resource, or with the flag --meta one of its meta attributes; crm_resource(8)."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        id_ = session.lab.resource(kind).id
        argv = ("crm_resource", "-r", id_, *flags, "-p", name, "-v", value(session))
        yield pcs_on(session, facts, argv, f"another {name} for {id_}")

    return commands


def no_monitor(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Delete the web server's monitor operation."""
    id_ = session.lab.resource("web").id
    path = f"//primitive[@id='{id_}']/operations/op[@name='monitor']"
    yield pcs_on(session, facts, ("cibadmin", "--delete", "--xpath", path), f"no monitor of {id_}")


def other_address(session: LabSession) -> str:
    """The next free address after the floating address."""
    taken = {session.lab.vip, *(one.address for one in session.lab.machines)}
    return str(next(one for one in (session.lab.vip + k for k in range(1, 99)) if one not in taken))


def other_prefix(session: LabSession) -> str:
    """A netmask longer than the network's."""
    return str(min(session.lab.network.prefixlen + 8, 32))


def pcs_command(argv: Callable[[LabSession, Facts], pcs.Argv], why: str) -> Commands:
    """One command of pcs, in the form of the platform's pcs generation."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        yield pcs_on(session, facts, argv(session, facts), why)

    return commands


def _pair(session: LabSession) -> str:
    order = session.lab.orders[0]
    return f'first="{order.then}" then="{order.first}"'


ELSEWHERE = change_constraints(
    Location, lambda session: f'node="{session.lab.peers(session.lab.preferred)[0].name}"'
)
EXERCISES: tuple[Exercise, ...] = (
    Exercise("no-order", "order", delete_constraints(Order), needs=has(Order)),
    Exercise("wrong-order", "order", change_constraints(Order, _pair), needs=has(Order)),
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
    Exercise("no-monitor", "web-server", no_monitor),
    Exercise("firewall-drop", "firewall", drop, undo_drop, needs=two_nodes),
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
