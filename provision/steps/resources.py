"""Steps 5, 6.1 and 7: the agents there are, the floating address, the web server."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import cib, pcs
from inventory.model import Command, Node, Resource
from provision.facts import Facts, Goal
from provision.steps.base import Step, cib_delete, pcs_on


def agents(goal: Goal, facts: Facts) -> Iterator[str]:
    """Step 5: the agents that lab.yaml needs are on both nodes."""
    for agent in goal.system.agents.values():
        standard, _, rest = agent.partition(":")
        if standard != "ocf":
            continue
        provider, _, name = rest.partition(":")
        for node in goal.lab.nodes:
            if provider == "heartbeat" and name not in facts.of(node).agents:
                yield f"{node.name}: the agent {agent} is not there"


def wanted(goal: Goal, facts: Facts, resource: Resource) -> cib.Primitive:
    """The resource as the CIB must have it."""
    return cib.desired(
        goal.lab, goal.system, resources=[resource.id], constraints=(), interface=facts.interface
    ).resources[0]


def differences(goal: Goal, facts: Facts, resource: Resource) -> tuple[str, ...] | None:
    """None when the CIB has no such resource; else what it says otherwise than lab.yaml."""
    have = {one.id: one for one in facts.cib.resources} if facts.cib else {}
    if resource.id not in have:
        return None
    want, found = wanted(goal, facts, resource), have[resource.id]
    both = [cib.Configuration({}, {}, (one,)) for one in (want, found)]
    return cib.differences(*both)


def _amend(goal: Goal, facts: Facts, resource: Resource) -> Iterator[Command]:
    """Put options and meta attributes right where they stand, so that nothing else is lost; crm_resource(8)."""
    have = {one.id: one for one in facts.cib.resources} if facts.cib else {}
    want = wanted(goal, facts, resource)
    found = have.get(resource.id)
    if found is None or found.agent != want.agent or not differences(goal, facts, resource):
        return
    for words, good, stored in (
        (("--meta",), want.meta, found.meta),
        ((), want.attributes, found.attributes),
    ):
        head = ("crm_resource", "-r", resource.id, *words)
        for name in sorted(good.keys() | stored.keys()):
            if name not in good:
                yield pcs_on(goal, facts, (*head, "-d", name), f"{resource.id} has no {name}")
            elif good[name] != stored.get(name):
                argv = (*head, "-p", name, "-v", good[name])
                yield pcs_on(goal, facts, argv, f"{name} of {resource.id} is {good[name]}")


def _create(goal: Goal, facts: Facts, kind: str) -> Iterator[Command]:
    resource = goal.lab.resource(kind)
    other = differences(goal, facts, resource)
    amendments = list(_amend(goal, facts, resource))
    if amendments:
        yield from amendments
        return
    if other:
        yield pcs_on(
            goal,
            facts,
            pcs.resource_delete(goal.system.pcs, resource.id),
            f"{resource.id} is not as described",
        )
    if other is None or other:
        want = wanted(goal, facts, resource)
        argv = pcs.resource_create(
            goal.system.pcs, resource.id, want.agent, want.attributes, resource.monitor
        )
        yield pcs_on(goal, facts, argv, f"{resource.id}, served by {want.agent}")
    elif facts.state and not facts.state.where(resource.id) and _failures(facts, resource):
        argv = pcs.cleanup(goal.system.pcs, resource.id)
        yield pcs_on(goal, facts, argv, f"{resource.id} has failed before: let the cluster try it again")


def _delete(goal: Goal, facts: Facts, kind: str) -> Iterator[Command]:
    resource = goal.lab.resource(kind)
    if differences(goal, facts, resource) is not None:
        yield cib_delete(goal, facts, f'<primitive id="{resource.id}"/>', f"no {resource.id}")


def _runs(goal: Goal, facts: Facts, kind: str) -> Iterator[str]:
    resource = goal.lab.resource(kind)
    yield from differences(goal, facts, resource) or ()
    state = facts.state
    if state is None:
        yield "pacemaker does not answer"
    elif not state.started(resource.id):
        failures = "; ".join(_failures(facts, resource))
        yield f"{resource.id} is not Started on one node" + (f" ({failures})" if failures else "")


def _failures(facts: Facts, resource: Resource) -> list[str]:
    found = facts.state.failures if facts.state else ()
    return [f"{one.task} on {one.node}: {one.reason}" for one in found if one.resource == resource.id]


def address(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Create the floating address; take it off a node that holds it outside the cluster."""
    yield from _create(goal, facts, "address")
    for node, interface, held in holdings(goal, facts):
        here = _where(goal, facts)
        if len(here) == 1 and node.name not in here:
            yield Command(
                node.name,
                ("ip", "addr", "del", held, "dev", interface),
                why=f"only the cluster gives {goal.lab.vip} to a node",
                ok=(0, 2),  # gone in the meantime
            )


def holdings(goal: Goal, facts: Facts) -> list[tuple[Node, str, str]]:
    """Who holds the floating address: node, interface, address/prefix."""
    pairs = [(node, line.split()) for node in goal.lab.nodes for line in facts.of(node).addresses]
    return [(node, word[0], word[1]) for node, word in pairs if word[1].split("/")[0] == str(goal.lab.vip)]


def _where(goal: Goal, facts: Facts) -> tuple[str, ...]:
    return facts.state.where(goal.lab.resource("address").id) if facts.state else ()


def owners(goal: Goal, facts: Facts) -> Iterator[str]:
    """The floating address on a node where the cluster does not run it, on none, or with another netmask."""
    lab, here, held = goal.lab, _where(goal, facts), holdings(goal, facts)
    if facts.state is None:
        return
    holders = [node.name for node, _, _ in held]
    for node in lab.nodes:
        if node.name in holders and node.name not in here:
            yield f"{node.alias} holds {lab.vip}, but the cluster runs it on {' and '.join(here) or 'no node'}"
        if node.name in here and node.name not in holders and facts.of(node).addresses:
            yield f"{node.alias} does not hold {lab.vip}, though the cluster runs it there"
    for node, interface, address in held:
        if address != f"{lab.vip}/{lab.network.prefixlen}":
            yield f"{node.alias}: {address} on {interface}: the netmask is not /{lab.network.prefixlen}"


def floating(goal: Goal, facts: Facts) -> Iterator[str]:
    """The address runs, as described, and where the cluster says so."""
    yield from _runs(goal, facts, "address")
    yield from owners(goal, facts)


def web(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Create the web server."""
    return _create(goal, facts, "web")


AGENTS = Step("look-around", "5", problems=agents)
ADDRESS = Step(
    "floating-address", "6.1", address, floating,
    undo=lambda goal, facts: _delete(goal, facts, "address"),
)  # fmt: skip
WEB = Step(
    "web-server", "7b", web, lambda goal, facts: _runs(goal, facts, "web"),
    undo=lambda goal, facts: _delete(goal, facts, "web"),
)  # fmt: skip
