"""The ordinary way to the same cluster, for comparison: pcs on freshly booted containers, one command after another.

`pcs host auth`, `pcs cluster setup --start --wait`, then the resources and constraints of lab.yaml. Source: pcs(8) of
0.10 and later; ClusterLabs' "Clusters from Scratch".
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from cluster import pcs, pcs_cluster
from cluster.cib_constraints import clone_ids, renamed
from cluster.desired import desired
from inventory import waiting
from inventory.host.command import Output
from inventory.model import Colocation, Lab, Node, Order
from inventory.platforms.base import Platform
from inventory.waiting import Clock
from status.web_page import page_of

INTERFACE = "eth0"
"""The only interface of the benchmark's containers."""
START_S, COMMAND_S, SERVES_S = 180, 120, 60
"""How long the cluster's start, any other command, and the wait for the page may take (seconds)."""
LEFT_OUT = ("dc-deadtime",)
"""Properties that only shorten the lab's own start; a user who types the commands would not set them."""


class Nodes(Protocol):
    """The containers (inventory.providers.bench_nodes.ContainerNodes)."""

    def make(self) -> None:
        """Boot the containers."""

    def remove(self) -> None:
        """Remove the containers."""

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        """Run a shell text as root on a node."""
        ...

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        """Run a shell text as `run` does; return its output. Raises LabError when it fails."""
        ...


def setup(lab: Lab, platform: Platform) -> tuple[str, ...]:
    """The shell texts that make and start the cluster; the first one reads the password from its standard input.

    Raises ConfigError for a pcs that is too old for these commands.
    """
    return (
        pcs_cluster.host_auth(platform.pcs, lab.nodes),
        pcs_cluster.setup(platform.pcs, lab.name, lab.nodes, START_S),
    )


def changes(lab: Lab, platform: Platform, interface: str = INTERFACE) -> Iterator[pcs.Argv]:
    """The commands of pcs for the properties, resources and constraints of lab.yaml, in the walkthrough's order."""
    want, generation = desired(lab, platform, interface=interface), platform.pcs
    for name, value in want.properties.items():
        if name not in LEFT_OUT:
            yield pcs.property_set(generation, name, value)
    yield pcs.defaults_stickiness(generation, lab.stickiness)
    for one in want.resources:
        yield pcs.resource_create(
            generation,
            one.id,
            one.agent,
            one.attributes,
            one.monitor,
            timeouts=one.timeouts,
            clone=one.clone,
        )
    clones = clone_ids(lab.resources)
    for constraint in want.constraints:
        named = renamed(constraint, clones)
        if isinstance(named, Colocation):
            yield pcs.colocation(generation, named)
        elif isinstance(named, Order):
            yield pcs.order(generation, named)
        else:
            yield pcs.location(generation, named)


@dataclass(frozen=True)
class PcsWay:
    """Builds the cluster of a lab on containers. `fetch` requests the page from the floating address.

    `interface` is that of the nodes in the cluster's network.
    """

    lab: Lab
    nodes: Nodes
    platform: Platform
    fetch: Callable[[], str]
    clock: Clock
    interface: str = INTERFACE

    def build(self) -> dict[str, float]:
        """Build all, from the containers to the served page; return the seconds of each part. Raises LabError."""
        parts: dict[str, float] = {}
        for name, part in (
            ("machines", self._boot),
            ("cluster", self._start),
            ("resources", self._configure),
            ("served", self._served),
        ):
            began = self.clock.now()
            part()
            parts[name] = round(self.clock.now() - began, 2)
        return parts

    def _boot(self) -> None:
        self.nodes.make()
        for node in self.lab.nodes:
            booted = "systemctl is-system-running --wait >/dev/null 2>&1; systemctl is-active dbus"
            waiting.until(
                lambda node=node, booted=booted: self.nodes.run(node, booted).good,  # type: ignore[misc]
                bool,
                f"{node.name} has booted",
                deadline=COMMAND_S,
                every=0.05,
                clock=self.clock,
            )

    def _start(self) -> None:
        password, first = secrets.token_hex(16), self.lab.node1
        names = "".join(f"{node.address} {node.name} {node.alias}\n" for node in self.lab.nodes)

        def prepare(node: Node) -> None:
            self.nodes.check(node, "cat >> /etc/hosts", stdin=names)
            self.nodes.check(node, f"cat > {self.platform.index}", stdin=page_of(node) + "\n")
            self.nodes.check(node, "chpasswd", stdin=f"{pcs_cluster.ADMINISTRATOR}:{password}\n")
            self.nodes.check(node, "systemctl start pcsd", deadline=COMMAND_S)

        with ThreadPoolExecutor(max_workers=len(self.lab.nodes)) as pool:
            list(pool.map(prepare, self.lab.nodes))
        for text in setup(self.lab, self.platform):
            self.nodes.check(first, text, stdin=password, deadline=START_S + COMMAND_S)

    def _configure(self) -> None:
        for argv in changes(self.lab, self.platform, self.interface):
            self.nodes.check(self.lab.node1, shlex.join(argv), deadline=COMMAND_S)

    def _served(self) -> None:
        waiting.until(
            self.fetch, bool, f"{self.lab.url} answers", deadline=SERVES_S, every=0.1, clock=self.clock
        )
