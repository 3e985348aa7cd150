"""A lab in memory whose service moves when the fault `crack` is injected, and the fault itself."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drill.execute.runner import Runner
from drill.faults.base import Fault, Proof, Remedy
from drill.observe.http_probe import ProbeRate
from drill.observe.observation import ObservationSink
from drill.record import timeline_file
from drill.record.header import CheckRow
from drill.record.timeline import NodeReading, Sample
from drill.report.run import ScenarioResult
from drill.scenarios.base import Move, Scenario
from drill.suite import judged
from inventory.model import Command, Lab, NodeAction
from inventory.session import LabSession
from inventory.waiting import Clock
from tests.support.example_lab import CASES, METADATA, NODE1, NODE2, example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.node_readings import PURPOSE, ClusterWords, reading

BREAK = Fault(
    "crack",
    "It cracks",
    "crash",
    inject=lambda scope: (NodeAction(scope.target.name, "break", why="crack it"),),
    in_effect=lambda scope: (Proof(scope.target.name, "is it", what="it is cracked"),),
    remedies=(lambda scope: Remedy("mended", "is_wrong() { is-broken; }\nput_right() { mend; }"),),
    needs=("freeze",),
)

LAB = example_lab()


TEXT = (CASES / "cib" / "2.1.5.xml").read_text()


TEXT = TEXT[: TEXT.index("<status>")] + "<status/></cib>"


OTHER = {NODE1: NODE2, NODE2: NODE1}


STEP = 0.1


class World:
    """A lab in which `break` takes the service from a node after 0.5 s, and mending gives it back.

    Time passes only when somebody waits; then readings and requests come in.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.power = root, FakeMachines()
        self.cib, self.time = TEXT, 0.0
        self.broken: dict[str, float] = {}
        self.sink: ObservationSink | None = None
        self.record_since: Callable[[], float] = lambda: 0.0
        self.lands = self.heals = self.takes_over = True
        self.well, self.two_node = True, False
        self.totem_ms = (1000, 1200)
        """Token and consensus of the running corosync, in milliseconds."""
        self.interrupt_at = float("inf")
        self.did: list[str] = []
        self.said: list[str] = []
        self.runner = Runner(
            self.session(), root / "timeline.jsonl", lambda: None, self.observe, self.said.append
        )

    def session(
        self, *, lab: Lab = LAB, answer: Callable[[Command], tuple[int, str, str] | None] | None = None
    ) -> LabSession:
        """A session of this lab; `answer` takes the place of its own answers."""
        return fake_session(
            lab=lab,
            remote=answer or self.answer,
            machines=self.power,
            root=self.root,
            clock=Clock(lambda: self.time, self.sleep),
        )

    @property
    def holder(self) -> str:
        """Who serves; "" for nobody."""
        since = self.broken.get(NODE1)
        if since is None:
            return NODE1
        return NODE2 if self.takes_over and NODE2 not in self.broken and self.time > since + 0.5 else ""

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        if self.time > self.interrupt_at:
            self.interrupt_at = float("inf")
            raise KeyboardInterrupt
        if self.sink is None:
            return
        at = self.record_since()
        placed = dict.fromkeys(("WebIP", "WebServer"), self.holder)
        for node in (NODE1, NODE2):
            up = node not in self.broken
            members = tuple(name for name in (NODE1, NODE2) if name not in self.broken)
            self.sink.reading(
                NodeReading(
                    asked=at - 0.02, at=at - 0.01, node=node, owns_vip=self.holder == node,
                    web="running" if self.holder == node else "stopped", quorate=len(members) == 2 if up else None,
                    members=members if up else (), dc=members[0] if up and members else "", corosync=up,
                    placements=placed if up else {},
                )
            )  # fmt: skip
        outcome = "ok" if self.holder else "refused"
        self.sink.sample(Sample(at - 0.02, at - 0.01, outcome=outcome, page=self.holder))

    @contextlib.contextmanager
    def observe(self, sink: ObservationSink, since: Callable[[], float]) -> Iterator[Callable[[], ProbeRate]]:
        self.sink, self.record_since = sink, since
        self.did.append("observe")
        try:
            yield lambda: ProbeRate(100, 0, 0.01)
        finally:
            self.sink = None
            self.did.append("observed")

    def answer(self, command: Command) -> tuple[int, str, str] | None:
        """What a node says to a command, by what the command is for."""
        purpose, node = command.purpose, command.node
        if purpose == PURPOSE:
            return 0, self.printed_by(node), ""
        if purpose == "read-cib":
            return 0, self.cib, ""
        if purpose == "replace-cib-section":
            assert command.stdin
            section = command.argv[3]
            self.did.append(f"push {section}")
            pattern = re.compile(rf"<{section}[ >].*</{section}>|<{section} */>", re.S)
            self.cib = pattern.sub(lambda found: command.stdin or "", self.cib)
            return 0, "", ""
        if purpose == "read-totem-times":
            token, consensus = self.totem_ms
            keys = f"runtime.config.totem.token (u32) = {token}\nruntime.config.totem.consensus (u32) = {consensus}\n"
            return 0, keys, ""
        if purpose == "read-agent-metadata":
            return 0, METADATA.format(name="ARP_INTERVAL_MS", default=500), ""
        if purpose == "show-command":
            return 0, "Flags: WaitForAll\nyes\n" if self.broken else "Flags: Quorate\n", ""
        if purpose == "read-membership":
            flags = "Flags: 2Node Quorate" if self.two_node else "Flags: Quorate"
            return 0, f"Quorate:          Yes\n{flags}\nMembership information\n", ""
        if purpose == "set-two-node" or (purpose == "repair" and "repair_two_node.sh" in command.line):
            self.two_node = purpose == "set-two-node"
            self.did.append(f"two_node {'on' if self.two_node else 'off'} {node}")
            return 0, "", ""
        return self.fault(command)

    def fault(self, command: Command) -> tuple[int, str, str] | None:
        """What a node says to a command of the fault."""
        purpose, node = command.purpose, command.node
        if purpose in ("wait-for-node", "arm-timer"):
            return 0, "", ""
        if purpose == "inject-fault":
            self.did.append(f"break {node}")
            if self.lands:
                self.broken[node] = self.time
            return 0, "", ""
        if purpose == "prove-fault":
            return 0, "yes\n" if node in self.broken else "it is whole\n", ""
        if purpose == "prove-repair":
            return 0, "not yet: mended\n" if node in self.broken else "yes\n", ""
        if purpose == "repair":
            self.did.append(f"mend {node}")
            if self.heals:
                self.broken.pop(node, None)
            return (0, "mended\n", "") if self.heals else (1, "", "mended: failed")
        raise AssertionError(f"the lab does not know what this is for: {purpose!r}: {command.line}")

    def printed_by(self, node: str) -> str:
        found = re.findall(r'<primitive id="(\w+)"', self.cib)
        here = node == self.holder
        return reading(
            LAB.node(node),
            ClusterWords(runs={id_: [self.holder] if self.holder else [] for id_ in found}),
            holds_vip=here,
            web="running" if here else "stopped",
            undone=[] if self.well and node not in self.broken else ["something"],
            cib=self.cib,
        )

    def run(self, *moves: Move, **more: Any) -> ScenarioResult:
        checks = more.pop(
            "checks", (CheckRow("came_about"), CheckRow("recovered"), CheckRow("configuration_unchanged"))
        )
        return judged(self.runner.run(Scenario("story", "7", moves, checks, **more)))

    @property
    def events(self) -> list[str]:
        """What the last record says was done."""
        return [event.kind for event in timeline_file.read_all(self.root / "timeline.jsonl")[-1].events]
