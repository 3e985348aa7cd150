"""What the exercises change in the configuration of the cluster (CIB). Each function yields commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cluster import pcs
from cluster.cib_constraints import TAGS
from inventory.config.cluster_properties import name_in_effect
from inventory.model import Command, Constraint
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps import constraints
from provision.steps.base import Commands, cib_delete, pcs_on


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


def reversed_pair(session: LabSession) -> str:
    """The attributes of the first order constraint with its resources exchanged."""
    order = session.lab.orders[0]
    return f'first="{order.then}" then="{order.first}"'
