"""What the exercises change in the configuration of the cluster (CIB). Each function yields commands."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from classroom.node_changes import passive
from cluster import pcs
from cluster.cib_constraints import TAGS
from inventory.config.cluster_properties import name_in_effect
from inventory.model import Command, Constraint, Node
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


def _operation(id_: str, name: str) -> str:
    """The XPath of an operation of a resource."""
    return f"//primitive[@id='{id_}']/operations/op[@name='{name}']"


def no_monitor(kind: str) -> Commands:
    """Delete the monitor operation of a resource."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        id_ = session.lab.resource(kind).id
        argv = ("cibadmin", "--delete", "--xpath", _operation(id_, "monitor"))
        yield pcs_on(session, facts, argv, f"no monitor of {id_}")

    return commands


def set_operation(kind: str, name: str, attributes: Callable[[LabSession], str]) -> Commands:
    """Give a resource another operation of a name in the place of the one that it has, if it has any."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        id_ = session.lab.resource(kind).id
        operation = f'<op id="{id_}-{name}-changed" name="{name}" {attributes(session)}/>'
        xml = f'<primitive id="{id_}"><operations>{operation}</operations></primitive>'
        delete = shlex.join(("cibadmin", "--delete", "--xpath", _operation(id_, name)))
        add = shlex.join(("cibadmin", "--modify", "--scope", "resources", "--xml-text", xml))
        # There may be no such operation yet: then there is nothing to delete.
        yield pcs_on(
            session, facts, ("sh", "-c", f"{delete} >/dev/null 2>&1; {add}"), f"another {name} of {id_}"
        )

    return commands


def own_monitor(session: LabSession) -> str:
    """The interval of the web server's monitor, as an attribute of an operation."""
    return f'interval="{session.lab.resource("web").monitor}"'


def add_location(id_: str, where: Callable[[LabSession, Facts], Node], score: str = "-INFINITY") -> Commands:
    """Add a location constraint of the web server. `id_` may have the words {web} and {node}."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        web, node = session.lab.resource("web").id, where(session, facts).name
        name = id_.format(web=web, node=node)
        xml = f'<rsc_location id="{name}" rsc="{web}" node="{node}" score="{score}"/>'
        yield _add_constraint(session, facts, xml, f"{score} for {node}")

    return commands


def date_rule(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Forbid the web server on the passive node since a day in the past; Pacemaker Explained, "Rules"."""
    web, node = session.lab.resource("web").id, passive(session, facts).name
    here = f'<expression id="maintenance-from-node" attribute="#uname" operation="eq" value="{node}"/>'
    date = '<date_expression id="maintenance-from-date" operation="gt" start="2024-01-01"/>'
    rule = f'<rule id="maintenance-from-rule" score="-INFINITY" boolean-op="and">{here}{date}</rule>'
    xml = f'<rsc_location id="maintenance-from" rsc="{web}">{rule}</rsc_location>'
    yield _add_constraint(session, facts, xml, "a rule with a date")


def _add_constraint(session: LabSession, facts: Facts, xml: str, why: str) -> Command:
    return pcs_on(session, facts, ("cibadmin", "--create", "--scope", "constraints", "--xml-text", xml), why)


def set_node_attribute(
    name: Callable[[LabSession], str],
    value: str,
    where: Callable[[LabSession, Facts], Node],
    lifetime: str = "reboot",
) -> Commands:
    """Set an attribute of a node: until its cluster stops (reboot), or for ever; crm_attribute(8)."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        node, attribute = where(session, facts).name, name(session)
        argv = ("crm_attribute", "-q", "-l", lifetime, "-N", node, "-n", attribute, "-v", value)
        yield pcs_on(session, facts, argv, f"{attribute} of {node} is {value}")

    return commands


def delete_node_attribute(name: Callable[[LabSession], str]) -> Commands:
    """Delete a transient attribute of all nodes, where it is."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for node in session.lab.nodes:
            delete = shlex.join(
                ("crm_attribute", "-q", "-l", "reboot", "-N", node.name, "-n", name(session), "-D")
            )
            # No cluster may run there now.
            script = ("sh", "-c", f"{delete} >/dev/null 2>&1 || true")
            undo = pcs_on(session, facts, script, f"no {name(session)} of {node.name}")
            yield replace(undo, purpose="repair-lab")

    return commands


def fail_count(session: LabSession) -> str:
    """The name of the attribute that counts the failed starts of the web server."""
    name = f"fail-count-{session.lab.resource('web').id}"
    return f"{name}#start_0" if session.platform.tools.fail_count_of_operation else name


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
