"""The commands of pcs that make a cluster, by generation; the lab itself writes corosync.conf, as the document does.

Source: pcs(8) of 0.10 to 0.12.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from inventory.errors import ConfigError
from inventory.model import Node
from inventory.platforms.base import PcsGeneration

ADMINISTRATOR = "hacluster"
"""The user that the packages of the cluster make for pcsd."""


def host_auth(generation: PcsGeneration, nodes: Iterable[Node]) -> str:
    """A shell text that authenticates the nodes' pcsd to each other; it reads the password from its standard input.

    ConfigError on 0.9 and 0.9.26, which have no `host auth`.
    """
    if generation in ("0.9.26", "0.9"):
        raise ConfigError(
            f"pcs {generation} has no `pcs host auth`.", hint="Choose a platform with pcs 0.10 or later."
        )
    return f'pcs host auth {_hosts(nodes)} -u {ADMINISTRATOR} -p "$(cat)"'


def setup(generation: PcsGeneration, name: str, nodes: Iterable[Node], wait_s: int) -> str:
    """A shell text that makes the cluster and starts it; it waits until all nodes are online. ConfigError as above."""
    if generation in ("0.9.26", "0.9"):
        raise ConfigError(
            f"pcs {generation} cannot set up this cluster.", hint="Choose a platform with pcs 0.10 or later."
        )
    return f"pcs cluster setup {shlex.quote(name)} {_hosts(nodes)} --start --wait={wait_s}"


def _hosts(nodes: Iterable[Node]) -> str:
    return " ".join(f"{node.name} addr={node.address}" for node in nodes)
