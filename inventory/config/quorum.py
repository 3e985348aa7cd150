"""lab.yaml's `quorum` and `witness`: whether a witness machine gives a third vote; and the settings that it needs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from inventory.config.addresses import machine
from inventory.config.yaml_document import YamlNode
from inventory.model import Lab, Node, Witness

NODES_VOTE, QDEVICE = "nodes", "qdevice"
QUORUM = (NODES_VOTE, QDEVICE)
FFSPLIT, LMS = "ffsplit", "lms"
"""The algorithms of corosync-qdevice(8) for real clusters."""
POLICY = "no-quorum-policy"
EXAMPLE = "witness: {name: witness.example.com, address: 172.16.100.17}"


def witness(
    quorum: YamlNode,
    described: YamlNode,
    network: IPv4Network | None,
    nodes: tuple[Node, ...],
    vip: IPv4Address | None,
) -> Witness | None:
    """Read the witness; None without `quorum: qdevice`, and after a mistake, which is noted.

    `described` is the key `witness`. It is judged also while only the nodes vote.
    """
    wanted = quorum.one_of(QUORUM) if quorum.present else NODES_VOTE
    if not described.present:
        if wanted == QDEVICE:
            quorum.remark(
                f"found {QDEVICE}, but no witness; allowed: with the key witness, such as {EXAMPLE}"
            )
        return None
    part = described.fields(("name", "address"), ("algorithm",))
    found = machine(part["name"], part["address"], network, nodes, vip)
    algorithm = _algorithm(part["algorithm"], len(nodes))
    return Witness(found, algorithm) if wanted == QDEVICE and found and algorithm else None


def _algorithm(yaml_node: YamlNode, nodes: int) -> str | None:
    """Read the algorithm; without the key FFSPLIT for an even number of nodes, and LMS for an odd one."""
    odd = nodes % 2 == 1
    if not yaml_node.present:
        return LMS if odd else FFSPLIT
    found = yaml_node.one_of((FFSPLIT, LMS))
    if found == FFSPLIT and odd:
        yaml_node.wrong(f"{LMS}; {FFSPLIT} is for an even number of nodes, and there are {nodes}")
    return found


def with_witness(lab: Lab) -> Lab:
    """The lab with the settings that its witness needs; without a witness the lab itself.

    corosync refuses two_node beside a quorum device (votequorum(5)). A partition that the witness did not choose must
    stop, so no-quorum-policy has its default.
    """
    if lab.witness is None:
        return lab
    return replace(
        lab,
        properties={**lab.properties, POLICY: "stop"},
        corosync=replace(lab.corosync, two_node=False),
    )
