"""Runs a scenario on the real lab: makes sure that it is healthy, breaks it, observes it, and always heals it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cluster import cib
from drill.execute import lab_health, signals
from drill.execute.availability import unavailable
from drill.execute.check_rows import for_lab
from drill.execute.injector import NotAvailable, NotInEffect
from drill.execute.measured_times import MeasuredTimes, fingerprint
from drill.execute.pause_log import PauseLog
from drill.execute.play import Play
from drill.execute.power_switches import PowerSwitches
from drill.execute.prediction import predict
from drill.execute.recovery import Recovery
from drill.execute.restarts import Restarts
from drill.execute.starting_state import StartingState
from drill.execute.write_services import write_service
from drill.faults import registry as faults
from drill.observe.contention import Contention, pressure
from drill.observe.observation import Observing
from drill.observe.paced_client import syn_linear_timeouts
from drill.record.header import Header, OrderRow, ProbeFigures
from drill.record.recorder import Recorder
from drill.record.timeline import Event, Timeline
from drill.scenarios import catalog
from drill.scenarios.base import Scenario
from drill.scenarios.overrides import Overrides, configuration_lines
from inventory import waiting
from inventory.config.described import described
from inventory.errors import LabError, TimedOut
from inventory.session import LabSession
from status import health
from status.lab_status import LabStatus
from status.trouble import Trouble
from status.web_page import Fetch

SETTLE_DEADLINE_S = 60.0
"""The longest time in which the lab must be healthy after a heal or a change (seconds)."""
HEALTHY_DEADLINE_S = 20.0
"""The longest wait for a healthy lab before a scenario; after that the lab is healed (seconds)."""


@dataclass
class Runner:
    """Runs scenarios one after another on one lab; each record is appended to the file `path`.

    `guard` raises RouteRefused when requests would leave the lab's network. `observe` starts probe and watch.
    `fetch` requests the floating address's page; without it no page is judged. `pressure` gives /proc/pressure/cpu.
    When the lab cannot be healed, no later scenario runs: each raises the first cause.
    """

    session: LabSession
    path: Path
    guard: Callable[[], None]
    observe: Observing
    say: Callable[[str], None] = lambda line: None
    fetch: Fetch | None = None
    pressure: Callable[[], str] = pressure
    outer: str = ""
    """The name of a journal entry that a benchmark makes before the scenarios and undoes after them."""
    built: Overrides | None = None
    """What a lab that is not complete yet lacks of lab.yaml; None: nothing."""
    broken: LabError | None = field(default=None, init=False)

    def run(self, scenario: Scenario, seed: int = 0, *, again: bool = False) -> Timeline:
        """Run one scenario and give its record. A failure of the lab itself is in the record; a signal is raised.

        `again`: this record replaces the scenario's earlier one, which was UNKNOWN.
        Raises RouteRefused and NotAvailable before anything is done, and the first cause when the lab is broken.
        """
        if self.broken is not None:
            first = self.broken.message
            raise LabError(f"not run: the lab could not be healed. First cause: {first}", hint="./lab heal")
        if reason := unavailable(scenario, self.session):
            raise NotAvailable(f"{scenario.name}: {reason}.")
        self.session.machines.require_consent()
        self.guard()
        before = self._healthy()
        if reason := Restarts(self.session).refusal(scenario):
            raise NotAvailable(f"{scenario.name}: {reason}.")
        baseline = next(iter(before.nodes.values())).cib_text
        starting_state = StartingState(self.session, baseline)
        began = self.session.clock.now()
        header = self._header(scenario, seed, second_try=again)
        with (
            Recorder(self.path, header, lambda: self.session.clock.now() - began) as recorder,
            signals.interruptible(),
        ):
            entry = self.session.journal.begin(
                f"scenario {scenario.name}", undo=starting_state.undo(), baseline=baseline
            )
            try:
                self._play(scenario, seed, starting_state, recorder)
            except LabError as error:
                recorder.error(error.message)
            except BaseException as error:
                recorder.error(f"interrupted: {type(error).__name__}")
                raise
            finally:
                with signals.undisturbed():
                    self._restore(starting_state, recorder)
                    if self.broken is None:
                        self.session.journal.mark_undone(entry)
                    self.session.machines.remove_router()  # of an observation that was interrupted
            return recorder.timeline()

    def _header(self, scenario: Scenario, seed: int, *, second_try: bool) -> Header:
        lab = self.session.lab
        explanation = catalog.explanations(self.session.platform, len(lab.nodes)).get(scenario.name)
        own = [one.id for one in lab.resources if one.kind in scenario.states[-1].resources]
        return Header(
            scenario=scenario.name,
            fault=", ".join(dict.fromkeys(scenario.faults)),
            stops_node=any(faults.get(name).stops_node for name in scenario.faults),
            title=explanation.title if explanation else "",
            why=explanation.why if explanation else "",
            step=scenario.step,
            overrides=scenario.overrides.summary,
            seed=seed,
            nodes=tuple(node.name for node in lab.nodes),
            url=lab.url,
            probe_hz=lab.drill.probe_hz,
            resources=tuple(sorted((*own, *lab.services.tied_to(own)))),
            orders=tuple(OrderRow(one.first, one.then) for one in lab.orders),
            checks=for_lab(scenario.checks, lab),
            platform=self.session.platform.name,
            provider=self.session.provider.name,
            patience=lab.patience,
            lab=lab.number,
            described=described(lab),
            budget_s=self.session.budget_s(scenario.budget) if scenario.budget else None,
            second_try=second_try,
        )

    def _play(self, scenario: Scenario, seed: int, starting_state: StartingState, recorder: Recorder) -> None:
        starting_state.apply(scenario.overrides)
        contention = Contention(self.session.clock.now, self.pressure)
        before = contention.lately()
        text = starting_state.read()[1]
        live = cib.parse(text)
        timings = predict(self.session, scenario, live, text, before)
        recorder.before(configuration_lines(live.configuration))
        recorder.prediction(timings.prediction, timings.token_s, timings.consensus_s)
        if scenario.overrides != Overrides():
            self._settled(overrides=starting_state.overrides)
        play = Play(self.session, scenario, recorder, starting_state, timings, seed)
        log = PauseLog(self.session)
        with (
            write_service(self.session, recorder, self.guard, wanted=scenario.writes),
            self.observe(recorder, recorder.since) as observation,
            PowerSwitches(self.session, recorder, observation.offsets) as switches,
        ):
            try:
                play.begin()
                contention.begin()
                play.run()
            except NotInEffect:
                pass  # the event not_landed makes every verdict UNKNOWN
            finally:
                recorder.contention(before, contention.share())
                with signals.undisturbed():
                    play.heal()
            try:
                self._settled(overrides=starting_state.overrides)
                recorder.event(Event(recorder.since(), "settled"))
                play.injector.heal_services()
                play.end()
            except TimedOut as error:
                play.note("not healthy", error.message)
            play.operation_log.take()
            rate = observation.rate()
        after = cib.parse(starting_state.read()[1])
        play.record_outcome()
        recorder.after(configuration_lines(after.configuration), after.leftovers)
        recorder.witness(observation.witness())
        recorder.clients(observation.clients(), syn_linear_timeouts())
        recorder.machines(observation.processors, log.new())
        if len(recorder.timeline().events_of("inject")) == 1:
            recorder.logged(switches.journals.moments)
            for node, why in switches.journals.unread.items():
                self.say(f"The journal of {node} could not be read, so the outage may have no phases: {why}")
        MeasuredTimes.of(self.session).learn(recorder.timeline(), fingerprint(self.session, live))
        recorder.probe(ProbeFigures(rate.slots, rate.missed, round(rate.worst_late, 4)))

    def _look(self) -> LabStatus:
        return lab_health.look(self.session, self.fetch)

    def _healthy(self) -> LabStatus:
        """The status of the healthy lab; heal it first when it is not. Raises LabError when it cannot be healed."""
        try:
            if [one for one in self.session.journal.pending() if not self.outer or one.what != self.outer]:
                raise LabError("an interrupted drill left something")
            return self._settled(HEALTHY_DEADLINE_S, overrides=self.built, promotable=True)
        except LabError as error:
            lab_health.refuse_to_repair(self.session, error)
            self.say(f"healing the lab first: {error.message}")
            self._recover()
        return self._look()

    def _settled(
        self,
        deadline: float = SETTLE_DEADLINE_S,
        *,
        twice: bool = False,
        overrides: Overrides | None = None,
        promotable: bool = False,
    ) -> LabStatus:
        """Wait until the lab is healthy, and give the reading that shows it.

        `twice` after a change, as the first reading may come before its effect. `promotable`: see Expectation; false
        after a fault, because a standby that cannot follow is repaired only when the lab has settled.
        """
        expectation = lab_health.expectation(overrides, promotable=promotable)
        latest: list[LabStatus] = []

        def troubles() -> tuple[Trouble, ...]:
            latest[:] = [self._look()]
            return health.troubles(self.session.lab, latest[0], expectation)

        for _ in range(1 + twice):
            waiting.until(
                troubles,
                lambda found: not found,
                "the lab is healthy",
                deadline=deadline,
                clock=self.session.clock,
            )
        return latest[0]

    def _restore(self, starting_state: StartingState, recorder: Recorder) -> None:
        """Restore lab.yaml's configuration and a healthy lab; by Recovery when this fails."""
        clock = self.session.clock
        began = clock.now()
        try:
            changed = starting_state.touched or bool(starting_state.changed())
            if changed:
                starting_state.apply(Overrides())
            if changed or recorder.timeline().time_of_first("settled") is None:
                self._settled(twice=True, overrides=self.built)
            if left := starting_state.changed():
                raise LabError(f"the configuration is not as before: {'; '.join(left)}")
            if [one for one in self.session.journal.pending() if one.target]:
                raise LabError("a fault is not healed yet")
        except LabError as error:
            self.say(f"the lab needs healing: {error.message}")
            self._recover()
        recorder.reset(round(clock.now() - began, 2))

    def _recover(self) -> None:
        """Heal the lab. When that fails, keep the error as the first cause and raise it."""
        try:
            Recovery(self.session, self.say, self.fetch, self.built).heal()
        except LabError as error:
            self.broken = self.broken or error
            raise
