"""One scenario under way: it does the moves one after the other and records what happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster import cib
from drill.execute.injector import ActiveFault, Injector
from drill.execute.operation_log import OperationLog
from drill.execute.prediction import Expectation
from drill.execute.starting_state import StartingState, shown
from drill.faults import registry as faults
from drill.faults.base import scopes
from drill.record.header import Awaited
from drill.record.recorder import Recorder
from drill.record.timeline import Event
from drill.scenarios import conditions, overrides
from drill.scenarios.base import Await, Configure, Heal, Inject, Move, Observe, Read, Scenario
from drill.scenarios.conditions import Situation
from inventory import waiting
from inventory.errors import TimedOut
from inventory.model import Command
from inventory.session import LabSession

POLL = 0.1
"""The time between two looks at the record while waiting (seconds)."""
MARGIN = 10.0
"""Extra wait beyond the prediction (seconds): what comes late is measured then, and not missed."""
FIRST_READING_S = 30.0
"""The longest wait for the first readings and answers (seconds)."""
BEFORE = 0.6
"""The time of watching before the first move (seconds): the checks need several readings of the state before."""
LAST = 1.0
"""The time that the record goes on when the lab is healthy again (seconds)."""


class _Over(Exception):
    """An awaited condition did not come: the scenario ends here, and its checks judge that."""


@dataclass
class Play:
    """Does a scenario's moves. `expected` is the prediction for its cluster; `seed` chooses random targets."""

    session: LabSession
    scenario: Scenario
    recorder: Recorder
    starting_state: StartingState
    expected: Expectation
    seed: int = 0
    roles: dict[str, str] = field(default_factory=dict, init=False)
    active_faults: list[ActiveFault] = field(default_factory=list, init=False)
    awaited: list[Awaited] = field(default_factory=list, init=False)
    injector: Injector = field(init=False)
    operation_log: OperationLog = field(init=False)
    _acted: float = field(default=0.0, init=False)
    """When the last move had been done (seconds of the record): only what was seen later tells of it."""
    _first: dict[str, str] = field(default_factory=dict, init=False)
    """The roles at the first injection, which the record keeps."""

    def __post_init__(self) -> None:
        self.operation_log = OperationLog(self.starting_state)
        self.injector = Injector(self.session, self.event)
        self._rng = random.Random(self.seed)  # noqa: S311 -- a choice, no secret

    def begin(self) -> None:
        """Wait until every node is read, the service answers and the roles are known. Raises TimedOut."""
        self._until(
            lambda situation: situation.complete and len(situation.answered) == len(situation.nodes),
            "every node is read",
            FIRST_READING_S,
        )
        if self.scenario.overrides.serves:
            self._until(conditions.predicate("serving"), "the service answers", FIRST_READING_S)
        watched = self.recorder.since() + BEFORE
        self._until(
            lambda situation: situation.complete and self.recorder.since() > watched,
            "the lab is watched",
            FIRST_READING_S,
        )
        self._resolve()

    def run(self) -> None:
        """Do all moves in order; stop where an awaited condition does not come. Raises NotInEffect, LabError."""
        try:
            for move in self.scenario.moves:
                self._move(move)
        except _Over:
            return

    def end(self) -> None:
        """Go on for a moment after the lab is healthy, for the record's last readings and answers. Raises TimedOut."""
        self._acted = self.recorder.since()
        until, serves = self._acted + LAST, conditions.predicate("serving")
        self._until(
            lambda situation: situation.complete and serves(situation) and self.recorder.since() > until,
            "the service answers at the end",
            FIRST_READING_S,
        )

    def heal(self, role: str = "") -> None:
        """Heal what is broken on the node of a role, or everywhere. Raises what Injector.heal raises."""
        mine = [one for one in self.active_faults if not role or one.scope.target.name == self.roles[role]]
        if mine:
            self.operation_log.take()
            self.injector.heal(*mine)
            self.active_faults = [one for one in self.active_faults if one not in mine]
            self._acted = self.recorder.since()

    def record_outcome(self) -> None:
        """Write the roles, what was waited for, and what the cluster remembers into the record's header."""
        self.recorder.roles(self._first or self.roles)
        self.recorder.awaited(self.awaited)
        self.recorder.history(self.operation_log.operations, self.operation_log.failcounts)

    def event(self, kind: str, node: str, detail: str) -> None:
        """Record what an injector tells."""
        label = detail if kind in ("inject", "heal", "healed") else ""
        if kind in ("landed", "not_landed"):
            label = next((one.fault.name for one in self.active_faults if one.scope.target.name == node), "")
        self.recorder.event(
            Event(self.recorder.since(), kind, label, node, "" if label == detail else detail)
        )

    def note(self, label: str, detail: str, node: str = "") -> None:
        """Record what the scenario itself does."""
        self.recorder.event(Event(self.recorder.since(), "note", label, node, detail))

    def _move(self, move: Move) -> None:
        if isinstance(move, Inject):
            self._inject(move)
        elif isinstance(move, Heal):
            self.heal(move.role)
        elif isinstance(move, Configure):
            self.starting_state.apply(move.overrides)
            self.note("configure", move.overrides.summary)
            self.recorder.before(
                overrides.configuration_lines(cib.parse(self.starting_state.read()[1]).configuration)
            )
            self._acted = self.recorder.since()
        elif isinstance(move, Observe):
            self._observe(move)
        elif isinstance(move, Await):
            what = conditions.description(move.condition, self.roles)
            good = conditions.predicate(move.condition)
            self._await(lambda within: self._until(good, what, within), what, move.within)
        else:
            self._read(move)

    def _inject(self, move: Inject) -> None:
        self._resolve()
        fault = faults.get(move.fault)
        role = move.target
        if role == "any":
            role = self._rng.choice([one for one in ("active", "passive") if one in fault.roles])
        names = [self.roles["active"], self.roles["passive"]] if role == "both" else [self.roles[role]]
        self.roles |= {
            "target": names[0],
            "peer": self.session.lab.peer(self.session.lab.node(names[0])).name,
        }
        self.starting_state.first = self.roles["peer"]
        self._first = self._first or dict(self.roles)
        self.recorder.roles(self._first)
        new = [
            self.injector.begin(fault, scope, self.starting_state.baseline)
            for name in names
            for scope in scopes(self.session)
            if scope.target.name == name
        ]
        self.active_faults += new
        for do in (self.injector.arm, self.injector.inject, self.injector.prove):
            for active_fault in new:
                do(active_fault)
            self._acted = self.recorder.since()

    def _observe(self, move: Observe) -> None:
        unit = self.expected.cluster_times[move.cluster_time]
        seconds = unit * move.times
        end = self.recorder.since() + seconds
        self.note("observe", f"{seconds:.1f} s: {move.times:g} x {move.cluster_time} of {unit:g} s")
        waiting.until(
            self.recorder.since,
            lambda at: at >= end,
            f"{seconds:.1f} s have been observed",
            deadline=seconds + 60,
            every=POLL,
            clock=self.session.clock,
        )

    def _read(self, move: Read) -> None:
        node = self.roles[move.role]
        what = f"{node}: {move.command} shows {move.shows!r}"
        command = Command.script(
            node, shown(move.command, move.shows), why=what, deadline=10, purpose="show-command"
        )

        def ask(within: float) -> None:
            out = waiting.until(
                lambda: self.session.remote.run(command).out,
                lambda text: text.strip().endswith("yes"),
                what,
                deadline=within,
                clock=self.session.clock,
            )
            line = next((one for one in out.splitlines() if move.shows in one), "")
            self.note("read", f"{move.command}: {' '.join(line.split())}", node)

        self._await(ask, what, move.within)

    def _patience(self, within: float) -> float:
        """The longest wait for a condition (seconds): `within`, or more where the cluster's own times are longer."""
        predicted = self.expected.prediction
        longest = max(self.expected.cluster_times["loss"], (predicted and predicted.most) or 0.0)
        return max(within, longest + MARGIN)

    def _await(self, ask: Callable[[float], object], what: str, least: float) -> None:
        within = self._patience(least)
        self.awaited.append(Awaited(what, within))
        try:
            ask(within)
        except TimedOut as error:
            self.awaited[-1] = Awaited(what, within, last=error.message)
            self.note("not seen", error.message)
            raise _Over from error
        self.awaited[-1] = Awaited(what, within, at=round(self.recorder.since(), 3))

    def _until(self, good: Callable[[Situation], bool], what: str, within: float) -> Situation:
        return waiting.until(self._now, good, what, deadline=within, every=POLL, clock=self.session.clock)

    def _now(self) -> Situation:
        return conditions.situation_since(self.recorder.timeline(), self._acted, self.roles)

    def _resolve(self) -> None:
        """Find out which node is active, passive and DC, from readings after the last move."""
        situation = self._until(
            lambda one: (
                sum(reading.owns_vip for reading in one.answered) == 1
                and any(reading.dc for reading in one.answered)
            ),
            "one node holds the address, and there is a DC",
            FIRST_READING_S,
        )
        active = next(reading.node for reading in situation.answered if reading.owns_vip)
        dc = next(reading.dc for reading in situation.answered if reading.dc)
        self.roles |= {
            "active": active,
            "passive": self.session.lab.peer(self.session.lab.node(active)).name,
            "dc": dc,
        }
