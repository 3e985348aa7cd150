"""A drill in memory: scenarios run on the fake lab, and probe and watch see who serves there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drill.execute.runner import Runner
from drill.observe.http_probe import ProbeRate
from drill.observe.observation import Observation, ObservationSink
from drill.record import timeline_file
from drill.record.header import CheckRow
from drill.record.timeline import NodeReading, Outcome, Sample
from drill.report.result import ScenarioResult
from drill.scenarios.base import Move, Scenario
from drill.suite import judged
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import FakeLab

STEP = 0.1
"""The time between two readings (seconds)."""


class FakeDrill(FakeLab):
    """The fake lab with a runner of scenarios. Readings and requests come in while time passes."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.sink: ObservationSink | None = None
        self.record_since: Callable[[], float] = lambda: 0.0
        self.interrupt_at = float("inf")
        """The moment of a Ctrl-C (seconds)."""
        self.said: list[str] = []
        self.runner = Runner(
            self.session(), root / "timeline.jsonl", lambda: None, self.observe, self.said.append
        )
        self.runner.pressure = lambda: ""

    def sleep(self, seconds: float) -> None:
        """Let time pass: a reading of each node and a request come in."""
        super().sleep(seconds)
        if self.time > self.interrupt_at:
            self.interrupt_at = float("inf")
            raise KeyboardInterrupt
        if self.sink is None:
            return
        at = self.record_since()
        placed = dict.fromkeys(("WebIP", "WebServer"), self.holder)
        for node in (NODE1, NODE2):
            up = node not in self.cracked
            members = tuple(name for name in (NODE1, NODE2) if name not in self.cracked)
            self.sink.reading(
                NodeReading(
                    asked=at - 0.02, at=at - 0.01, node=node, owns_vip=self.holder == node,
                    web="running" if self.holder == node else "stopped", quorate=len(members) == 2 if up else None,
                    members=members if up else (), dc=members[0] if up and members else "", corosync=up,
                    placements=placed if up else {},
                )
            )  # fmt: skip
        outcome: Outcome = "ok" if self.holder else "refused"
        self.sink.sample(Sample(at - 0.02, at - 0.01, outcome=outcome, page=self.holder))

    @contextlib.contextmanager
    def observe(self, sink: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
        """Probe and watch of this lab."""
        self.sink, self.record_since = sink, since
        self.did.append("observe")
        try:
            clients = {"connecting": "", "routed": "two machines in memory have no router"}
            yield Observation(lambda: ProbeRate(100, 0, 0.01), 2, clients=lambda: clients)
        finally:
            self.sink = None
            self.did.append("observed")

    def run(self, *moves: Move, **more: Any) -> ScenarioResult:
        """Run a scenario of these moves and judge its record."""
        checks = more.pop(
            "checks", (CheckRow("came_about"), CheckRow("recovered"), CheckRow("configuration_unchanged"))
        )
        return judged(self.runner.run(Scenario("story", "7", moves, checks, **more)))

    @property
    def events(self) -> list[str]:
        """What the last record says was done."""
        return [event.kind for event in timeline_file.read_all(self.root / "timeline.jsonl")[-1].events]
