"""Shell texts that read one thing on a node, each with the function that parses its output.

The status, the facts of provisioning and the watch of a drill all use them.
Sources: ip-address(8), ps(1), crm_mon(8), cibadmin(8), crmadmin(8).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from cluster import cib, crm_mon, scores
from inventory.errors import LabError
from inventory.model import Lab

WebState = Literal["running", "hung", "stopped"]
"""The web server's processes: at least one runs; all are stopped by a signal (SIGSTOP); there is none."""
READING_LIMIT_S = 10.0
"""The longest time of one reading of the cluster, on a machine of usual speed (seconds)."""
STATE = " ".join(crm_mon.COMMAND)
CIB = " ".join(cib.COMMAND)
SCORES = " ".join(scores.COMMAND)


def node_limit(lab: Lab, seconds: float) -> int:
    """A time limit for timeout(1) on a node, in whole seconds: that of coreutils 8.4 takes no fractions."""
    return max(1, math.ceil(lab.patient(seconds)))


def with_timeout(seconds: float, command: str) -> str:
    """The command with a time limit (timeout(1)); see `node_limit`."""
    return f"timeout {math.ceil(seconds)} {command}"


def addresses(network: IPv4Network | None = None) -> str:
    """Print the node's addresses, or only those of a network; see `held_addresses`."""
    only = f" to {network}" if network else ""
    return f"ip -o -4 addr show{only} | awk '{{print $2, $4}}'"


def held_addresses(out: str, address: IPv4Address) -> tuple[tuple[str, str], ...]:
    """Where a node holds an address: pairs of interface and address/prefix, from the output of `addresses`."""
    pairs = (line.split() for line in out.splitlines())
    return tuple(
        (pair[0], pair[1]) for pair in pairs if len(pair) == 2 and pair[1].split("/")[0] == str(address)
    )


def holds(address: IPv4Address) -> str:
    """A shell condition: this node holds an address."""
    return f"ip -o -4 addr show | grep -qF ' {address}/'"


def processes(*names: str) -> str:
    """Print the state and the name of each process with one of the names; see `process_states`."""
    return f"ps -o stat=,comm= -C {','.join(names)}"


def process_states(out: str, name: str) -> tuple[str, ...]:
    """The states of the processes with a name, one letter each (ps(1)): R, S, D; T is stopped, Z is dead."""
    words = (line.split(maxsplit=1) for line in out.splitlines())
    return tuple(pair[0][:1] for pair in words if len(pair) == 2 and pair[1].strip() == name)


def web_state(states: Collection[str]) -> WebState:
    """The state of a web server, from the states of its processes."""
    alive = [one for one in states if one != "Z"]
    if not alive:
        return "stopped"
    return "hung" if all(one == "T" for one in alive) else "running"


def dc_at_work(node: str, limit: float) -> str:
    """Print `yes` while this node is a busy DC: it changes something or is about to. `limit` is in seconds.

    crmadmin prints S_IDLE, S_INTEGRATION, S_POLICY_ENGINE, S_TRANSITION_ENGINE ... on a DC, S_NOT_DC elsewhere.
    """
    return f"{with_timeout(limit, f'crmadmin -S {node}')} | grep S_ | grep -qvE 'S_IDLE|S_NOT_DC' && echo yes"


def unanswered(others: Iterable[str], limit: float) -> str:
    """Print the first of the other nodes that sends no answer through corosync, in at most `limit` seconds.

    crmadmin's question and its answer are messages of corosync. When the token is lost, corosync delivers no message
    until the next membership is formed. In this time quorum, members and resources look unchanged. Only nodes that
    crm_mon on this node shows as online are asked: a node that is still joining cannot answer yet.
    """
    ask = with_timeout(limit, 'crmadmin -S "$node"')
    return (
        f"online=$({with_timeout(limit, 'crm_mon -1')} | sed -n 's/^[ *]*Online: //p')\n"
        f"for node in {' '.join(others)}; do\n"
        f'case "$online" in *" $node "*) {ask} | grep -q S_ || {{ echo "$node"; break; }} ;; esac\n'
        "done"
    )


def parse_state(out: str) -> crm_mon.ClusterState | None:
    """The cluster, from the output of STATE; None when no cluster answered (starting, stopping or stopped)."""
    try:
        return crm_mon.parse(out) if out.strip() else None
    except LabError:
        return None


def parse_cib(out: str) -> cib.Cib | None:
    """The CIB, from the output of `cibadmin -Q`; None when it cannot be read."""
    try:
        return cib.parse(out) if out.strip() else None
    except LabError:
        return None


def with_history(state: crm_mon.ClusterState | None, found: cib.Cib | None) -> crm_mon.ClusterState | None:
    """The cluster with the failures from the CIB: an old crm_mon does not print them."""
    if state is None or found is None:
        return state
    return crm_mon.with_history(state, found.failures, found.failcounts)


def parse_scores(out: str) -> tuple[scores.Score, ...]:
    """The scores, from the output of SCORES; none when no cluster answered, or when it has no resources."""
    try:
        return scores.parse_simulation(out)
    except LabError:
        return ()
