"""Step 7: writes a page on each node that names the node, tests each web server, and leaves it to the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Command, Node
from inventory.remote.script import script
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, write_file
from provision.steps.packages import starts_at_boot
from status.web_page import page_of


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write the page, test that the web server serves it, then stop the server: the cluster will start it."""
    if not session.lab.has("web"):
        return
    platform = session.platform
    unit = platform.web_service
    web = session.lab.resource("web").id
    known = facts.cib is not None and any(resource.id == web for resource in facts.cib.resources)
    managed = known or (facts.state is not None and bool(facts.state.where(web)))  # in a group too
    for node in session.lab.nodes:
        have = facts.of(node)
        if have.page != page_of(node):
            yield write_file(node, platform.index, page_of(node) + "\n", "a page that names its node")
            if not managed:
                start = " ".join(platform.services.command("start", unit))
                stop = " ".join(platform.services.command("stop", unit))
                yield Command.script(
                    node.name,
                    script(
                        __package__,
                        "test_web_server",
                        start_web=start,
                        stop_web=stop,
                        page=page_of(node),
                        limit=round(session.lab.patient(10)),
                    ),
                    why=f"test that {unit} serves it, then stop {unit}",
                    deadline=90,
                    purpose="test-web-server",
                )
        elif (have.web_running and not managed) or node in second_web_nodes(session, facts):
            yield Command(
                node.name,
                platform.services.command("stop", unit),
                why=f"only the cluster starts {unit}",
                purpose="stop-service",
            )
        if unit in have.at_boot:
            yield Command(
                node.name,
                platform.services.command("disable", unit),
                why=f"{unit} does not start at boot: the cluster starts it",
                purpose="disable-service",
            )
        if have.web_restarted:
            why = f"{platform.services.name} does not restart a killed {unit}: the cluster does"
            yield Command.script(
                node.name, platform.services.set_restart(unit, "no"), why=why, purpose="set-service-restart"
            )


def web_restart_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Nodes whose init system restarts a killed web server: a distribution's unit may have Restart=on-abort."""
    for node in session.lab.nodes if session.lab.has("web") else ():
        if facts.of(node).web_restarted:
            web, who = session.platform.web_service, session.platform.services.name
            yield f"{node.alias}: {who} starts a killed {web} again, before the cluster sees it"


def second_web_nodes(session: LabSession, facts: Facts) -> list[Node]:
    """The nodes where the web server runs while the cluster runs it on another node."""
    if not session.lab.has("web"):
        return []
    state = facts.state
    here = state.where(session.lab.resource("web").id) if state else ()
    if len(here) != 1:
        return []
    return [node for node in session.lab.nodes if facts.of(node).web_running and node.name not in here]


def second_web_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A second web server, which the cluster did not start."""
    for node in second_web_nodes(session, facts):
        assert facts.state is not None
        [name] = facts.state.where(session.lab.resource("web").id)
        where = session.lab.node(name).alias
        yield f"{node.alias}: {session.platform.web_service} runs, but the cluster runs it on {where}"


def page_problems(node: Node, facts: Facts) -> Iterator[str]:
    """A page that does not name its node."""
    have = facts.of(node).page
    if have != page_of(node):
        yield f"{node.alias}: its page is {have[:100] or 'not there'!r}, not {page_of(node)!r}"


def start_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A web server that starts, or was started, without the cluster."""
    for node in session.lab.nodes if session.lab.has("web") else ():
        yield from starts_at_boot(node, facts, (session.platform.web_service,))
    yield from web_restart_problems(session, facts)
    yield from second_web_problems(session, facts)


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A page that does not name its node; a web server that starts, or was started, without the cluster."""
    for node in session.lab.nodes if session.lab.has("web") else ():
        yield from page_problems(node, facts)
    yield from start_problems(session, facts)


STEP = Step("pages", "7a", commands, problems, nodes_apart=True)
