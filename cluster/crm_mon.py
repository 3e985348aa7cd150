"""Reads crm_mon's XML as ClusterState: nodes, where resources run, failures.

Source: `crm_mon -X -r` from pacemaker 1.1.8 on, `crm_mon --output-as=xml -r` from 2.0.3 on; both print
the same elements under another root. Before 1.1.12 it prints neither failures nor fail counts: `with_history`
adds them from the CIB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cluster import scores
from cluster.xml import NOT_RUNNING, Element, OutputError, element, true, whole

COMMAND = ("crm_mon", "-X", "-r")
"""The command that prints the state, on every generation."""
TELLS_FAILURES = (1, 1, 12)
"""The first version whose XML has <failures> and fail counts."""
RUNNING = frozenset({"Started", "Master", "Slave", "Promoted", "Unpromoted"})


_KEYS = tuple(
    re.compile(rf"(.+)_{task}_\d+")
    for task in (
        r"(?:pre|post|confirmed-pre|confirmed-post)_(notify)_[a-z-]+",
        "(migrate_to|migrate_from|last_failure)",
        "([a-z-]+)",
    )
)
"""RESOURCE_TASK_INTERVAL; of a notification RESOURCE_post_notify_start_0 (pacemaker's lib/common/operations.c)."""


@dataclass(frozen=True)
class NodeState:
    """A node as the DC sees it; `pending` is a member that has not joined the process group yet."""

    name: str
    online: bool
    standby: bool
    maintenance: bool
    unclean: bool
    pending: bool
    is_dc: bool


@dataclass(frozen=True)
class Placement:
    """A resource and one node it is active on, or None; active on two nodes gives two placements."""

    resource: str
    agent: str
    role: str
    node: str | None
    active: bool
    failed: bool
    blocked: bool
    managed: bool


@dataclass(frozen=True)
class Failure:
    """An operation that failed; key on `exitcode` (OCF return code): the texts change with versions."""

    resource: str
    node: str
    task: str
    exitcode: int
    reason: str


@dataclass(frozen=True)
class ClusterState:
    """The cluster as one node's crm_mon shows it; `failcounts` is by (resource, node), without zeros."""

    dc: str | None
    quorate: bool
    nodes: tuple[NodeState, ...]
    placements: tuple[Placement, ...]
    failures: tuple[Failure, ...]
    failcounts: Mapping[tuple[str, str], int]
    tells_failures: bool = True
    """This crm_mon prints failures and fail counts (from 1.1.12 on)."""

    def node(self, name: str) -> NodeState:
        """Give the node with this full name. Raises KeyError when crm_mon does not list it."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @property
    def online(self) -> tuple[str, ...]:
        """The names of the nodes that are online, joined and clean."""
        return tuple(n.name for n in self.nodes if n.online and not n.pending and not n.unclean)

    def where(self, resource: str) -> tuple[str, ...]:
        """Give the nodes a resource is active on, in crm_mon's order; none when it is stopped."""
        return tuple(
            placement.node
            for placement in self.placements
            if placement.resource == resource
            and placement.node
            and placement.active
            and placement.role in RUNNING
        )

    def started(self, resource: str) -> bool:
        """Tell whether a resource is active on exactly one node and not failed there."""
        failed = any(p.failed for p in self.placements if p.resource == resource)
        return len(self.where(resource)) == 1 and not failed


def parse(text: str) -> ClusterState:
    """Read crm_mon's XML. Raises OutputError for other text, or when no cluster answered crm_mon."""
    root = element(text, "crm_mon", ("crm_mon", "pacemaker-result"))
    if root.find("summary") is None or root.find("nodes") is None:
        errors = "; ".join(error.text or "" for error in root.iter("error"))
        reason = errors or "the answer has no <summary> and <nodes>"
        raise OutputError(f"crm_mon has no cluster to show: {reason}", hint=NOT_RUNNING)
    dc = root.find("summary/current_dc")
    present = dc is not None and true(dc, "present", default=dc.get("name") is not None)
    return ClusterState(
        dc=dc.get("name") or None if dc is not None and present else None,
        quorate=dc is not None and present and true(dc, "with_quorum"),
        nodes=tuple(_node(node) for node in root.findall("nodes/node")),
        placements=tuple(
            p for item in root.findall("resources") for r in item.iter("resource") for p in _placed(r)
        ),
        failures=tuple(_failure(item) for item in root.findall("failures/failure")),
        failcounts=dict(_failcounts(root)),
        tells_failures=_version(root) >= TELLS_FAILURES,
    )


def with_history(
    state: ClusterState, failures: Iterable[Failure], failcounts: Mapping[tuple[str, str], int]
) -> ClusterState:
    """Give the state with the CIB's failures and fail counts, when this crm_mon does not print them.

    The history of a resource that is not configured any more is left out, as in crm_mon.
    """
    if state.tells_failures:
        return state
    known = {placement.resource for placement in state.placements}
    return replace(
        state,
        failures=tuple(one for one in failures if one.resource in known),
        failcounts={key: count for key, count in failcounts.items() if key[0] in known},
    )


def _version(root: Element) -> tuple[int, ...]:
    """The version of pacemaker; that of a newer one when the root does not say it, as <pacemaker-result> does not."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", root.get("version", "")) if root.tag == "crm_mon" else None
    return tuple(int(part) for part in found.groups()) if found else TELLS_FAILURES


def _node(item: Element) -> NodeState:
    return NodeState(
        name=item.get("name", ""),
        online=true(item, "online"),
        standby=true(item, "standby") or true(item, "standby_onfail"),
        maintenance=true(item, "maintenance"),
        unclean=true(item, "unclean"),
        pending=true(item, "pending"),
        is_dc=true(item, "is_dc"),
    )


def _placed(item: Element) -> Iterator[Placement]:
    names: list[str | None] = [node.get("name") for node in item.findall("node")]
    for name in names or [None]:
        yield Placement(
            resource=item.get("id", ""),
            agent=item.get("resource_agent", "").replace("::", ":"),
            role=item.get("role", ""),
            node=name,
            active=true(item, "active"),
            failed=true(item, "failed"),
            blocked=true(item, "blocked"),
            managed=true(item, "managed", default=True),
        )


def _failure(item: Element) -> Failure:
    resource, task = operation_key(item.get("op_key", item.get("id", "")))
    return Failure(
        resource=resource,
        node=item.get("node", ""),
        task=item.get("task", task),
        exitcode=whole(item, "exitcode", -1),
        reason=item.get("exitreason", "") or item.get("exitstatus", ""),
    )


def operation_key(key: str) -> tuple[str, str]:
    """Split an operation's key into resource and task: WebIP_migrate_to_0 is a migrate_to of WebIP.

    When the key has another form, the task is "" and the whole key is the resource.
    """
    found = next(filter(None, (pattern.fullmatch(key) for pattern in _KEYS)), None)
    return (found[1], found[2]) if found else (key, "")


def _failcounts(root: Element) -> Iterator[tuple[tuple[str, str], int]]:
    for node in root.findall("node_history/node"):
        for history in node.findall("resource_history"):
            count = scores.parse(history.get("fail-count", "0"))
            if count:
                yield (history.get("id", ""), node.get("name", "")), count
