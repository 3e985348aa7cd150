"""Facts: what is so on the nodes now. A Fact is a reading (shell text) and a pure parser.

All facts of a node are read by one remote command, so asking again is cheap and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster import cib, corosync_conf, crm_mon
from inventory.errors import CommandFailed
from inventory.model import Command, Node, Result
from inventory.remote import sections
from inventory.remote.ssh import everywhere
from inventory.session import LabSession
from status import node_shell

LOCAL_CIB = f"{node_shell.CIB} -l"
"""Prints the node's own copy of the CIB, which needs no DC."""
CIB_FILE = "/var/lib/pacemaker/cib/cib.xml"
PACEMAKER = "pidof -s pacemakerd crmd >/dev/null"
"""The plugin of corosync 1.4 starts pacemaker's daemons itself, without a pacemakerd."""


@dataclass(frozen=True)
class NodeFacts:
    """One node as read. Texts are as found, empty where there is none; `cib` is None without any."""

    name: str = ""
    next_name: str = ""
    hosts: str = ""
    interface: str = ""
    """Which interface holds the node's cluster address."""
    addresses: tuple[str, ...] = ()
    """Every address of the cluster's network that the node holds: "eth1 172.16.100.15/16"."""
    resolves: tuple[str, ...] = ()
    """Each node's name and alias with the addresses that it means here: "node1 172.16.100.15"."""
    root_key: str = ""
    authorized: str = ""
    host_keys: tuple[str, ...] = ()
    known_hosts: str = ""
    missing: tuple[str, ...] = ()
    at_boot: tuple[str, ...] = ()
    """The services that start at boot, of those that the walkthrough starts."""
    revived: bool = False
    """The init system starts a killed web server anew, before the cluster sees it."""
    firewall: tuple[str, ...] = ()
    conf: str = ""
    authkey: str = ""
    """Mode, owner and sha256 of the key, never the key: "400 root:root 9f86…", empty without one."""
    log_directory: bool = False
    corosync: bool = False
    pacemaker: bool = False
    stale: bool = False
    """corosync runs on a configuration or key older than the one on disk."""
    node_id: str = ""
    """corosync's own nodeid, as it runs."""
    has_cib: bool = False
    cib: cib.Cib | None = None
    state: crm_mon.ClusterState | None = None
    verify: str = ""
    """What `crm_verify -L -V` says on a running cluster; empty when it is silent."""
    log: str = ""
    page: str = ""
    web_running: bool = False
    agents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Every node's facts, and the cluster's as its best-placed node tells them."""

    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)

    def of(self, node: Node) -> NodeFacts:
        """One node's facts."""
        return self.nodes[node.name]

    @property
    def cib(self) -> cib.Configuration | None:
        """The running cluster's configuration, else the newest on disk, else None."""
        cibs = [
            (one.pacemaker, one.cib.version, one.cib.configuration)
            for one in self.nodes.values()
            if one.cib is not None
        ]
        return max(cibs, key=lambda found: found[:2])[2] if cibs else None

    @property
    def interface(self) -> str:
        """The interface in the cluster's network, "" when the nodes do not agree on its name."""
        names = {one.interface for one in self.nodes.values()} - {""}
        return names.pop() if len(names) == 1 else ""

    @property
    def state(self) -> crm_mon.ClusterState | None:
        """The cluster as a quorate node sees it, else as any running node does."""
        states = [one.state for one in self.nodes.values() if one.state is not None]
        return max(states, key=lambda state: (state.quorate, state.dc is not None), default=None)


@dataclass(frozen=True)
class Fact:
    """A reading for a node and the pure function that makes a field of NodeFacts from its output."""

    field: str
    reading: Callable[[LabSession, Node], str]
    parse: Callable[[LabSession, str], Any]


def _text(_: LabSession, out: str) -> str:
    return out


def _yes(_: LabSession, out: str) -> bool:
    return out.strip() == "yes"


def _lines(_: LabSession, out: str) -> tuple[str, ...]:
    return tuple(line for line in out.splitlines() if line.strip())


def _word(_: LabSession, out: str) -> str:
    return out.strip()


def _cib(_: LabSession, out: str) -> cib.Cib | None:
    return node_shell.parse_cib(out)


def _state(_: LabSession, out: str) -> crm_mon.ClusterState | None:
    return node_shell.parse_state(out)


def _plain(text: str) -> Callable[[LabSession, Node], str]:
    return lambda session, node: text


def _at_boot(session: LabSession, node: Node) -> str:
    units = (*session.platform.cluster_services, session.platform.web_service)
    return "\n".join(
        f'[ -z "$({session.platform.services.enabled_reading(unit)})" ] || echo {unit}' for unit in units
    )


# corosync's start in seconds since the epoch, by proc(5): ps of CentOS 6 has no etimes, its stat no fractions but
# in %z. Both clocks tick in hundredths, so that a file must be two of them newer. A file's ctime can't be set back
# by scp -p; one in the future was made before the clock was set right, and proves nothing.
_STALE = f"""\
pid=$(pidof -s corosync) &&
up=$(cut -d' ' -f1 /proc/uptime) && now=$(date +%s.%N) && ticks=$(cut -d' ' -f22 /proc/$pid/stat) &&
stat -c %z {corosync_conf.PATH} {corosync_conf.AUTHKEY} | date -f - +%s.%N | awk -v now=$now -v up=$up -v ticks=$ticks '
  $1 > now - up + ticks / 100 + 0.02 && $1 <= now {{print "yes"; exit}}'"""

_RESOLVES = """\
for n in {names}; do echo $n $(getent ahostsv4 $n | awk '{{print $1}}' | sort -u); done"""

FACTS: tuple[Fact, ...] = (
    Fact("name", _plain("uname -n"), _word),
    Fact("next_name", lambda session, node: session.platform.host_name.reading, _word),
    Fact("hosts", _plain("cat /etc/hosts"), _text),
    Fact(
        "interface", lambda session, node: f"ip -o -4 addr show to {node.address} | awk '{{print $2}}'", _word
    ),
    Fact(
        "addresses",
        lambda session, node: node_shell.addresses(session.lab.network),
        _lines,
    ),
    Fact(
        "resolves",
        lambda session, node: _RESOLVES.format(
            names=" ".join(f"{one.name} {one.alias}" for one in session.lab.nodes)
        ),
        _lines,
    ),
    Fact(
        "root_key",
        lambda session, node: f"cat /root/.ssh/id_{session.platform.ssh_key_type}.pub",
        _word,
    ),
    Fact("authorized", _plain("cat /root/.ssh/authorized_keys"), _text),
    Fact("host_keys", _plain("cut -d' ' -f1,2 /etc/ssh/ssh_host_*_key.pub"), _lines),
    Fact("known_hosts", _plain("cat /root/.ssh/known_hosts"), _text),
    Fact(
        "missing",
        lambda session, node: " ".join(
            f"'{w}'" for w in session.platform.package_manager.query(session.platform.packages)
        ),
        lambda session, out: session.platform.missing(out),
    ),
    Fact("at_boot", _at_boot, _lines),
    Fact(
        "revived",
        lambda session, node: session.platform.services.restarted_reading(session.platform.web_service),
        _yes,
    ),
    Fact("firewall", lambda session, node: session.platform.firewall.reading, _lines),
    Fact("conf", _plain(f"cat {corosync_conf.PATH}"), _text),
    Fact(
        "authkey",
        _plain(
            f"[ -s {corosync_conf.AUTHKEY} ] && stat -c '%a %U:%G' {corosync_conf.AUTHKEY} | tr '\\n' ' '"
            f" && sha256sum < {corosync_conf.AUTHKEY} | cut -d' ' -f1"
        ),
        _word,
    ),
    Fact("log_directory", _plain("[ -d /var/log/cluster ] && echo yes"), _yes),
    Fact("corosync", _plain("pidof -s corosync >/dev/null && echo yes"), _yes),
    Fact("pacemaker", _plain(f"{PACEMAKER} && echo yes"), _yes),
    Fact("stale", _plain(_STALE), _yes),
    Fact("node_id", _plain("corosync-cfgtool -s | sed -n 's/.*Local node ID \\([0-9]*\\).*/\\1/p'"), _word),
    Fact("has_cib", _plain(f"[ -s {CIB_FILE} ] && echo yes"), _yes),
    Fact("cib", _plain(f"{node_shell.within(10, LOCAL_CIB)} || CIB_file={CIB_FILE} {LOCAL_CIB}"), _cib),
    Fact("state", _plain(f"{PACEMAKER} && {node_shell.within(10, node_shell.STATE)}"), _state),
    Fact("verify", _plain(f"{PACEMAKER} && timeout 10 crm_verify -L -V 2>&1"), _word),
    Fact("log", lambda session, node: f"tail -n 400 {session.platform.cluster_log} | cut -c1-300", _text),
    Fact("page", lambda session, node: f"cat {session.platform.index}", _word),
    Fact(
        "web_running",
        lambda session, node: node_shell.processes(session.platform.web_process),
        lambda session, out: (
            node_shell.web_state(node_shell.process_states(out, session.platform.web_process)) != "stopped"
        ),
    ),
    Fact("agents", _plain("crm_resource --list-agents ocf:heartbeat"), _lines),
)


def readings(session: LabSession, node: Node) -> Command:
    """One command that reads all facts of a node."""
    text = sections.script({fact.field: fact.reading(session, node) for fact in FACTS})
    return Command.script(node.name, text, why="read the facts", deadline=60)


def parse(session: LabSession, result: Result) -> NodeFacts:
    """The facts from what the readings printed."""
    if not result.good:
        raise CommandFailed(
            f"{result.command.node}: the facts could not be read (exit {result.status}): {result.err.strip()}",
            hint="Look on the node: ./lab ssh; does `sudo -n true` work there?",
        )
    found = sections.read(result.out)
    return NodeFacts(**{fact.field: fact.parse(session, found.get(fact.field, "")) for fact in FACTS})


def gather(session: LabSession) -> Facts:
    """Read all facts of all nodes at the same time. Raises Unreachable."""
    results = everywhere(session.remote, [readings(session, node) for node in session.lab.nodes])
    return Facts(
        {node.name: parse(session, result) for node, result in zip(session.lab.nodes, results, strict=True)}
    )
