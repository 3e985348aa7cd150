"""Plays one scenario: does its moves one after another and records what happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster import cib
from drill.execute import monitor_phase, roles
from drill.execute.capture import capture
from drill.execute.injector import ActiveFault, Injector
from drill.execute.operation_log import OperationLog
from drill.execute.power_switches import by_drill
from drill.execute.prediction import LiveTimings
from drill.execute.recompute import recompute
from drill.execute.starting_state import StartingState, show_command_script
from drill.faults import registry as faults
from drill.faults.base import Fault, FaultScope, witness_scopes
from drill.record.header import Awaited
from drill.record.recorder import Recorder
from drill.record.timeline import Event, EventKind
from drill.scenarios import base, conditions, overrides
from drill.scenarios.base import Scenario, single_moves
from drill.scenarios.conditions import Situation
from inventory import waiting
from inventory.errors import TimedOut
from inventory.model import Command
from inventory.session import LabSession
from language.marking import marked

POLL_S = 0.1
"""The time between two readings of the record while waiting (seconds)."""
FIRST_READING_S = 30.0
"""The longest wait for the first readings and answers (seconds)."""
OBSERVED_BEFORE_S = 0.6
"""The time of observation before the first move (seconds): the checks need several readings of the state before it."""
OBSERVED_AFTER_S = 1.0  # the time of observation after the lab is healthy again (seconds)


class _ConditionNotMet(Exception):
    """An awaited condition did not become true: the scenario ends here, and its checks judge that."""


@dataclass
class Play:
    """Does a scenario's moves. `timings` are those of its cluster; `seed` selects random targets."""

    session: LabSession
    scenario: Scenario
    recorder: Recorder
    starting_state: StartingState
    timings: LiveTimings
    seed: int = 0
    roles: dict[str, str] = field(default_factory=dict, init=False)
    active_faults: list[ActiveFault] = field(default_factory=list, init=False)
    awaited: list[Awaited] = field(default_factory=list, init=False)
    injector: Injector = field(init=False)
    operation_log: OperationLog = field(init=False)
    _last_move_ended: float = field(default=0.0, init=False)
    """The end of the last move (seconds of the record): only later readings show its effect."""
    _hit: set[str] = field(default_factory=set, init=False)
    """The nodes that were hit by a fault until now."""
    _first_roles: dict[str, str] = field(default_factory=dict, init=False)
    """The roles at the first injection, which the record keeps."""

    def __post_init__(self) -> None:
        self.operation_log = OperationLog(self.starting_state)
        self.injector = Injector(self.session, self.event, by_drill(self.session, self.recorder))
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
        watched = self.recorder.since() + OBSERVED_BEFORE_S
        self._until(
            lambda situation: situation.complete and self.recorder.since() > watched,
            "the lab is watched",
            FIRST_READING_S,
        )
        self._find_roles()

    def run(self) -> None:
        """Do all moves in order; stop when an awaited condition does not become true. Raises NotInEffect, LabError."""
        try:
            for move in single_moves(self.scenario.moves, len(self.session.lab.nodes)):
                self._move(move)
        except _ConditionNotMet:
            return

    def end(self) -> None:
        """Observe a moment longer after the lab is healthy, for the record's last readings. Raises TimedOut."""
        self._last_move_ended = self.recorder.since()
        until, serves = self._last_move_ended + OBSERVED_AFTER_S, self.starting_state.overrides.serves
        good = conditions.predicate("serving")
        self._until(
            lambda situation: (
                situation.complete and (good(situation) or not serves) and self.recorder.since() > until
            ),
            "the service answers at the end" if serves else "the lab is watched at the end",
            FIRST_READING_S,
        )

    def heal(self, role: str = "") -> None:
        """Heal the faults on the node with a role, or all; those of a BMC last. Raises what Injector.heal raises."""
        chosen = [one for one in self.active_faults if not role or one.scope.target.name in self._nodes(role)]
        if chosen := sorted(chosen, key=lambda one: one.fault.needs_bmc):
            self.operation_log.take()
            self.injector.heal(*chosen)
            self.active_faults = [one for one in self.active_faults if one not in chosen]
            self._last_move_ended = self.recorder.since()

    def record_outcome(self) -> None:
        """Write the roles, the awaited conditions and the cluster's history into the record's header."""
        self.recorder.roles(self._first_roles or self.roles)
        self.recorder.awaited(self.awaited)
        self.recorder.history(self.operation_log.operations, self.operation_log.failcounts)

    def event(self, kind: EventKind, node: str, detail: str) -> None:
        """Record an event of the injector."""
        label = detail if kind in ("inject", "heal", "healed") else ""
        if kind in ("landed", "not_landed"):
            here = [one.fault.name for one in self.active_faults if one.scope.target.name == node]
            label = here[-1] if here else ""
        self.recorder.event(
            Event(self.recorder.since(), kind, label, node, "" if label == detail else detail)
        )

    def note(self, label: str, detail: str, node: str = "") -> None:
        """Record a note of the scenario itself."""
        self.recorder.event(Event(self.recorder.since(), "note", label, node, detail))

    def _move(self, move: base.SingleMove) -> None:
        if isinstance(move, base.Inject):
            self._inject(move)
        elif isinstance(move, base.Heal):
            self.heal(move.role)
        elif isinstance(move, base.Configure):
            self.starting_state.apply(move.overrides)
            self.note(marked("configure"), move.overrides.summary)
            self.recorder.before(
                overrides.configuration_lines(cib.parse(self.starting_state.read()[1]).configuration)
            )
            self._last_move_ended = self.recorder.since()
        elif isinstance(move, base.Observe):
            self._observe(move)
        elif isinstance(move, base.Call):
            self.note(marked("call"), getattr(move.function, "__name__", "a function of the test"))
            move.function()
            self._last_move_ended = self.recorder.since()
        elif isinstance(move, base.Recompute):
            recompute(self.session, self._nodes(move.role)[0], self.note)
        elif isinstance(move, base.Capture):
            self.recorder.captured(
                capture(self.session, self._nodes(move.role)[0], move.label, self.recorder.since)
            )
        elif isinstance(move, base.Await):
            what = conditions.description(move.condition, self.roles)
            good = conditions.predicate(move.condition)
            self._await(lambda within: self._until(good, what, within), what, move.within)
        else:
            self._read(move)

    def _inject(self, move: base.Inject) -> None:
        fault = faults.get(move.fault)
        if self.scenario.kind == "process" and not self._hit:  # a later fault must follow what was awaited
            times = self.timings.cluster_times
            monitor_phase.wait_random_part(self.session, fault, times, self._rng, self.note)
        self._find_roles()
        new = [
            self.injector.begin(fault, scope, self.starting_state.baseline)
            for scope in self._targets(move, fault)
        ]
        self.active_faults += new
        for action in (self.injector.arm, self.injector.inject, self.injector.prove):
            for active_fault in new:
                action(active_fault)
            self._last_move_ended = self.recorder.since()

    def _targets(self, move: base.Inject, fault: Fault) -> list[FaultScope]:
        """Where a fault is injected; the roles `target` and `peer` are known from then on. The witness has neither."""
        if move.target == "witness":
            [scope] = witness_scopes(self.session)  # see drill.scenarios.third_vote: the lab has a witness
            self.roles["witness"] = scope.target.name
            return [scope]
        role = roles.chosen(move.target, fault, self._rng)
        lab, situation = self.session.lab, self._situation()
        names = roles.targets(lab, situation, role, self.roles, self._hit)
        self._hit |= set(names)
        self.roles |= roles.hit(lab, situation, role, names)
        self.starting_state.first = self._nodes("peer")[0]
        self._first_roles = self._first_roles or dict(self.roles)
        self.recorder.roles(self._first_roles)
        return roles.scopes(self.session, role, names)

    def _nodes(self, role: str) -> list[str]:
        """The names of the nodes with a role."""
        return self.roles[role].split()

    def _observe(self, move: base.Observe) -> None:
        unit = self.timings.cluster_times[move.cluster_time]
        seconds = unit * move.times
        self.note(marked("observe"), f"{seconds:.1f} s: {move.times:g} x {move.cluster_time} of {unit:g} s")
        waiting.let_pass(seconds, clock=self.session.clock, every=POLL_S)

    def _read(self, move: base.Read) -> None:
        node = self._nodes(move.role)[0]
        what = f"{node}: {move.command} shows {move.shows!r}"
        command = Command.script(
            node, show_command_script(move.command, move.shows), why=what, deadline=10, purpose="show-command"
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
            self.note(marked("read"), f"{move.command}: {' '.join(line.split())}", node)

        self._await(ask, what, move.within)

    def _await(self, ask: Callable[[float], object], what: str, least: float) -> None:
        deadline = self.timings.longest_wait(least)
        within = self.session.lab.patient(deadline)
        self.awaited.append(Awaited(what, within))
        try:
            ask(deadline)
        except TimedOut as error:
            self.awaited[-1] = Awaited(what, within, last=error.message)
            self.note("not seen", error.message)
            raise _ConditionNotMet from error
        self.awaited[-1] = Awaited(what, within, at=round(self.recorder.since(), 3))

    def _until(self, good: Callable[[Situation], bool], what: str, within: float) -> Situation:
        return waiting.until(
            self._situation, good, what, deadline=within, every=POLL_S, clock=self.session.clock
        )

    def _situation(self) -> Situation:
        return conditions.situation_since(self.recorder.timeline(), self._last_move_ended, self.roles)

    def _find_roles(self) -> None:
        """Find the active node, the first passive one and the DC, from readings after the last move."""
        what = "one node holds the address, and there is a DC"
        situation = self._until(roles.are_clear, what, FIRST_READING_S)
        self.roles |= roles.found(self.session.lab, situation)
