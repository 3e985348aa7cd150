"""What is read on a node: a Fact is a shell text (the reading) and a pure parser of its output."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster import cib, corosync_conf, corosync_state, crm_mon, qdevice
from cluster.fencing import IPMITOOL, LOGIN_FILE
from inventory.model import Node
from inventory.remote.script import script
from inventory.session import LabSession
from status import node_script, node_shell

LOCAL_CIB = f"{node_shell.CIB} -l"
"""Prints the node's own copy of the CIB, which needs no DC."""
CIB_FILE = "/var/lib/pacemaker/cib/cib.xml"


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


def _of_pacemaker(
    text: Callable[[LabSession, Node], str],
) -> Callable[[LabSession, Node], str]:
    """Make a reading that prints nothing where pacemaker does not run."""
    return lambda session, node: (
        f"pidof -s {session.platform.cluster_process} >/dev/null && {text(session, node)}"
    )


def _limited(text: str) -> Callable[[LabSession, Node], str]:
    """A reading of the cluster with a time limit."""
    return lambda session, node: node_shell.with_timeout(
        session.lab.patient(node_shell.READING_LIMIT_S), text
    )


def _at_boot(session: LabSession, node: Node) -> str:
    units = (*session.platform.cluster_services, session.platform.web_service)
    return "\n".join(
        f'[ -z "$({session.platform.services.enabled_reading(unit)})" ] || echo {unit}' for unit in units
    )


def _metadata(_: LabSession, out: str) -> Mapping[str, str]:
    """Parse metadata.sh: the <action> elements of each agent's metadata, by agent."""
    pairs = (line.partition(" ") for line in out.splitlines())
    return {agent: actions.strip() for agent, _, actions in pairs if actions.strip()}


def _options(session: LabSession, node: Node) -> str:
    agents = session.lab.services.agents
    limit = node_shell.node_limit(session.lab, node_shell.READING_LIMIT_S)
    return script(__package__, "agent_metadata", agents=" ".join(agents), limit=limit) if agents else "true"


def _unprepared(session: LabSession, node: Node) -> str:
    if not session.lab.services.script:
        return "true"
    text = node_script.call(session.lab, node, "missing")
    return node_shell.with_timeout(
        session.lab.patient(node_shell.READING_LIMIT_S), f"sh -c {shlex.quote(text)}"
    )


_FENCING = "\n".join(
    f"[ -e {path} ] && stat -c '%a %U:%G' {path} | tr '\\n' ' ' && sha256sum {path} | awk '{{print $2, $1}}'"
    for path in (LOGIN_FILE, IPMITOOL)
)


def _stale(process: str, database: str) -> str:
    return script(__package__, "stale", process=process, files=f"{database}/cert9.db {database}/key4.db")


def _votes(session: LabSession, node: Node) -> str:
    return corosync_state.membership_script(session.platform.corosync) if session.lab.witness else "true"


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
        lambda session, node: script(
            __package__,
            "resolves",
            names=" ".join(f"{one.name} {one.alias}" for one in session.lab.nodes),
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
        "web_restarted",
        lambda session, node: session.platform.services.restarted_reading(session.platform.web_service),
        _yes,
    ),
    Fact("firewall", lambda session, node: session.platform.firewall.reading, _lines),
    Fact("fencing", _plain(_FENCING), _lines),
    Fact("vote_ca", _plain(qdevice.certificate_reading(qdevice.DATABASE, qdevice.CA)), _word),
    Fact("vote_name", _plain(qdevice.name_reading()), _word),
    Fact(
        "vote_certificate",
        _plain(qdevice.certificate_reading(qdevice.DATABASE, qdevice.CERTIFICATE)),
        _word,
    ),
    Fact("vote_request", _plain(f"base64 -w 0 {qdevice.REQUEST}"), _word),
    Fact("qdevice", _plain(f"pidof -s {qdevice.SERVICE} >/dev/null && echo yes"), _yes),
    Fact("qdevice_stale", _plain(_stale(qdevice.SERVICE, qdevice.DATABASE)), _yes),
    Fact("votes", _votes, _text),
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
    Fact("pacemaker", _of_pacemaker(_plain("echo yes")), _yes),
    Fact(
        "stale",
        lambda session, node: script(
            __package__, "stale", process="corosync", files=f"{corosync_conf.PATH} {corosync_conf.AUTHKEY}"
        ),
        _yes,
    ),
    Fact("node_id", _plain("corosync-cfgtool -s | sed -n 's/.*Local node ID \\([0-9]*\\).*/\\1/p'"), _word),
    Fact("has_cib", _plain(f"[ -s {CIB_FILE} ] && echo yes"), _yes),
    Fact("cib", _limited(f"{LOCAL_CIB} || CIB_file={CIB_FILE} {LOCAL_CIB}"), _cib),
    Fact("state", _of_pacemaker(_limited(node_shell.STATE)), _state),
    Fact("verify", _of_pacemaker(_limited("crm_verify -L -V 2>&1")), _word),
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
    Fact(
        "metadata",
        lambda session, node: script(
            __package__,
            "metadata",
            agents=" ".join(session.platform.agents.values()),
            limit=node_shell.node_limit(session.lab, node_shell.READING_LIMIT_S),
        ),
        _metadata,
    ),
    Fact("options", _options, _metadata),
    Fact("unprepared", _unprepared, _lines),
)

WITNESS_FACTS: tuple[Fact, ...] = (
    Fact(
        "missing",
        lambda session, node: " ".join(
            f"'{w}'" for w in session.platform.package_manager.query(session.platform.witness_packages)
        ),
        lambda session, out: tuple(
            one
            for one in session.platform.witness_packages
            if one not in session.platform.package_manager.installed(out)
        ),
    ),
    Fact("firewall", lambda session, node: session.platform.firewall.reading, _lines),
    Fact("ca", _plain(qdevice.certificate_reading(qdevice.WITNESS_DATABASE, qdevice.CA)), _word),
    Fact(
        "signed_request",
        lambda session, node: f"base64 -w 0 {qdevice.signed(session.lab, 'crq')} | sha256sum | cut -d' ' -f1",
        _word,
    ),
    Fact("signed", lambda session, node: f"base64 -w 0 {qdevice.signed(session.lab, 'crt')}", _word),
    Fact(
        "at_boot",
        lambda session, node: (
            f'[ -z "$({session.platform.services.enabled_reading(qdevice.WITNESS_SERVICE)})" ] || echo yes'
        ),
        _yes,
    ),
    Fact("runs", _plain(f"pidof -s {qdevice.WITNESS_SERVICE} >/dev/null && echo yes"), _yes),
    Fact("stale", _plain(_stale(qdevice.WITNESS_SERVICE, qdevice.WITNESS_DATABASE)), _yes),
)
"""The facts of the witness, which is no cluster node."""
