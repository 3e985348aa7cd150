"""The quorum device: names and paths of corosync-qdevice and corosync-qnetd, and a node's view of the third vote. Pure.

Sources: corosync-qdevice(8), corosync-qnetd(8), corosync-qdevice-net-certutil(8), corosync-quorumtool(8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inventory.model import Lab, Node

SERVICE, WITNESS_SERVICE = "corosync-qdevice", "corosync-qnetd"
"""The services on each node and on the witness."""
DATABASE, WITNESS_DATABASE = "/etc/corosync/qdevice/net/nssdb", "/etc/corosync/qnetd/nssdb"
"""Where the tools keep keys and certificates (certutil(1)), on each node and on the witness."""
REQUEST = f"{DATABASE}/qdevice-net-node.crq"
"""The request for the cluster's certificate, on the node that made it."""
CA, CERTIFICATE = "QNet CA", "Cluster Cert"
"""The names that the tools give to the witness's own certificate and to the cluster's one."""

_ROW = re.compile(r"^\s*(0x[0-9a-fA-F]+|\d+)\s+\d+\s+((?:[A-Z]+,)+[A-Z]+|NR)\s+\S", re.M)


@dataclass(frozen=True)
class Vote:
    """What a node knows about the quorum device. `flags` are those of corosync-quorumtool: A, V, NMW; NA, NV; NR."""

    flags: tuple[str, ...]

    @property
    def given(self) -> bool:
        """The witness gives its vote to this node's partition: the device is alive (A) and votes (V)."""
        return {"A", "V"} <= set(self.flags)

    @property
    def summary(self) -> str:
        """The state for people."""
        if not self.flags:
            return "no quorum device is configured"
        if "NR" in self.flags:
            return f"{SERVICE} does not run (NR)"
        if self.given:
            return f"has the vote ({','.join(self.flags)})"
        why = "not alive" if "NA" in self.flags else "alive, but without the vote"
        return f"no vote: the device is {why} ({','.join(self.flags)})"


def vote(text: str, node: Node) -> Vote | None:
    """A node's own row in the output of `corosync-quorumtool -s` on this node; None when corosync did not answer."""
    if "Quorum information" not in text:
        return None
    rows = {int(number, 0): flags for number, flags in _ROW.findall(text)}
    return Vote(tuple(rows[node.id].split(",")) if node.id in rows else ())


def certificate_reading(database: str, name: str) -> str:
    """A shell text that prints a certificate of a database in one line (base64); nothing where there is none."""
    return f"certutil -L -d {database} -n '{name}' -a 2>/dev/null | sed '/-----/d' | tr -d '\\r\\n'"


def name_reading() -> str:
    """A shell text that prints the name in a node's certificate: the cluster's, which corosync-qnetd compares."""
    show = f"certutil -L -d {DATABASE} -n '{CERTIFICATE}' 2>/dev/null"
    return show + " | sed -n 's/^ *Subject: \"CN=\\(.*\\)\"$/\\1/p' | head -n 1"


def signed(lab: Lab, kind: str) -> str:
    """The file of the witness with the cluster's request (crq) or its certificate (crt)."""
    return f"{WITNESS_DATABASE}/cluster-{lab.name}.{kind}"
