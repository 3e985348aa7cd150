"""The token curve: for each token the outage after a fault, and how often a pause makes a well node be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from benchmarks.host_pauses import HostPauses, Seen, pause_length
from benchmarks.measurements import Interval, Key, Measurement, MeasurementsFile
from benchmarks.outage_length import length, longest
from benchmarks.token_change import TokenChange
from cluster.outage_bounds import HOLD
from drill.analysis import record_worth
from drill.analysis.address_owners import double_ownerships, owners_at, ownerships
from drill.analysis.fault_windows import fault_windows
from drill.analysis.outages import Outage, outages_of
from drill.analysis.record_worth import Span
from drill.execute.runner import Runner
from drill.record.timeline import Timeline
from drill.scenarios import catalog
from inventory.errors import LabError
from inventory.model import Lab
from inventory.session import LabSession
from inventory.sizes import every_node, running_token_ms

PAUSE, LOAD = "pause", "load"
DISTURBANCES = (PAUSE, LOAD)
"""The measurements that are no scenario of the drill."""
MOST_FAILURES = 3
"""After so many failed measurements in a row, this run omits the token: the lab does not work with it now."""
MUCH_LATE = 0.5
"""A stop does not count when this machine itself was late for more than this share of the token."""


def setting(token_ms: int) -> str:
    """The name of a token in the results."""
    return f"token {token_ms} ms"


def keys(values: Sequence[int], what: Sequence[str], repeat: int) -> tuple[Key, ...]:
    """Everything that is to be measured: token by token, because a change of the token takes long."""
    return tuple(
        Key(setting(value), one, number) for value in values for one in what for number in range(repeat)
    )


@dataclass
class TokenCurve:
    """Measures on one lab. For a session, `runner` makes the drill's runner, `pauses` the object that disturbs a node.

    The seed of the file's conditions selects the lengths of the stops. `on_row` gets each measurement after it was
    written.
    """

    change: TokenChange
    file: MeasurementsFile
    runner: Callable[[LabSession], Runner]
    pauses: Callable[[LabSession], HostPauses]
    on_row: Callable[[Measurement], None] = lambda row: None
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    @property
    def _seed(self) -> int:
        return int(str(self.file.conditions["seed"]))

    def run(
        self, values: Sequence[int], what: Sequence[str], repeat: int, enough: Callable[[], bool]
    ) -> bool:
        """Make the measurements that the file lacks, until all are there, or `enough` says that the time is over.

        Returns whether all are there. The lab then still runs with the last token; TokenChange.restore ends this.
        """
        by_setting = {setting(value): value for value in values}
        failed: dict[str, int] = {}
        for key in self.file.missing(keys(values, what, repeat)):
            if failed.get(key.setting, 0) >= MOST_FAILURES:
                continue
            if enough():
                return False
            value = by_setting[key.setting]
            try:
                found = self._measure(key, value)
                failed[key.setting] = 0
            except LabError as error:
                failed[key.setting] = failed.get(key.setting, 0) + 1
                self.change.steady.wait(self.change.session)
                found = {"doubt": f"it could not be measured: {error.message}"}
            self.on_row(self.file.add(key, value, self.now(), found))
        return not self.file.missing(keys(values, what, repeat))

    def _measure(self, key: Key, value: int) -> dict[str, Any]:
        """One measurement with a token that is in effect before and after it. Raises LabError."""
        session = self.change.set(value)
        found = self._measured(key, session)
        self.change.verify(session)
        return found

    def _measured(self, key: Key, session: LabSession) -> dict[str, Any]:
        if key.what in (PAUSE, LOAD):
            pauses = self.pauses(session)
            seen = pauses.load() if key.what == LOAD else pauses.stop(pause_length(self._seed, key.number))
            return {
                "outage": seen.outage,
                "pause": seen.pause,
                "token_lost": seen.token_lost,
                "lost": seen.lost,
                "moved": seen.moved,
                "doubt": _doubt_of_stop(seen, token_s(session.lab)) if key.what == PAUSE else "",
            }
        return of_record(self.runner(session).run(catalog.get(key.what), key.number))


def of_record(timeline: Timeline) -> dict[str, Any]:
    """The outages and the double ownership of a record, or the reason why it does not count.

    When a frozen node goes on, the cluster stops and starts what runs twice: that outage is a measurement of its own.
    """
    windows, found = fault_windows(timeline), outages_of(timeline)
    by_fault = [one for one in found if not windows or any(window.caused(one) for window in windows)]
    caused = longest(by_fault)
    doubles = double_ownerships(timeline)
    return {
        "outage": length(caused),
        "later": length(longest(one for one in found if one not in by_fault)),
        "moved": _moved(timeline),
        "two_owners": _sum((one.since, one.until) for one in doubles),
        "doubt": doubt(timeline, caused),
    }


def _moved(timeline: Timeline) -> bool | None:
    """Whether another node held the address after the injection; None when the owner before it is not known."""
    injected = timeline.time_of_first("inject")
    owners = None if injected is None else owners_at(timeline, injected)
    if injected is None or not owners:
        return None
    others = [node for node in timeline.nodes if node not in owners]
    return any(one.since > injected for node in others for one in ownerships(timeline, node))


def token_s(lab: Lab) -> float:
    """The token with which corosync runs in a lab (seconds)."""
    return running_token_ms(lab.corosync.token_ms, len(lab.nodes)) / 1000


def _doubt_of_stop(seen: Seen, token: float) -> str:
    """Why a stop does not count: this machine was late, or the stop cannot have been the cause of a lost token.

    An idle ring holds the token for up to HOLD of its time, so a stop of token x (1 - HOLD) can lose it; a shorter one
    cannot.
    """
    if seen.late_s > MUCH_LATE * token:
        return f"this machine itself was late by {seen.late_s:.2f} s"
    longest = seen.pause[1] if seen.pause else None
    if seen.token_lost and longest is not None and longest < token * (1 - HOLD):
        return f"the token was lost, and a stop of at most {longest:.2f} s is too short for that: the machine was busy"
    return ""


def doubt(timeline: Timeline, outage: Outage | None) -> str:
    """Why a record does not count; "" when it counts. `outage` is the one that is measured."""
    if timeline.header.error:
        return f"the drill itself failed: {timeline.header.error}"
    if missed := timeline.events_of("not_landed"):
        return f"the fault was not in effect: {missed[0].detail}"
    if late := [one.what for one in timeline.header.awaited or () if one.at is None]:
        return f"the awaited condition did not become true: {late[0]}"
    worth = record_worth.worth(timeline)
    if reasons := [why for why in worth.missing.values() if why]:
        return reasons[0]
    return worth.doubt(Span(outage.first_failed, outage.last_failed)) if outage else ""


def _sum(spans: Iterable[tuple[float, float]]) -> Interval:
    total = round(sum(until - since for since, until in spans), 3)
    return total, total


def conditions(lab: Lab, session: LabSession, seed: int) -> dict[str, object]:
    """What all measurements of one file have in common."""
    return {
        "platform": session.platform.name,
        "provider": session.provider.name,
        "stack": "corosync and pacemaker",
        "web": f"on {every_node(lab)}" if any(one.clone for one in lab.resources) else "on one node",
        "probe_hz": lab.drill.probe_hz,
        "probe_timeout_s": lab.probe_timeout_s,
        "seed": seed,
    }
