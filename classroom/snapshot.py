"""What the checks judge: the facts of all nodes, and the lab's status with some parts that only the checks need."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

from classroom import behaviour, simulator, working_conf
from classroom.behaviour import Behaviour
from classroom.what_ifs import Simulate
from cluster import ocf_agents
from drill.execute import lab_health
from inventory.errors import Unreachable
from inventory.model import Node
from inventory.remote.script import script
from inventory.remote.ssh import CONNECT_S
from inventory.session import LabSession
from inventory.sizes import every_node
from provision.facts import Facts, gather
from status import health, lab_status, node_shell
from status.health import Trouble
from status.lab_status import LabStatus
from status.node_status import Extra
from status.web_page import Fetch, WebPage

REACHED = "reached the peer"
TRY_S, ANSWER_S = 20.0, 3
"""The longest time of a test start of the web server, and of its answer (seconds, on a machine of usual speed)."""


@dataclass(frozen=True)
class Snapshot:
    """The lab at one moment."""

    session: LabSession
    facts: Facts
    status: LabStatus
    simulate: Simulate | None = None
    """The cluster's simulator, on one of its nodes; None when no cluster answers."""

    @cached_property
    def troubles(self) -> tuple[Trouble, ...]:
        """Why the lab is not healthy: the same troubles that `./lab status` shows."""
        return health.troubles(self.named.lab, self.status)

    @cached_property
    def cib_text(self) -> str:
        """The cluster's configuration as XML; "" when no node has given it."""
        return next((one.cib_text for one in self.status.nodes.values() if one.cib_text), "")

    @cached_property
    def named(self) -> LabSession:
        """The session, with the ids that the cluster's configuration gives to the address and the web server."""
        return replace(self.session, lab=behaviour.with_ids(self.session.lab, self.cib_text))

    @cached_property
    def behaviour(self) -> Behaviour:
        """What the cluster does in each what-if; its simulations are made when a check first asks for them."""
        return behaviour.of_cluster(self.cib_text, self.session.lab, self.simulate)

    @property
    def confs(self) -> Mapping[Node, str]:
        """Each node's corosync.conf; "" where there is none."""
        return {node: self.facts.of(node).conf for node in self.session.lab.nodes}

    @property
    def keeps_quorum(self) -> bool:
        """Whether, by the nodes' corosync.conf, the nodes that are left after the loss of one have quorum."""
        return working_conf.keeps_quorum(self.confs.values())

    @property
    def page(self) -> WebPage:
        """What the floating address answered."""
        return self.status.page or WebPage()

    def login(self, node: Node, peer: Node) -> str:
        """The output when root of a node logs in on a peer by ssh."""
        lines = self.status.nodes[node].extra.get("logins", "").splitlines()
        named = f"{peer.name}: "
        return next((line.removeprefix(named).strip() for line in lines if line.startswith(named)), "")

    def tried(self, node: Node) -> str:
        """The page of a node's web server in a test start without clients and cluster; "" when it was not tried."""
        return self.status.nodes[node].extra.get("tried", "").strip()

    def unfit(self, node: Node) -> tuple[str, ...]:
        """Why the init system of a node cannot start the web server as it was installed."""
        return tuple(self.status.nodes[node].extra.get("unfit", "").splitlines())

    def altered(self, node: Node) -> tuple[str, ...]:
        """The agents' files on a node that differ from the package."""
        answer = self.status.nodes[node].extra.get("agent_files", "")
        found = self.session.platform.package_manager.altered(answer)
        return tuple(path for path in found if path.startswith(f"{ocf_agents.ROOT}/"))

    def unread(self, *parts: str) -> tuple[str, ...]:
        """The nodes whose reading does not have all of these parts: it was cut off by its deadline."""
        return tuple(
            node.alias
            for node, one in self.status.nodes.items()
            if one.reachable and not {*parts} <= one.extra.keys()
        )

    def rules(self, node: Node) -> tuple[str, ...]:
        """The rules of a node's packet filter."""
        return tuple(self.status.nodes[node].extra.get("rules", "").splitlines())


def parts(session: LabSession) -> Extra:
    """The parts of a node's reading that only the checks need.

    What a drill left, a login on each peer, the packet filter, whether the web server could serve on the node, and the
    changed files of the agents.
    """
    undone = lab_health.undone(session)

    def of(node: Node) -> Mapping[str, str]:
        if session.lab.adopted:  # nothing is started there, and the nodes need no login on one another
            return {**undone(node), "rules": session.platform.packet_filter.rules}
        logins = script(
            __package__,
            "logins",
            peers=" ".join(peer.name for peer in session.lab.peers(node)),
            reached=REACHED,
            connect=round(session.lab.patient(CONNECT_S)),
            limit=round(session.lab.patient(2 * CONNECT_S)),
        )
        limit = round(session.lab.patient(ANSWER_S))
        tried = script(
            __package__,
            "try_server",
            server=session.platform.web_process,
            address=session.lab.vip,
            limit=limit,
            tries=5 * limit,
        )
        return {
            **undone(node),
            "logins": logins,
            "rules": session.platform.packet_filter.rules,
            "tried": node_shell.with_timeout(session.lab.patient(TRY_S), f"sh -c {shlex.quote(tried)}"),
            "unfit": _unfit(session),
            "agent_files": shlex.join(
                session.platform.package_manager.verify(session.platform.agents_package)
            ),
        }

    return of


def _unfit(session: LabSession) -> str:
    """A shell text that tests the unit or init script of the web server, also the one that its agent names."""
    standard, _, name = session.platform.agents["web"].partition(":")
    agent = (
        f"[ -x /etc/init.d/{name} ] || echo '/etc/init.d/{name} cannot be run'"
        if standard == "lsb"
        else "true"
    )
    # Two subshells: each may end with `exit`.
    return f"({session.platform.services.unfit_reading(session.platform.web_service)}\n)\n({agent})"


def look(session: LabSession, fetch: Fetch) -> Snapshot:
    """Read facts and status at the same time, and again while resources may move soon. `fetch` asks the address.

    Raises Unreachable with the lab's troubles when a node does not answer.
    """

    def read() -> Snapshot:
        with ThreadPoolExecutor(max_workers=1) as pool:
            status = pool.submit(lab_status.look, session, fetch, parts(session))
            try:
                facts = gather(session)
            except Unreachable as error:
                found = health.troubles(session.lab, status.result())
                if not found:
                    raise  # the node answered the second time
                lines = "".join(f"\n  - {one}" for one in found)
                hint = "./lab up boots the nodes that are down; ./lab heal repairs what a drill left."
                raise Unreachable(f"The checks need {every_node(session.lab)}:{lines}", hint=hint) from error
            seen = status.result()
            answering = [node.name for node, one in seen.nodes.items() if one.cib_text]
            simulate = simulator.on_node(session, answering[0]) if answering else None
            return Snapshot(session, facts, seen, simulate)

    return lab_status.at_rest(read, lambda seen: seen.status.about_to_change, session.clock)
