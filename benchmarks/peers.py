"""Measures keepalived on two containers with the drill's probe: stop, halt, freeze, partition, as for the cluster.

The peers have the names of lab.yaml's nodes and a network of their own. Containers share this machine's clock, so the
times at which each of them got and lost the address can be compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from ipaddress import IPv4Network
from typing import Any, Protocol

from benchmarks import keepalived, peer_evidence
from benchmarks.measurements import Key, Measurement, MeasurementsFile
from benchmarks.peer_evidence import serving
from benchmarks.peer_faults import FAULTS
from drill.execute import signals
from drill.record.timeline import Lateness, Sample
from inventory import homes, waiting
from inventory.errors import ConfigError, LabError
from inventory.host.command import Output
from inventory.model import Lab, Node
from inventory.providers.bench_nodes import Word
from inventory.waiting import Clock
from status.web_page import page_of

PACKAGE = "keepalived"
LOG = "/var/tmp/ha-lab-addresses"  # noqa: S108 -- on a node, which only root uses
WATCH_S = 300
"""The watch of a node's addresses ends by itself after this time (seconds)."""
DEADLINE_S = 60.0
MOST_FAILURES = 3
"""After so many failed measurements in a row the benchmark ends."""
HOLD_S = 3.0
"""How long a fault lasts after its effect was seen (seconds)."""
FIRST_HOST = 10
"""The floating address is this host of the peers' network; the nodes follow."""


class Peers(Protocol):
    """Two machines: inventory.providers.bench_nodes.ContainerNodes, or a fake."""

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        """Run a shell text on a node."""
        ...

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        """The same; raises LabError when it fails."""
        ...

    def start(self, node: Node, text: str) -> None:
        """Start a shell text in the background."""

    def power(self, word: Word, node: Node) -> None:
        """Switch a node's power."""


def peer_lab(lab: Lab, network: IPv4Network) -> Lab:
    """lab.yaml's nodes with addresses in another network: host 10 is the floating address. Raises ConfigError."""
    if network.num_addresses < 2 * FIRST_HOST + len(lab.nodes):
        raise ConfigError(
            f"--network {network}: it is too small.", hint="Give a /24, such as 198.19.255.0/24."
        )
    nodes = tuple(replace(node, address=network[FIRST_HOST + node.id]) for node in lab.nodes)
    return replace(lab, number=homes.FIRST, network=network, nodes=nodes, vip=network[FIRST_HOST])


@dataclass
class PeerRuns:
    """Measures keepalived on two machines that run. `probe` and `watch` observe; both get a clock and a receiver."""

    lab: Lab
    peers: Peers
    file: MeasurementsFile
    process: str
    service: str
    clock: Clock
    probe: Callable[[Callable[[], float], Callable[[Sample], None]], AbstractContextManager[object]]
    watch: Callable[[Callable[[], float], Callable[[Lateness], None]], AbstractContextManager[object]]
    on_row: Callable[[Measurement], None] = lambda row: None
    wall: Callable[[], float] = time.time
    _running: float | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)

    def run(
        self,
        adverts: Sequence[float],
        repeat: int,
        enough: Callable[[], bool],
        what: Sequence[str] = tuple(FAULTS),
    ) -> bool:
        """Make the measurements that the file lacks, until `enough` is true. Return whether all are there."""
        by_setting = {setting(one): one for one in adverts}
        wanted = [Key(name, fault, n) for name in by_setting for fault in what for n in range(repeat)]
        for key in self.file.missing(wanted):
            if enough():
                return False
            self._configure(by_setting[key.setting])
            at = datetime.fromtimestamp(self.wall(), timezone.utc)
            found = self._tried(key.what)
            self.on_row(self.file.add(key, by_setting[key.setting], at, found))
        return True

    def _configure(self, advert_s: float) -> None:
        """Start keepalived with advert_int on both nodes. Wait until one of them holds the address and serves."""
        if self._running == advert_s:
            return
        for node in self.lab.nodes:
            self._until(node, "systemctl is-system-running --wait >/dev/null 2>&1; systemctl is-active dbus")
            interface = self.peers.check(
                node, f"ip -o -4 addr | awk '/ {node.address}\\//{{print $2}}'"
            ).strip()
            text = keepalived.configuration(self.lab, node, advert_s, interface, self.process)
            page = "/var/www/html/index.html"
            self.peers.check(node, f"cat > {page}", stdin=page_of(node) + "\n")
            self.peers.check(node, f"mkdir -p /etc/keepalived && cat > {keepalived.PATH}", stdin=text)
            self.peers.check(
                node, f"systemctl start {self.service} && systemctl restart keepalived", deadline=60
            )
        self._running = advert_s
        self._calm([])

    def _tried(self, what: str) -> dict[str, Any]:
        """One measurement. A failed one is in doubt; after MOST_FAILURES in a row the error is raised."""
        try:
            found = self._measure(what)
        except LabError as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
            self._calm([])
            return {"doubt": f"it could not be measured: {error.message}"}
        self._failures = 0
        return found

    def _measure(self, what: str) -> dict[str, Any]:
        fault = FAULTS[what]
        owner = self._owner()
        [peer] = self.lab.peers(owner)
        began, since = self.clock.now(), self.wall()
        self._watch_addresses(self.lab.nodes)
        samples: list[Sample] = []
        late: list[Lateness] = []

        def clock() -> float:
            return self.clock.now() - began

        with ExitStack() as stack, signals.interruptible():
            stack.enter_context(self.watch(clock, late.append))
            stack.enter_context(self.probe(clock, samples.append))
            self._wait(lambda: serving(samples, owner.name), f"{owner.name} serves")
            try:
                injected, broken = clock(), self.wall()
                fault.inject(self.peers, self.lab, owner)
                if fault.two_owners:
                    self._wait(lambda: len(self._owners()) == 2, "both nodes hold the address")
                else:
                    self._wait(lambda: serving(samples, peer.name), f"{peer.name} serves")
                end = clock() + HOLD_S
                self._wait(lambda: clock() >= end, "the fault has lasted")
            finally:
                with signals.undisturbed():
                    halted, healed = self.wall(), clock()
                    fault.heal(self.peers, self.lab, owner)
                    self._until(owner, f"systemctl start {self.service} keepalived")
            self._calm(samples)
        until = self.wall()
        periods = {
            node.name: keepalived.held(
                self.peers.check(node, f"cat {LOG}"),
                self.lab.vip,
                since,
                halted if fault.ends_watch and node == owner else until,
                at_first=node == owner,
            )
            for node in self.lab.nodes
        }
        return peer_evidence.measured(samples, late, periods, (injected, healed), broken)

    def _watch_addresses(self, nodes: Sequence[Node]) -> None:
        """Let each node note when it gets or loses an address, until WATCH_S seconds from now."""
        for node in nodes:
            self.peers.check(node, "pkill -x ip || true")
            self.peers.start(node, f"exec timeout {WATCH_S} ip -ts -o monitor address > {LOG}")
        for node in nodes:
            self._until(node, f"pidof ip >/dev/null && test -e {LOG}")

    def _owners(self) -> list[Node]:
        shown = f"ip -o -4 addr show | grep -q ' {self.lab.vip}/'"
        return [node for node in self.lab.nodes if self.peers.run(node, shown).good]

    def _owner(self) -> Node:
        owners = self._owners()
        if len(owners) != 1:
            raise LabError(f"{len(owners)} peers hold {self.lab.vip}", hint="Run the same command again.")
        return owners[0]

    def _calm(self, samples: list[Sample]) -> None:
        """Wait until keepalived runs on both nodes and one of them holds the address, two times in a row; it serves."""
        times = [0]

        def calm() -> bool:
            running = all(
                self.peers.run(node, f"pidof keepalived >/dev/null && pidof {self.process} >/dev/null").good
                for node in self.lab.nodes
            )
            good = running and len(self._owners()) == 1
            times[0] = times[0] + 1 if good else 0
            return times[0] >= 2

        self._wait(calm, "keepalived runs on both nodes, and one of them holds the address")
        if samples:
            self._wait(lambda: serving(samples, ""), "the service answers again")

    def _until(self, node: Node, text: str) -> None:
        self._wait(lambda: self.peers.run(node, text).good, f"{node.name}: {text}")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        waiting.until(condition, bool, what, deadline=DEADLINE_S, every=0.05, clock=self.clock)


def setting(advert_s: float) -> str:
    """The name of an interval in the results."""
    return f"keepalived, advert_int {advert_s:g} s"
