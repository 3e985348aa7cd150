"""The CIB's status section: the operations of its history, failures, fail counts and transient attributes.

Source: Pacemaker Explained ("Status"); `cibadmin -Q` of pacemaker 1.1.8 to 3.0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from cluster import scores
from cluster.cib_elements import options
from cluster.crm_mon import Failure
from cluster.values import without_defaults
from cluster.xml import Element, OutputError, element, whole
from inventory.config.cluster_properties import boolean

_OWN = ("#", "fail-count-", "last-failure-", "probe_complete", "shutdown", "terminate")
"""The first letters of the transient attributes that the cluster itself sets."""
_AWAY = ("false", "offline", "0", "")
"""What a node's state says in `in_ccm` and `crmd` when it is not there."""


@dataclass(frozen=True)
class Operation:
    """An operation in a node's history. Times in milliseconds, `last_change` in that node's epoch seconds.

    `call_id` is counted on each node separately: it orders the operations of one node only.
    """

    node: str
    resource: str
    operation: str
    interval_ms: int
    rc: int
    call_id: int
    last_change: int
    exec_time_ms: int
    on_node: str
    transition_magic: str
    status: int


def operations(text: str) -> tuple[Operation, ...]:
    """Read the history of all nodes from the output of `cibadmin -Q`, sorted by node and call.

    A resource's history keeps its last start or stop and each recurring operation, not all that was.
    Raises OutputError when the text is not a CIB.
    """
    found: dict[tuple[str, str, int, str, int], Operation] = {}
    for state, resource, item in _history(element(text, "cibadmin", ("cib",))):
        entry = _operation(state, resource, item)
        found[entry.node, entry.resource, entry.call_id, entry.operation, entry.rc] = entry
    return tuple(sorted(found.values(), key=lambda entry: (entry.node, entry.call_id, entry.last_change)))


def dc(text: str) -> str:
    """The name of the DC that a CIB names; "" without one. Raises OutputError when the text is not a CIB."""
    root = element(text, "cibadmin", ("cib",))
    uuid = root.get("dc-uuid", "")
    names = {node.get("id"): node.get("uname", "") for node in root.findall("configuration/nodes/node")}
    return names.get(uuid, "")


def running_on(text: str, resource: str) -> tuple[str, ...]:
    """The nodes on which a resource runs, by the history: its latest start is later than its latest stop."""
    latest: dict[str, Operation] = {}
    for one in operations(text):
        if one.resource == resource and (
            one.operation in ("start", "stop") or (one.interval_ms, one.rc) == (0, 0)
        ):
            latest[one.node] = one
    return tuple(node for node, one in latest.items() if one.operation != "stop" and one.rc == 0)


def online(text: str) -> tuple[str, ...]:
    """The nodes that are members of the cluster and run its programs, sorted. Raises OutputError for no CIB.

    `in_ccm` and `crmd` are words up to pacemaker 2.1.5, and since then the times since when it is so (0: it is not).
    """
    states = element(text, "cibadmin", ("cib",)).findall("status/node_state")
    return tuple(
        sorted(
            one.get("uname", "")
            for one in states
            if one.get("in_ccm", "false") not in _AWAY
            and one.get("crmd", "offline") not in _AWAY
            and one.get("join") == "member"
        )
    )


def failures(root: Element) -> tuple[Failure, ...]:
    """Give the failures in the history. crm_mon of 1.1.8 does not print them in its XML."""
    found = []
    for state, resource, item in _history(root):
        probe = item.get("operation") == "monitor" and whole(item, "interval") == 0
        good = (0, 7) if probe else (0,)  # a probe may find the resource stopped: that is no failure
        rc = whole(item, "rc-code", -1)
        if "_last_failure_" in item.get("id", "") and rc not in good:
            task, reason = item.get("operation", ""), item.get("exit-reason", "")
            found.append(
                Failure(resource.get("id", ""), state.get("uname", ""), task, rc, reason or f"rc={rc}")
            )
    return tuple(found)


def failcounts(root: Element) -> Mapping[tuple[str, str], int]:
    """Give the fail counts by (resource, node), summed over the operations, without zeros."""
    counts: dict[tuple[str, str], int] = {}
    for node, pairs in _transient(root):
        for name, value in pairs.items():
            if name.startswith("fail-count-"):
                key = name.removeprefix("fail-count-").split("#")[0], node
                counts[key] = scores.add(counts.get(key, 0), scores.parse(value))
    return {key: count for key, count in counts.items() if count}


def transient_attributes(root: Element) -> Mapping[str, Mapping[str, str]]:
    """Give the attributes that are removed when a node's cluster stops, by node.

    Without the cluster's own and the agents' own.
    """
    found, promotable = {}, promotable_ids(root)
    for node, pairs in _transient(root):
        kept = {
            name: value
            for name, value in pairs.items()
            if not name.startswith(_OWN) and not of_agent(name, promotable)
        }
        if without_defaults(kept):
            found[node] = without_defaults(kept)
    return dict(sorted(found.items()))


def promotable_ids(root: Element) -> frozenset[str]:
    """The ids of the primitives in promotable clones."""
    found = set()
    for clone in root.findall("configuration/resources/*"):
        meta, _ = options(clone.findall("meta_attributes"))
        if clone.tag == "master" or (clone.tag == "clone" and boolean(meta.get("promotable", ""))):
            found |= {one.get("id", "") for one in clone.iter("primitive")}
    return frozenset(found)


def promotion_scores(root: Element) -> Mapping[tuple[str, str], int]:
    """The promotion scores that agents gave to instances of promotable clones, by (primitive, node).

    Of several instances on a node, the highest one. A value that is no score is left out. Source: crm_attribute(8),
    --promotion: the node attribute master-ID (master-ID:0 for a numbered instance). A transient value, which is removed
    when the cluster stops on the node, replaces a permanent one.
    """
    ids = {f"master-{id_}": id_ for id_ in promotable_ids(root)}
    if not ids:
        return {}
    permanent = (
        (node.get("uname", ""), options(node.findall("instance_attributes"))[0])
        for node in root.findall("configuration/nodes/node")
    )
    values = {
        (node, name): value
        for node, pairs in (*permanent, *_transient(root))
        for name, value in pairs.items()
        if name.partition(":")[0] in ids
    }
    found: dict[tuple[str, str], int] = {}
    for (node, name), value in values.items():
        key = ids[name.partition(":")[0]], node
        with suppress(OutputError):
            score = scores.parse(value)
            found[key] = max(score, found.get(key, score))
    return found


def of_agent(name: str, promotable: Collection[str]) -> bool:
    """Whether the agent of a promotable resource set a node attribute: its name begins or ends with the resource's id.

    Source: crm_attribute(8), --promotion (master-ID); the agents pgsql (ID-status ...) and pgsqlms.
    """
    return any(
        name == f"master-{id_}" or name.startswith(f"{id_}-") or name.endswith(f"-{id_}")
        for id_ in promotable
    )


def _history(root: Element) -> Iterator[tuple[Element, Element, Element]]:
    for state in root.findall("status/node_state"):
        for resource in state.findall("lrm/lrm_resources/lrm_resource"):
            for item in resource.findall("lrm_rsc_op"):
                yield state, resource, item


def _transient(root: Element) -> Iterator[tuple[str, dict[str, str]]]:
    for state in root.findall("status/node_state"):
        pairs, _ = options(state.findall("transient_attributes/instance_attributes"))
        yield state.get("uname", ""), pairs


def _operation(state: Element, resource: Element, item: Element) -> Operation:
    node = state.get("uname", "")
    return Operation(
        node=node,
        resource=resource.get("id", ""),
        operation=item.get("operation", ""),
        interval_ms=whole(item, "interval"),
        rc=whole(item, "rc-code", -1),
        call_id=whole(item, "call-id", -1),
        last_change=whole(item, "last-rc-change")
        or whole(item, "last-run"),  # 1.1.8 writes 0 beside a last-run
        exec_time_ms=whole(item, "exec-time"),
        on_node=item.get("on_node", node),
        transition_magic=item.get("transition-magic", ""),
        status=whole(item, "op-status"),
    )
