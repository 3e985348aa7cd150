"""Steps 5, 6.1 and 7: the agents there are, the floating address, the web server."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import configuration, pcs
from cluster.configuration import Configuration, Primitive
from cluster.foreign import known_resource
from cluster.values import same
from inventory.model import Command, Node, Resource
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, pcs_on, whole
from status import node_shell


def agents(session: LabSession, facts: Facts) -> Iterator[str]:
    """Step 5: the agents that lab.yaml needs are on both nodes."""
    for agent in session.platform.agents.values():
        standard, _, rest = agent.partition(":")
        if standard != "ocf":
            continue
        provider, _, name = rest.partition(":")
        for node in session.lab.nodes:
            if provider == "heartbeat" and name not in facts.of(node).agents:
                yield f"{node.name}: the agent {agent} is not there"


def wanted(session: LabSession, facts: Facts, resource: Resource) -> Primitive:
    """The resource as the CIB must have it."""
    return next(one for one in whole(session, facts).resources if one.id == resource.id)


def found(facts: Facts, resource: Resource) -> Primitive | None:
    """The resource as the CIB has it; None when it does not."""
    return next((one for one in (facts.cib.resources if facts.cib else ()) if one.id == resource.id), None)


def differences(want: Primitive, have: Primitive) -> tuple[str, ...]:
    """How a stored resource differs from the wanted one, a line each."""
    both = [Configuration({}, {}, (one,)) for one in (want, have)]
    return configuration.differences(*both)


def _amend(session: LabSession, facts: Facts, resource: Resource) -> Iterator[Command]:
    """Put options and meta attributes right where they stand, so that nothing else is lost; crm_resource(8)."""
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
                yield pcs_on(session, facts, (*head, "-d", name), f"{resource.id} has no {name}")
            elif not same(name, good[name], stored.get(name)):
                argv = (*head, "-p", name, "-v", good[name])
                yield pcs_on(session, facts, argv, f"{name} of {resource.id} is {good[name]}")


def _create(session: LabSession, facts: Facts, kind: str) -> Iterator[Command]:
    resource = session.lab.resource(kind)
    want, have = wanted(session, facts, resource), found(facts, resource)
    # What is foreign in a resource goes by the step before (leftovers), and leaves the resource in place.
    other = None if have is None else differences(want, known_resource(want, have))
    amendments = list(_amend(session, facts, resource))
    if amendments:
        yield from amendments
        return
    if other:
        yield pcs_on(
            session,
            facts,
            pcs.resource_delete(session.platform.pcs, resource.id),
            f"{resource.id} is not as described",
        )
    if other is None or other:
        argv = pcs.resource_create(
            session.platform.pcs, resource.id, want.agent, want.attributes, resource.monitor
        )
        yield pcs_on(session, facts, argv, f"{resource.id}, served by {want.agent}")
    elif facts.state and not facts.state.where(resource.id) and _failures(facts, resource):
        argv = pcs.cleanup(session.platform.pcs, resource.id)
        yield pcs_on(session, facts, argv, f"{resource.id} has failed before: let the cluster try it again")


def _runs(session: LabSession, facts: Facts, kind: str) -> Iterator[str]:
    resource = session.lab.resource(kind)
    have = found(facts, resource)
    yield from () if have is None else differences(wanted(session, facts, resource), have)
    state = facts.state
    if state is None:
        yield "pacemaker does not answer"
    elif not state.started(resource.id):
        failures = "; ".join(_failures(facts, resource))
        yield f"{resource.id} is not Started on one node" + (f" ({failures})" if failures else "")


def _failures(facts: Facts, resource: Resource) -> list[str]:
    found = facts.state.failures if facts.state else ()
    return [f"{one.task} on {one.node}: {one.reason}" for one in found if one.resource == resource.id]


def address(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Create the floating address; take it off a node that holds it outside the cluster."""
    yield from _create(session, facts, "address")
    for node, interface, held in holdings(session, facts):
        here = _where(session, facts)
        if len(here) == 1 and node.name not in here:
            yield Command(
                node.name,
                ("ip", "addr", "del", held, "dev", interface),
                why=f"only the cluster gives {session.lab.vip} to a node",
                ok=(0, 2),  # gone in the meantime
            )


def holdings(session: LabSession, facts: Facts) -> list[tuple[Node, str, str]]:
    """Who holds the floating address: node, interface, address/prefix."""
    return [
        (node, interface, held)
        for node in session.lab.nodes
        for interface, held in node_shell.holdings("\n".join(facts.of(node).addresses), session.lab.vip)
    ]


def _where(session: LabSession, facts: Facts) -> tuple[str, ...]:
    return facts.state.where(session.lab.resource("address").id) if facts.state else ()


def owners(session: LabSession, facts: Facts) -> Iterator[str]:
    """The floating address on a node where the cluster does not run it, on none, or with another netmask."""
    lab, here, held = session.lab, _where(session, facts), holdings(session, facts)
    if facts.state is None:
        return
    holders = [node.name for node, _, _ in held]
    for node in lab.nodes:
        if node.name in holders and node.name not in here:
            yield f"{node.alias} holds {lab.vip}, but the cluster runs it on {' and '.join(here) or 'no node'}"
        if node.name in here and node.name not in holders and facts.of(node).addresses:
            yield f"{node.alias} does not hold {lab.vip}, though the cluster runs it there"
    yield from netmasks(session, facts)


def netmasks(session: LabSession, facts: Facts) -> Iterator[str]:
    """The floating address with another netmask than the network's."""
    lab = session.lab
    for node, interface, address in holdings(session, facts):
        if address != f"{lab.vip}/{lab.network.prefixlen}":
            yield f"{node.alias}: {address} on {interface}: the netmask is not /{lab.network.prefixlen}"


def floating(session: LabSession, facts: Facts) -> Iterator[str]:
    """The address runs, as described, and where the cluster says so."""
    yield from _runs(session, facts, "address")
    yield from owners(session, facts)


def web(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Create the web server."""
    return _create(session, facts, "web")


AGENTS = Step("look-around", "5", problems=agents)
ADDRESS = Step("floating-address", "6.1", address, floating)
WEB = Step("web-server", "7b", web, lambda session, facts: _runs(session, facts, "web"))
