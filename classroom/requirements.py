"""What an exercise needs in lab.yaml: each function gives the reason why the exercise is impossible, or ""."""

from __future__ import annotations

from collections.abc import Callable

from inventory.config.cluster_properties import boolean, in_effect
from inventory.model import Colocation, Constraint, Lab, Location, Order

Requirement = Callable[[Lab], str]


def reason(needs: Requirement, lab: Lab) -> str:
    """Why an exercise with this requirement does not work with a lab.yaml; "" when it does."""
    return needs(lab) if lab.has("web") else "the exercises are about the web server, and it has none"


def any_lab(lab: Lab) -> str:
    """The exercise works with every lab.yaml."""
    return ""


def has(kind: type[Constraint], *, without_score: int | None = None) -> Requirement:
    """lab.yaml has a constraint of a kind; `without_score`: one that does not have this score already."""
    all_of: dict[type[Constraint], Callable[[Lab], tuple[Constraint, ...]]] = {
        Colocation: lambda lab: lab.colocations,
        Order: lambda lab: lab.orders,
        Location: lambda lab: lab.locations,
    }

    def reason(lab: Lab) -> str:
        name = kind.__name__.lower()
        found = all_of[kind](lab)
        if not found:
            return f"lab.yaml has no {name} constraint"
        if without_score is not None and all(getattr(one, "score", None) == without_score for one in found):
            return f"the score of the {name} constraint in lab.yaml is {without_score} already"
        return ""

    return reason


def property_is_not(name: str, value: str, default: str) -> Requirement:
    """A cluster property of lab.yaml has another value than the one that breaks the lab."""

    def reason(lab: Lab) -> str:
        found = in_effect(lab.properties, name) or default
        same = found == value or (boolean(value) is not None and boolean(found) is boolean(value))
        return f"{name} is {value} already, in lab.yaml or by default" if same else ""

    return reason


def sticky(lab: Lab) -> str:
    """lab.yaml has a stickiness."""
    return "" if lab.stickiness else "lab.yaml has stickiness: 0"


def encrypted(lab: Lab) -> str:
    """Corosync uses its key."""
    none = "with crypto_cipher and crypto_hash none, corosync does not use its key"
    return "" if lab.corosync.encrypted else none


def not_two_node(lab: Lab) -> str:
    """lab.yaml does not set two_node."""
    return "lab.yaml has two_node: true" if lab.corosync.two_node else ""


def two_nodes(lab: Lab) -> str:
    """The lab has two nodes: what a lost or misconfigured node does to the others depends on their number."""
    return "" if len(lab.nodes) == 2 else f"it is for two nodes, and lab.yaml has {len(lab.nodes)}"


def one_web_server(lab: Lab) -> str:
    """The web server runs on one node at a time, and the lab has two nodes: the other one must take it over."""
    cloned = lab.has("web") and lab.resource("web").clone
    return "the web server runs on all nodes (clone: true)" if cloned else two_nodes(lab)


def all_of(*requirements: Requirement) -> Requirement:
    """Every one of these requirements; the reason is the first one that fails."""
    return lambda lab: next(filter(None, (one(lab) for one in requirements)), "")


def has_witness(lab: Lab) -> str:
    """lab.yaml has a witness."""
    return "" if lab.witness else "lab.yaml has no witness (quorum: qdevice)"


def long_names(lab: Lab) -> str:
    """The second node's name has a domain."""
    node = lab.nodes[1]
    return f"the name {node.name} has no domain" if node.alias == node.name else ""


def wide_network(lab: Lab) -> str:
    """A longer netmask than the network's is possible."""
    return "the network has one address" if lab.network.prefixlen == lab.network.max_prefixlen else ""
