"""Broken configurations to find and mend: what breaks the lab, and the check that must catch it.

Data only; `classroom.attempt` runs them. Title, story, hints and solution are in exercises.yaml, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cluster import corosync_conf, pcs
from cluster.cib_constraints import TAGS
from inventory.errors import ConfigError
from inventory.model import Colocation, Command, Constraint, Location, Node, Order
from inventory.platforms.base import Action, Platform
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps import constraints
from provision.steps.base import Commands, cib_delete, nothing, pcs_on, put, service_script
from status.web_page import page_of

TABLE = "inet classroom"


def anywhere(platform: Platform) -> bool:
    """Every system can be broken in this way."""
    return True


@dataclass(frozen=True)
class Exercise:
    """One broken configuration. `undo` mends what provisioning does not look after; the rest is provisioning's."""

    name: str
    check: str
    """The check of `classroom.checks` that must catch it."""
    breaks: Commands
    undo: Commands = nothing
    possible: Callable[[Platform], bool] = anywhere
    """Whether a system can be broken in this way."""


def active(session: LabSession, facts: Facts) -> Node:
    """The node that serves."""
    where = facts.state.where(session.lab.resource("address").id) if facts.state else ()
    return session.lab.node(where[0]) if where else session.lab.node1


def passive(session: LabSession, facts: Facts) -> Node:
    """The node that waits."""
    return session.lab.peer(active(session, facts))


# The configuration of the cluster (CIB)


def without(kind: type[Constraint]) -> Commands:
    """Take away the constraints of a kind."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for found, id_ in constraints.stored(facts):
            if isinstance(found, kind):
                yield cib_delete(session, facts, f'<{TAGS[kind]} id="{id_}"/>', f"no {kind.__name__}")

    return commands


def changed(kind: type[Constraint], attributes: Callable[[LabSession], str]) -> Commands:
    """Give the constraints of a kind other attributes."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        for found, id_ in constraints.stored(facts):
            if isinstance(found, kind):
                xml = f'<{TAGS[kind]} id="{id_}" {attributes(session)}/>'
                yield pcs_on(
                    session, facts, ("cibadmin", "--modify", "--xml-text", xml), f"another {kind.__name__}"
                )

    return commands


def option(section: str, name: str, value: str) -> Commands:
    """Set a cluster property (crm_config) or a default of the resources (rsc_defaults); crm_attribute(8)."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        argv = ("crm_attribute", "-q", "-t", section, "-n", name, "-v", value)
        yield pcs_on(session, facts, argv, f"{name} is {value}")

    return commands


def parameter(kind: str, name: str, value: Callable[[LabSession], str], *words: str) -> Commands:
    """Set an option of a resource, or with --meta one of its meta attributes; crm_resource(8)."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        id_ = session.lab.resource(kind).id
        argv = ("crm_resource", "-r", id_, *words, "-p", name, "-v", value(session))
        yield pcs_on(session, facts, argv, f"another {name} for {id_}")

    return commands


def no_monitor(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Take the web server's monitor away."""
    id_ = session.lab.resource("web").id
    path = f"//primitive[@id='{id_}']/operations/op[@name='monitor']"
    yield pcs_on(session, facts, ("cibadmin", "--delete", "--xpath", path), f"no monitor of {id_}")


def other_address(session: LabSession) -> str:
    """The next address of the network that nobody has."""
    taken = {session.lab.vip, *(node.address for node in session.lab.nodes)}
    return str(next(one for one in (session.lab.vip + k for k in range(1, 99)) if one not in taken))


def other_prefix(session: LabSession) -> str:
    """A netmask longer than the network's."""
    return str(min(session.lab.network.prefixlen + 8, 32))


def pcs_word(words: Callable[[LabSession, Facts], pcs.Argv], why: str) -> Commands:
    """One command of pcs, as this platform's generation types it."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        yield pcs_on(session, facts, words(session, facts), why)

    return commands


# The nodes


def web(action: Action, where: Callable[[LabSession, Facts], Node]) -> Commands:
    """Do something to the web server's service behind the cluster's back."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        argv = session.platform.services.command(action, session.platform.web_service)
        yield Command(where(session, facts).name, argv, why=f"{action} the web server")

    return commands


def revived(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let systemd start the active node's web server anew when it is killed."""
    script = session.platform.services.set_restart(session.platform.web_service, "always")
    yield Command.script(active(session, facts).name, script, why="systemd looks after the web server too")


def node1(session: LabSession, facts: Facts) -> Node:
    """The first node of lab.yaml."""
    return session.lab.nodes[0]


def node2(session: LabSession, facts: Facts) -> Node:
    """The second node of lab.yaml."""
    return session.lab.nodes[1]


def restarted(session: LabSession, node: Node, change: str, why: str) -> Command:
    """Stop a node's cluster, change something, start it on that."""
    stop, start = service_script(session, "stop", reverse=True), service_script(session, "start")
    return Command.script(node.name, f"{stop} && {change} && {start}", why=why, deadline=180)


def another_key(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the second node a key of its own, of the same length."""
    key = corosync_conf.AUTHKEY
    change = (
        f"head -c $(stat -c %s {key}) /dev/urandom > {key}.new && chmod 400 {key}.new && mv {key}.new {key}"
    )
    yield restarted(session, node2(session, facts), change, "another key")


def same_nodeid(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let the second node run under the first one's number, in its own file only."""
    if not session.platform.has_nodelist:
        script = f"s/^totem {{$/&\\n    nodeid: {facts.of(session.lab.node1).node_id}/"
    else:
        one, two = (node.id for node in session.lab.nodes)
        script = f"s/nodeid: {one}$/nodeid: x/; s/nodeid: {two}$/nodeid: {one}/; s/nodeid: x$/nodeid: {two}/"
    change = f"sed -i '{script}' {corosync_conf.PATH}"
    yield restarted(session, node2(session, facts), change, "the first node's number")


def two_node(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set two_node in the second node's file only."""
    change = f"sed -i 's/^    expected_votes:.*/&\\n    two_node: 1/' {corosync_conf.PATH}"
    yield restarted(session, node2(session, facts), change, "two_node on one node")


def loopback(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write what installers write: the node's own name on 127.0.1.1."""
    node = node2(session, facts)
    text = f"127.0.1.1 {node.name} {node.alias}\n{facts.of(node).hosts}"
    yield Command.script(node.name, "cat > /etc/hosts", stdin=text, why="the name on a loopback address")


def short_name(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Call the second node by its first label."""
    node = node2(session, facts)
    yield Command.script(node.name, session.platform.host_name.set(node.alias), why="a short name")


def locked_out(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Take the first node's key out of the second one's list."""
    node, key = node2(session, facts), facts.of(node1(session, facts)).root_key
    kept = [line for line in facts.of(node).authorized.splitlines() if line != key]
    text = "".join(f"{line}\n" for line in kept)
    yield put(node, "/root/.ssh/authorized_keys", text, "forget the peer's key", umask="077")


def page_of_peer(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Put the peer's page on the active node."""
    node = active(session, facts)
    yield put(node, session.platform.index, page_of(session.lab.peer(node)) + "\n", "the other node's page")


def second_holder(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the floating address to the passive node too."""
    node = passive(session, facts)
    address = f"{session.lab.vip}/{session.lab.network.prefixlen}"
    argv = ("ip", "addr", "add", address, "dev", facts.of(node).interface)
    yield Command(node.name, argv, why="the address, set by hand")


def drop(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Drop the cluster's packets on their way into the second node."""
    rule = session.platform.packet_filter.drop_incoming(corosync_conf.PORT, TABLE)
    yield Command.script(node2(session, facts).name, rule, why="a firewall")


def undrop(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Take that rule away, where it is."""
    rule = session.platform.packet_filter.undo_drop(corosync_conf.PORT, TABLE)
    yield Command.script(node2(session, facts).name, rule, why="the packet filter as it was")


def _pair(session: LabSession) -> str:
    order = session.lab.orders[0]
    return f'first="{order.then}" then="{order.first}"'


ELSEWHERE = changed(Location, lambda session: f'node="{session.lab.peer(session.lab.preferred).name}"')
EXERCISES: tuple[Exercise, ...] = (
    Exercise("no-order", "order", without(Order)),
    Exercise("wrong-order", "order", changed(Order, _pair)),
    Exercise("no-colocation", "colocation", without(Colocation)),
    Exercise("negative-colocation", "colocation", changed(Colocation, lambda session: 'score="-INFINITY"')),
    Exercise("weak-location", "location", changed(Location, lambda session: 'score="50"')),
    Exercise("location-elsewhere", "location", ELSEWHERE),
    Exercise("web-at-boot", "at-boot", web("enable", node2)),
    Exercise("web-revived", "at-boot", revived, possible=lambda system: system.services.restarts_killed),
    Exercise("web-by-hand", "one-web-server", web("start", passive)),
    Exercise("wrong-netmask", "floating-address", parameter("address", "cidr_netmask", other_prefix)),
    Exercise("wrong-address", "floating-address", parameter("address", "ip", other_address)),
    Exercise("policy-stop", "no-quorum-policy", option("crm_config", "no-quorum-policy", "stop")),
    Exercise("stonith-on", "no-stonith", option("crm_config", "stonith-enabled", "true")),
    Exercise("no-stickiness", "stickiness", option("rsc_defaults", "resource-stickiness", "0")),
    Exercise("other-authkey", "authkey", another_key),
    Exercise("name-on-loopback", "names", loopback),
    Exercise("short-name", "names", short_name),
    Exercise("no-monitor", "web-server", no_monitor),
    Exercise("firewall-drop", "firewall", drop, undrop),
    Exercise("wrong-page", "pages", page_of_peer),
    Exercise("second-holder", "one-owner", second_holder),
    Exercise("same-nodeid", "node-ids", same_nodeid),
    Exercise("two-node-once", "corosync.conf", two_node, possible=lambda system: system.knows_two_node),
    Exercise(
        "ban-left", "leftovers",
        pcs_word(lambda g, f: pcs.ban(g.platform.pcs, g.lab.resource("web").id, active(g, f).name), "a ban"),
    ),
    Exercise(
        "standby-left", "leftovers",
        pcs_word(lambda g, f: pcs.standby(g.platform.pcs, node2(g, f).name), "a standby"),
    ),
    Exercise("maintenance-left", "leftovers", pcs_word(lambda g, f: pcs.maintenance_on(g.platform.pcs), "maintenance")),
    Exercise("web-disabled", "web-server", parameter("web", "target-role", lambda session: "Stopped", "--meta")),
    Exercise("web-unmanaged", "web-server", parameter("web", "is-managed", lambda session: "false", "--meta")),
    Exercise("locked-out", "ssh", locked_out),
)  # fmt: skip


def on(platform: Platform) -> tuple[Exercise, ...]:
    """The exercises that are possible on a platform."""
    return tuple(one for one in EXERCISES if one.possible(platform))


def get(session: LabSession, name: str) -> Exercise:
    """One by name. Raises ConfigError."""
    for one in on(session.platform):
        if one.name == name:
            return one
    raise ConfigError(
        f"There is no exercise {name!r}.",
        hint=f"The exercises are: {', '.join(one.name for one in on(session.platform))}",
    )
