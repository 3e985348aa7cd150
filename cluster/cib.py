"""The CIB's XML read: its configuration by meaning, its version, and the operations of its history.

Source: `cibadmin -Q` of pacemaker 1.1.8 to 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cluster import scores
from cluster.configuration import Configuration, Primitive, desired, differences, without_defaults
from cluster.xml import Element, element, whole
from inventory.config.cluster_properties import boolean
from inventory.model import Colocation, Constraint, Location, Order

__all__ = ["Cib", "Configuration", "Operation", "Primitive", "desired", "differences", "operations", "parse"]

COMMAND = ("cibadmin", "-Q")
"""What prints the CIB, on every generation."""
BOOKKEEPING = frozenset(
    {
        "dc-version",
        "cluster-infrastructure",
        "cluster-name",
        "have-watchdog",
        "expected-quorum-votes",
        "last-lrm-refresh",
    }
)
"""Properties that the cluster and its tools set by themselves."""


@dataclass(frozen=True)
class Cib:
    """A CIB: its configuration, its version (admin_epoch, epoch, num_updates), and the constraints' ids."""

    configuration: Configuration
    version: tuple[int, int, int]
    constraints: tuple[tuple[Constraint, str], ...]
    failcounts: Mapping[tuple[str, str], int]

    def ids(self, constraint: Constraint) -> tuple[str, ...]:
        """Give the ids under which a constraint is stored; none when it is not."""
        return tuple(id for known, id in self.constraints if known == constraint)

    @property
    def leftovers(self) -> tuple[str, ...]:
        """The ids of constraints that move and ban left behind (cli-prefer-, cli-ban-, cli-standby-)."""
        return tuple(id for _, id in self.constraints if id.startswith("cli-"))


@dataclass(frozen=True)
class Operation:
    """An operation in a node's history. Times in milliseconds, `last_change` in that node's epoch seconds.

    `call_id` counts up on each node by itself: it orders the operations of one node only.
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


def parse(text: str) -> Cib:
    """Read `cibadmin -Q`; OutputError when it is no CIB."""
    root = element(text, "cibadmin", ("cib",))
    constraints, strange = _constraints(root)
    resources = tuple(_primitive(item) for item in root.findall("configuration/resources/primitive"))
    others = [_line(item) for item in root.findall("configuration/resources/*") if item.tag != "primitive"]
    for part in ("fencing-topology", "op_defaults", "acls", "alerts", "tags"):
        found = root.findall(f"configuration/{part}/*")
        others += [_line(item) for item in found if len(item) or item.tag != "meta_attributes"]
    properties = _pairs(root.findall("configuration/crm_config/cluster_property_set"))
    configuration = Configuration(
        properties={n: value for n, value in without_defaults(properties).items() if n not in BOOKKEEPING},
        defaults=without_defaults(_pairs(root.findall("configuration/rsc_defaults/meta_attributes"))),
        resources=tuple(sorted(resources, key=lambda resource: resource.id)),
        colocations=tuple(sorted((c for c, _ in constraints if isinstance(c, Colocation)), key=repr)),
        orders=tuple(sorted((c for c, _ in constraints if isinstance(c, Order)), key=repr)),
        locations=tuple(sorted((c for c, _ in constraints if isinstance(c, Location)), key=repr)),
        node_attributes=dict(sorted(_node_attributes(root))),
        others=tuple(sorted([*others, *strange])),
    )
    version = (whole(root, "admin_epoch"), whole(root, "epoch"), whole(root, "num_updates"))
    return Cib(configuration, version, tuple(constraints), dict(_failcounts(root)))


def operations(text: str) -> tuple[Operation, ...]:
    """Read the history of all nodes out of `cibadmin -Q`, by node and then in the order of calls.

    A resource's history keeps its last start or stop and each recurring operation, not all that was.
    """
    root = element(text, "cibadmin", ("cib",))
    found: dict[tuple[str, str, int, str, int], Operation] = {}
    for state in root.findall("status/node_state"):
        for resource in state.findall("lrm/lrm_resources/lrm_resource"):
            for item in resource.findall("lrm_rsc_op"):
                entry = _operation(state, resource, item)
                found[entry.node, entry.resource, entry.call_id, entry.operation, entry.rc] = entry
    return tuple(sorted(found.values(), key=lambda entry: (entry.node, entry.call_id, entry.last_change)))


def _operation(state: Element, resource: Element, item: Element) -> Operation:
    node = state.get("uname", "")
    return Operation(
        node=node,
        resource=resource.get("id", ""),
        operation=item.get("operation", ""),
        interval_ms=whole(item, "interval"),
        rc=whole(item, "rc-code", -1),
        call_id=whole(item, "call-id", -1),
        last_change=whole(item, "last-rc-change", whole(item, "last-run")),
        exec_time_ms=whole(item, "exec-time"),
        on_node=item.get("on_node", node),
        transition_magic=item.get("transition-magic", ""),
        status=whole(item, "op-status"),
    )


def _pairs(sets: list[Element]) -> dict[str, str]:
    pairs = {p.get("name", ""): p.get("value", "") for item in reversed(sets) for p in item.findall("nvpair")}
    return dict(sorted(pairs.items()))


def _primitive(item: Element) -> Primitive:
    words = (item.get("class"), item.get("provider"), item.get("type"))
    intervals: dict[str, list[str]] = {}
    for operation in item.findall("operations/op"):
        if boolean(operation.get("enabled", "true")) is False:
            continue  # as if it were not there
        intervals.setdefault(operation.get("name", ""), []).append(operation.get("interval", "0s"))
    return Primitive(
        id=item.get("id", ""),
        agent=":".join(word for word in words if word) or f"template {item.get('template', '?')}",
        attributes=_pairs(item.findall("instance_attributes")),
        operations={name: ",".join(sorted(times)) for name, times in sorted(intervals.items())},
        meta=without_defaults(_pairs(item.findall("meta_attributes"))),
    )


def _constraints(root: Element) -> tuple[list[tuple[Constraint, str]], list[str]]:
    known: list[tuple[Constraint, str]] = []
    strange: list[str] = []
    for item in root.findall("configuration/constraints/*"):
        constraint = _constraint(item)
        if constraint is None:
            strange.append(_line(item))
        else:
            known.append((constraint, item.get("id", "")))
    return known, strange


def _constraint(item: Element) -> Constraint | None:
    """Read a constraint that the lab has a noun for; None for resource sets, roles, rules and the like."""
    if item.tag == "rsc_colocation" and not len(item) and _plain(item, {}, ("rsc-role", "with-rsc-role")):
        return Colocation(item.get("rsc", ""), item.get("with-rsc", ""), scores.parse(item.get("score", "0")))
    usual = {"first-action": "start", "then-action": "start", "kind": "Mandatory", "symmetrical": "true"}
    if item.tag == "rsc_order" and not len(item) and _plain(item, {**usual, "score": "INFINITY"}, ()):
        return Order(item.get("first", ""), item.get("then", ""))
    if item.tag == "rsc_location" and item.get("rsc") is not None:
        node, score = item.get("node"), item.get("score")
        rule = item.find("rule")
        if rule is not None and len(item) == 1 and len(rule) == 1:
            node, score = _uname(rule), rule.get("score")
        elif len(item):
            return None
        if node is not None and score is not None:
            return Location(item.get("id", ""), item.get("rsc", ""), node, scores.parse(score))
    return None


def _plain(item: Element, usual: Mapping[str, str], absent: tuple[str, ...]) -> bool:
    usually = all(item.get(name, value).lower() == value.lower() for name, value in usual.items())
    return usually and not any(item.get(name) is not None for name in absent)


def _uname(rule: Element) -> str | None:
    """Give the node of a rule `#uname eq NODE`, as pacemaker 1.1.8's move and ban store it."""
    expression = rule.find("expression")
    if expression is None or (expression.get("attribute"), expression.get("operation")) != ("#uname", "eq"):
        return None
    return expression.get("value")


def _node_attributes(root: Element) -> Iterator[tuple[str, dict[str, str]]]:
    for node in root.findall("configuration/nodes/node"):
        kept = without_defaults(_pairs(node.findall("instance_attributes")))
        if kept:
            yield node.get("uname", ""), kept


def _failcounts(root: Element) -> Iterator[tuple[tuple[str, str], int]]:
    counts: dict[tuple[str, str], int] = {}
    for state in root.findall("status/node_state"):
        for name, value in _pairs(state.findall("transient_attributes/instance_attributes")).items():
            if name.startswith("fail-count-"):
                key = name.removeprefix("fail-count-").split("#")[0], state.get("uname", "")
                counts[key] = scores.add(counts.get(key, 0), scores.parse(value))
    yield from ((key, count) for key, count in counts.items() if count)


def _line(item: Element) -> str:
    words = " ".join(f"{name}={value}" for name, value in sorted(item.attrib.items()) if name != "id")
    inner = " ".join(_line(child) for child in item)
    return (
        f"{item.tag} {item.get('id', '')}".strip()
        + (f" {words}" if words else "")
        + (f" ({inner})" if inner else "")
    )
