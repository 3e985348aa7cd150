"""Shell texts that read one thing on a node, each beside the function that understands its output.

Every reader of a node uses these: the status, the facts of provisioning, the watch of a drill.
Sources: ip-address(8), ps(1), crm_mon(8), cibadmin(8), crmadmin(8).
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from cluster import cib, crm_mon, scores
from inventory.errors import LabError

WebState = Literal["running", "hung", "stopped"]
"""A web server's processes: at least one can run; all of them are stopped by a signal (SIGSTOP); there is none."""
STATE = " ".join(crm_mon.COMMAND)
CIB = " ".join(cib.COMMAND)
SCORES = " ".join(scores.COMMAND)


def within(seconds: int, command: str) -> str:
    """A command that ends after so many seconds, whatever it waits for (timeout(1))."""
    return f"timeout {seconds} {command}"


def addresses(network: IPv4Network | None = None) -> str:
    """Print the node's addresses, those of a network only where one is given; see `holdings`."""
    only = f" to {network}" if network else ""
    return f"ip -o -4 addr show{only} | awk '{{print $2, $4}}'"


def holdings(out: str, address: IPv4Address) -> tuple[tuple[str, str], ...]:
    """Where a node holds an address: pairs of interface and address/prefix, of what `addresses` printed."""
    pairs = (line.split() for line in out.splitlines())
    return tuple(
        (pair[0], pair[1]) for pair in pairs if len(pair) == 2 and pair[1].split("/")[0] == str(address)
    )


def holds(address: IPv4Address) -> str:
    """A condition: an address is on this node."""
    return f"ip -o -4 addr show | grep -qF ' {address}/'"


def processes(*names: str) -> str:
    """Print the state and the name of each process that has one of the names; see `process_states`."""
    return f"ps -o stat=,comm= -C {','.join(names)}"


def process_states(out: str, name: str) -> tuple[str, ...]:
    """The states of the processes of a name, one letter each (ps(1)): R, S, D; T is stopped, Z is dead."""
    words = (line.split(maxsplit=1) for line in out.splitlines())
    return tuple(pair[0][:1] for pair in words if len(pair) == 2 and pair[1].strip() == name)


def web_state(states: Collection[str]) -> WebState:
    """The state of a web server, from those of its processes."""
    alive = [one for one in states if one != "Z"]
    if not alive:
        return "stopped"
    return "hung" if all(one == "T" for one in alive) else "running"


def dc_at_work(node: str) -> str:
    """Print `yes` while this node is a DC that changes something or is about to.

    crmadmin prints S_IDLE, S_INTEGRATION, S_POLICY_ENGINE, S_TRANSITION_ENGINE ... on a DC, S_NOT_DC elsewhere.
    """
    return f"{within(10, f'crmadmin -S {node}')} | grep S_ | grep -qvE 'S_IDLE|S_NOT_DC' && echo yes"


def parse_state(out: str) -> crm_mon.ClusterState | None:
    """The cluster as STATE printed it; None when no cluster answered: it is on its way up or down, or off."""
    try:
        return crm_mon.parse(out) if out.strip() else None
    except LabError:
        return None


def parse_cib(out: str) -> cib.Cib | None:
    """The CIB as `cibadmin -Q` printed it; None when there is none to read."""
    try:
        return cib.parse(out) if out.strip() else None
    except LabError:
        return None


def with_history(state: crm_mon.ClusterState | None, found: cib.Cib | None) -> crm_mon.ClusterState | None:
    """The cluster with the failures that an old crm_mon does not print, taken from the CIB."""
    if state is None or found is None:
        return state
    return crm_mon.with_history(state, found.failures, found.failcounts)


def parse_scores(out: str) -> tuple[scores.Score, ...]:
    """The scores as SCORES printed them; none when no cluster answered, or when it has no resources."""
    try:
        return scores.parse_simulation(out)
    except LabError:
        return ()
