"""The fencing matrix: the same faults without fencing, with it, and with fencing that is not as it should be.

Each measurement is one scenario of the drill: a setting, a fault on the active node, a time in which nothing is done,
and the heal. The settings differ only in the CIB and in the BMCs; two_node is set in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

from benchmarks.measurements import Interval, Key, Measurement, MeasurementsFile
from benchmarks.outage_length import length, longest
from benchmarks.token_curve import doubt
from drill.analysis import overlap
from drill.analysis.duration import Duration
from drill.analysis.fault_windows import FaultWindow, fault_windows
from drill.analysis.fencing import fenced_after
from drill.analysis.lost_writes import node_writes
from drill.analysis.outages import outages_of
from drill.execute.runner import Runner
from drill.record.timeline import Timeline
from drill.scenarios.base import Inject, Move, Observe, Scenario
from drill.scenarios.overrides import Overrides
from inventory.errors import ConfigError, LabError
from inventory.model import Lab
from inventory.session import LabSession

MOST_FAILURES = 3
"""After so many failed measurements in a row, this run omits the setting."""
WATCHED, WATCHED_LONG = 4.0, 10.0
"""The fault lasts for so many times token plus consensus: time for the loss, the delay, the fencing and the start.
With BMCs that are dead or slow it lasts for the longer time."""


@dataclass(frozen=True)
class Setting:
    """One column of the matrix. `bmc` is the fault of both BMCs, or ""; `number` is its place."""

    name: str
    number: int
    overrides: Overrides
    bmc: str = ""


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        one.name: one
        for one in (
            Setting("off", 0, Overrides(properties={"stonith-enabled": "false"})),
            Setting("no delay", 1, Overrides(fence_delay=False)),
            Setting("delay", 2, Overrides()),
            Setting("dead BMCs", 3, Overrides(), "bmc-dead"),
            Setting("slow BMCs", 4, Overrides(), "bmc-slow"),
        )
    }
)
FAULTS: Mapping[str, tuple[Move, ...]] = MappingProxyType(
    {
        **{
            name: (Inject(name),)
            for name in (
                *("corosync-kill", "corosync-freeze", "freeze", "partition", "partition-in", "power-off"),
                "pacemaker-kill",
            )
        },
        # The stop of the web server takes longer than its time limit, see STOP_FAILS.
        "stop-fails": (Inject("standby"),),
        "both": (Inject("corosync-kill", "both"),),
    }
)
"""The moves of each fault of the matrix."""
STOP_FAILS = {"web": "20ms"}
"""For `stop-fails`: the time limit of the web server's stop. Pacemaker ends the stop then, and it counts as failed."""


def scenario(setting: Setting, fault: str) -> Scenario:
    """The scenario of one measurement. It has no checks: the matrix records what happens."""
    broken: tuple[Move, ...] = (Inject(setting.bmc, "both"), Observe("loss", 0.1)) if setting.bmc else ()
    moves = (*broken, *FAULTS[fault], Observe("loss", WATCHED_LONG if setting.bmc else WATCHED))
    name = f"bench-fencing-{fault}-{setting.name}".replace(" ", "-")
    stop_timeouts = STOP_FAILS if fault == "stop-fails" else {}
    overrides = replace(setting.overrides, stop_timeouts=stop_timeouts)
    return Scenario(name, "", moves, (), overrides, fenced=True, writes=True)


def keys(settings: Sequence[str], faults: Sequence[str], repeat: int) -> tuple[Key, ...]:
    """Everything that is to be measured; each repeat measures all faults with all settings."""
    return tuple(
        Key(setting, fault, number) for number in range(repeat) for fault in faults for setting in settings
    )


@dataclass
class FencingMatrix:
    """Measures on one lab with the drill's runner. `on_row` gets each measurement after it was written."""

    runner: Runner
    file: MeasurementsFile
    on_row: Callable[[Measurement], None] = lambda row: None
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    def run(
        self, settings: Sequence[str], faults: Sequence[str], repeat: int, enough: Callable[[], bool]
    ) -> bool:
        """Make the measurements that the file lacks, until all are there, or `enough` says that the time is over.

        Returns whether all are there. Raises LabError when the lab cannot be healed.
        """
        wanted = keys(settings, faults, repeat)
        failed: dict[str, int] = {}
        for key in self.file.missing(wanted):
            if failed.get(key.setting, 0) >= MOST_FAILURES:
                continue
            if enough():
                return False
            found = self._measure(key)
            failed[key.setting] = failed.get(key.setting, 0) + 1 if found.get("doubt") else 0
            self.on_row(self.file.add(key, SETTINGS[key.setting].number, self.now(), found))
        return not self.file.missing(wanted)

    def _measure(self, key: Key) -> dict[str, Any]:
        try:
            found = of_record(
                self.runner.run(scenario(SETTINGS[key.setting], key.what), key.number), key.what
            )
        except LabError as error:
            if self.runner.broken is not None:
                raise
            found = {"doubt": f"it could not be measured: {error.message}"}
        return found


def of_record(timeline: Timeline, fault: str) -> dict[str, Any]:
    """What a record shows of one fault of the matrix, or the reason why it does not count."""
    names = {move.fault for move in FAULTS[fault] if isinstance(move, Inject)}
    windows = [one for one in fault_windows(timeline) if one.label in names]
    if not windows:
        return {"doubt": timeline.header.error or "the fault was not injected"}
    end = min(one.end for one in windows)
    caused = longest(
        one for one in outages_of(timeline) if one.first_failed < end and _caused(windows, one.next_good)
    )
    off = fenced_after(timeline, windows)
    writes = node_writes(timeline)
    lost = None if writes is None else [(len(one.lost), len(one.lost) + len(one.unsure)) for one in writes]
    return {
        "outage": length(caused),
        "two_owners": _interval(overlap.total(overlap.held(timeline))),
        "two_answers": _interval(overlap.total(overlap.answered(timeline))),
        "fenced": tuple(one.node.split(".")[0] for one in off),
        "fence": _interval(off[0].after) if off else None,
        "lost_writes": lost and (sum(least for least, _ in lost), sum(most for _, most in lost)),
        "doubt": doubt(timeline, caused),
    }


def _caused(windows: Sequence[FaultWindow], next_good: float | None) -> bool:
    return next_good is None or next_good >= windows[0].injected


def _interval(found: Duration | None) -> Interval | None:
    if found is None:
        return None
    return round(found.least, 3), None if found.endless else round(found.most, 3)


def chosen(text: str, known: Iterable[str], option: str) -> list[str]:
    """The names in a text with commas; all known ones for "". Raises ConfigError for an unknown name."""
    names = [word.strip() for word in text.split(",") if word.strip()] or list(known)
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"{option}: there is no {unknown[0]!r}.", hint=f"Some of: {', '.join(known)}")
    return names


def conditions(lab: Lab, session: LabSession) -> dict[str, object]:
    """What all measurements of one file have in common."""
    return {
        "platform": session.platform.name,
        "provider": session.provider.name,
        "token_ms": lab.corosync.token_ms,
        "probe_hz": lab.drill.probe_hz,
    }
