"""Step 3.4: removes everything from the configuration that lab.yaml does not have, before later steps add to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from cluster.cib_xml import REPLACE, configuration_xml
from cluster.configuration import Configuration
from cluster.fencing import device_ids
from cluster.foreign import foreign, known_part
from inventory.model import Command, Node
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, desired_configuration, pcs_on


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Replace the configuration by the part of it that lab.yaml has; remove transient attributes, nodes, addresses."""
    for node, interface, address in foreign_addresses(session, facts):
        argv, why = ("ip", "addr", "del", address, "dev", interface), f"lab.yaml does not have {address}"
        yield Command(node.name, argv, why=why, ok=(0, 2), purpose="remove-address")  # 2: it is already gone
    if facts.cib is None:
        return
    want = desired_configuration(session, facts)
    known = known_part(want, facts.cib)
    stored = [line for line in foreign(want, facts.cib) if ": transient attribute " not in line]
    if stored:
        yield replacement(session, facts, known, f"lab.yaml does not have: {summary(stored)}")
    yield from clear_transient(session, facts)
    online = facts.state.online if facts.state else ()
    for name in foreign_nodes(session, facts):
        if name not in online:  # one that is online joins again at once
            yield pcs_on(session, facts, ("crm_node", "--force", "-R", name), f"remove the node {name}")


def foreign_nodes(session: LabSession, facts: Facts) -> tuple[str, ...]:
    """The nodes of the CIB that lab.yaml does not have; crm_node(8) removes one from the CIB and from all memory."""
    known = {node.name for node in session.lab.nodes}
    stored = (node.get("uname", "") for node in (facts.live.nodes if facts.live else ()))
    return tuple(name for name in stored if name not in known)


def foreign_addresses(session: LabSession, facts: Facts) -> Iterator[tuple[Node, str, str]]:
    """Addresses of the cluster's network that a node holds and that neither lab.yaml nor a resource of the CIB has."""
    stored = facts.cib
    configured = {one.attributes.get("ip", "") for one in stored.resources} if stored else set()
    configured |= set(re.findall(r"\bip=([0-9.]+)", " ".join(stored.others))) if stored else set()
    for node in session.lab.nodes:
        for line in facts.of(node).addresses:
            interface, _, address = line.partition(" ")
            if address.split("/")[0] not in {str(node.address), str(session.lab.vip), *configured}:
                yield node, interface, address


def summary(lines: Sequence[str]) -> str:
    """The first line, at most 100 characters of it, and the number of the other lines."""
    more = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
    return (lines[0] if len(lines[0]) <= 100 else f"{lines[0][:97]}...") + more


def replacement(session: LabSession, facts: Facts, configuration: Configuration, why: str) -> Command:
    """One command that replaces the stored configuration; nodes and pacemaker's own bookkeeping stay."""
    assert facts.live is not None
    text = configuration_xml(configuration, facts.live.nodes, facts.live.bookkeeping)
    command = pcs_on(session, facts, REPLACE, why)
    return Command(
        command.node,
        command.argv,
        why,
        stdin=text,
        deadline=command.deadline,
        purpose="replace-configuration",
    )


def clear_transient(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Delete the transient attributes, which pacemaker keeps until the node's cluster stops; crm_attribute(8)."""
    for node, attributes in facts.cib.transient.items() if facts.cib else ():
        for name in attributes:
            argv = ("crm_attribute", "-q", "-l", "reboot", "-N", node, "-n", name, "-D")
            yield pcs_on(session, facts, argv, f"delete the transient attribute {name} of {node}")


def running(
    session: LabSession, facts: Facts, known: Collection[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The resources that run and are not among the known ones (default: those of lab.yaml), with their nodes."""
    lab = session.lab
    own = (*(resource.id for resource in lab.resources), *device_ids(lab), *lab.services.ids)
    known = own if known is None else known
    state = facts.state
    ids = (
        dict.fromkeys(one.resource for one in state.placements if one.resource.partition(":")[0] not in known)
        if state
        else {}
    )
    return {id_: state.where(id_) for id_ in ids if state is not None and state.where(id_)}


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """One line for each thing in the CIB, and for each running resource, that lab.yaml does not have."""
    if facts.cib is not None:
        yield from (
            f"lab.yaml does not have: {line}"
            for line in foreign(desired_configuration(session, facts), facts.cib)
        )
    yield from (f"lab.yaml does not have: node {name}" for name in foreign_nodes(session, facts))
    for node, interface, address in foreign_addresses(session, facts):
        yield f"lab.yaml does not have: {node.alias} holds {address} on {interface}"
    for id_, nodes in running(session, facts).items():
        yield f"{id_}, which lab.yaml does not have, runs on {' and '.join(nodes)}"


STEP = Step("leftovers", "3.4", commands, problems)
