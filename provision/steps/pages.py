"""Step 7: a page on each node that names it; each server proved, then left to the cluster alone."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Command, Node
from inventory.platforms.registry import revival, service
from provision.facts import Facts, Goal
from provision.steps.base import Step, put
from provision.steps.packages import starting


def page(node: Node) -> str:
    """The page of a node, as the document writes it."""
    return f"<h1>{node.name.capitalize()}</h1>"


def commands(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Write the page, prove that it is served, and leave the server to the cluster."""
    system = goal.system
    unit = system.web_service
    web = goal.lab.resource("web").id
    managed = facts.cib is not None and any(resource.id == web for resource in facts.cib.resources)
    for node in goal.lab.nodes:
        have = facts.of(node)
        if have.page != page(node):
            yield put(node, system.index, page(node) + "\n", "a page that names its node")
            if not managed:
                start, stop = (" ".join(service(system, action, unit)) for action in ("start", "stop"))
                yield Command.script(
                    node.name,
                    f"{start} && curl -s -f --max-time 10 --retry 10 --retry-connrefused --retry-delay 1 http://127.0.0.1/"
                    f" | grep -q -x -F '{page(node)}'; good=$?; {stop}; exit $good",
                    why=f"prove that {unit} serves it, then stop it",
                    deadline=90,
                )
        elif (have.web_running and not managed) or node in astray(goal, facts):
            yield Command(node.name, service(system, "stop", unit), why=f"only the cluster starts {unit}")
        if unit in have.at_boot:
            yield Command(
                node.name, service(system, "disable", unit), why=f"no {unit} at boot: the cluster starts it"
            )
        if have.revived:
            why = f"systemd leaves a killed {unit} to the cluster"
            yield Command.script(node.name, revival(unit, "no"), why=why)


def revived(goal: Goal, facts: Facts) -> Iterator[str]:
    """Where a killed web server comes back without the cluster: Debian's unit says Restart=on-abort."""
    for node in goal.lab.nodes:
        if facts.of(node).revived:
            yield f"{node.alias}: systemd starts a killed {goal.system.web_service} anew, before the cluster sees it"


def astray(goal: Goal, facts: Facts) -> list[Node]:
    """Where the web server runs though the cluster runs it on the other node."""
    state = facts.state
    here = state.where(goal.lab.resource("web").id) if state else ()
    if len(here) != 1:
        return []
    return [node for node in goal.lab.nodes if facts.of(node).web_running and node.name not in here]


def strays(goal: Goal, facts: Facts) -> Iterator[str]:
    """A web server that the cluster did not start."""
    for node in astray(goal, facts):
        yield f"{node.alias}: {goal.system.web_service} runs, but the cluster runs it on {goal.lab.peer(node).alias}"


def problems(goal: Goal, facts: Facts) -> Iterator[str]:
    """A page that does not name its node; a server that starts, or was started, without the cluster."""
    for node in goal.lab.nodes:
        have = facts.of(node)
        if have.page != page(node):
            yield f"{node.alias}: its page is {have.page[:100] or 'not there'!r}, not {page(node)!r}"
        yield from starting(node, facts, (goal.system.web_service,))
    yield from revived(goal, facts)
    yield from strays(goal, facts)


STEP = Step("pages", "7a", commands, problems)
