"""Steps 5, 6.1 and 7: the resource agents, the floating address, the web server."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import configuration, pcs
from cluster.configuration import Configuration, Primitive
from cluster.foreign import known_resource
from cluster.values import same
from inventory.model import Command, Node, Resource
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, desired_configuration, pcs_on
from status import node_shell


def missing_agents(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 5: agents that lab.yaml needs and a node does not have."""
    for agent in session.platform.agents.values():
        standard, _, rest = agent.partition(":")
        if standard != "ocf":
            continue
        provider, _, name = rest.partition(":")
        for node in session.lab.nodes:
            if provider == "heartbeat" and name not in facts.of(node).agents:
                yield f"{node.name}: the agent {agent} is missing"


def wanted(session: LabSession, facts: Facts, resource: Resource) -> Primitive:
    """The resource as the CIB must have it."""
    return next(one for one in desired_configuration(session, facts).resources if one.id == resource.id)


def found(facts: Facts, resource: Resource) -> Primitive | None:
    """The resource as the CIB has it; None when the CIB does not have it."""
    return next((one for one in (facts.cib.resources if facts.cib else ()) if one.id == resource.id), None)


def differences(want: Primitive, have: Primitive) -> tuple[str, ...]:
    """One line for each difference between a stored resource and the wanted one."""
    both = [Configuration({}, {}, (one,)) for one in (want, have)]
    return configuration.differences(*both)


def _change_options(session: LabSession, facts: Facts, resource: Resource) -> Iterator[Command]:
    """Correct options and meta attributes one by one, so that the resource is not created again; crm_resource(8)."""
    want, have = wanted(session, facts, resource), found(facts, resource)
    if have is None or have.agent != want.agent:
        return
    for words, good, stored in (
        (("--meta",), want.meta, have.meta),
        ((), want.attributes, have.attributes),
    ):
        head = ("crm_resource", "-r", resource.id, *words)
        for name in sorted(good.keys() | stored.keys()):
            if name not in good:
                yield pcs_on(session, facts, (*head, "-d", name), f"delete {name} of {resource.id}")
            elif not same(name, good[name], stored.get(name)):
                argv = (*head, "-p", name, "-v", good[name])
                yield pcs_on(session, facts, argv, f"{name} of {resource.id} is {good[name]}")


def _create(session: LabSession, facts: Facts, kind: str) -> Iterator[Command]:
    if not session.lab.has(kind):
        return
    resource = session.lab.resource(kind)
    want, have = wanted(session, facts, resource), found(facts, resource)
    # The step "leftovers" has removed what lab.yaml does not have from the resource.
    other = None if have is None else differences(want, known_resource(want, have))
    amendments = list(_change_options(session, facts, resource))
    if amendments:
        yield from amendments
        return
    if other:
        yield pcs_on(
            session,
            facts,
            pcs.resource_delete(session.platform.pcs, resource.id),
            f"{resource.id} differs from lab.yaml: delete it",
        )
    if other is None or other:
        argv = pcs.resource_create(
            session.platform.pcs,
            resource.id,
            want.agent,
            want.attributes,
            resource.monitor,
            timeouts=want.timeouts,
            clone=resource.clone,
        )
        yield pcs_on(session, facts, argv, f"create {resource.id} with the agent {want.agent}")
    elif _banned(facts, resource):
        argv = pcs.cleanup(session.platform.pcs, resource.id)
        yield pcs_on(session, facts, argv, f"{resource.id} has failed before: let the cluster try again")


def _resource_problems(session: LabSession, facts: Facts, kind: str) -> Iterator[str]:
    if not session.lab.has(kind):
        return
    resource = session.lab.resource(kind)
    have = found(facts, resource)
    yield from () if have is None else differences(wanted(session, facts, resource), have)
    state = facts.state
    if state is None:
        yield "pacemaker does not answer"
    elif resource.clone and set(state.where(resource.id)) != set(state.online):
        failures = "; ".join(_failures(facts, resource))
        yield f"{resource.id} is not Started on all nodes" + (f" ({failures})" if failures else "")
    elif not resource.clone and not state.started(resource.id):
        failures = "; ".join(_failures(facts, resource))
        yield f"{resource.id} is not Started on one node" + (f" ({failures})" if failures else "")


def _banned(facts: Facts, resource: Resource) -> bool:
    """Whether a failure keeps the resource from a node: it runs nowhere, or a start or a stop failed somewhere."""
    if facts.state is None:
        return False
    failed = [one.task for one in facts.state.failures if one.resource == resource.id]
    return bool({"start", "stop"} & set(failed)) or (bool(failed) and not facts.state.where(resource.id))


def _failures(facts: Facts, resource: Resource) -> list[str]:
    found = facts.state.failures if facts.state else ()
    return [f"{one.task} on {one.node}: {one.reason}" for one in found if one.resource == resource.id]


def address(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Create the floating address; delete it on a node where the cluster does not run it."""
    yield from _create(session, facts, "address")
    for node, interface, held in held_addresses(session, facts):
        here = _where(session, facts)
        if len(here) == 1 and node.name not in here:
            yield Command(
                node.name,
                ("ip", "addr", "del", held, "dev", interface),
                why=f"only the cluster gives {session.lab.vip} to a node",
                ok=(0, 2),  # 2: the address is already gone
                purpose="remove-address",
            )


def held_addresses(session: LabSession, facts: Facts) -> list[tuple[Node, str, str]]:
    """Where the floating address is: node, interface, address/prefix."""
    return [
        (node, interface, held)
        for node in session.lab.nodes
        for interface, held in node_shell.held_addresses("\n".join(facts.of(node).addresses), session.lab.vip)
    ]


def _where(session: LabSession, facts: Facts) -> tuple[str, ...]:
    return facts.state.where(session.lab.resource("address").id) if facts.state else ()


def owner_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node that holds the floating address wrongly or does not hold it although it should; a wrong netmask."""
    lab, here, held = session.lab, _where(session, facts), held_addresses(session, facts)
    if facts.state is None:
        return
    holders = [node.name for node, _, _ in held]
    for node in lab.nodes:
        if node.name in holders and node.name not in here:
            yield f"{node.alias} holds {lab.vip}, but the cluster runs it on {' and '.join(here) or 'no node'}"
        if node.name in here and node.name not in holders and facts.of(node).addresses:
            yield f"{node.alias} does not hold {lab.vip}, but the cluster runs it there"
    yield from netmask_problems(session, facts)


def netmask_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """The floating address with a netmask that is not the network's."""
    lab = session.lab
    for node, interface, address in held_addresses(session, facts):
        if address != f"{lab.vip}/{lab.network.prefixlen}":
            yield f"{node.alias}: {address} on {interface}: the netmask is not /{lab.network.prefixlen}"


def floating_address_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """The problems of the floating address: its resource, and its owner."""
    yield from _resource_problems(session, facts, "address")
    yield from owner_problems(session, facts)


def web(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Create the web server."""
    return _create(session, facts, "web")


AGENTS = Step("look-around", "5", problems=missing_agents)
ADDRESS = Step("floating-address", "6.1", address, floating_address_problems)
WEB = Step("web-server", "7b", web, lambda session, facts: _resource_problems(session, facts, "web"))
