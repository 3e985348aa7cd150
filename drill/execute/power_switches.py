"""What was switched during a scenario, for its record: from the logs that the BMCs keep on this machine.

The fence devices of an adopted cluster (fencing: own) keep no log for the lab: there the cluster's fence history tells
which nodes were switched, and the journals of the nodes tell when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cluster import fence_history
from cluster.fence_history import FenceEvent
from drill.execute.node_journal import NodeJournals
from drill.observe.clock_offset import ClockOffset
from drill.record.header import LoggedMoment
from drill.record.power_switch import BY_CLUSTER, BY_DRILL, PowerSwitch
from drill.record.recorder import Recorder
from inventory.bmc import power_log
from inventory.bmc.access import bmcs
from inventory.model import OWN, Command
from inventory.remote.ssh import check
from inventory.session import LabSession


@dataclass
class PowerSwitches:
    """A context manager that records at its end what the BMCs, or the cluster's own devices, switched inside it.

    The BMCs' logs have the monotonic clock of this machine, which is also that of the record: see
    inventory.bmc.power_log.
    """

    session: LabSession
    recorder: Recorder
    offsets: Mapping[str, ClockOffset] = field(default_factory=dict)
    """The offset between each node's uptime and the record's clock, as the observation knows it."""
    journals: NodeJournals = field(init=False)
    """The nodes' system journals, read at the end of the record."""
    _older: dict[str, int] = field(default_factory=dict, init=False)
    """The number of bytes of each node's log that are older, by node."""
    _fenced: Counter[FenceEvent] = field(default_factory=Counter, init=False)
    """The fence history before."""
    _began: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.journals = NodeJournals(self.session, self.recorder.since, self.offsets)

    def __enter__(self) -> PowerSwitches:
        for node, path in self._logs():
            self._older[node] = path.stat().st_size if path.exists() else 0
        self._began, self._fenced = self.recorder.since(), self._history()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        distance = self.session.clock.now() - self.recorder.since()
        for node, path in self._logs():
            text = path.read_bytes()[self._older[node] :].decode("utf-8", "replace") if path.exists() else ""
            for one in power_log.parse(text):
                done = None if one.done is None else round(one.done - distance, 4)
                self.recorder.power(PowerSwitch(round(one.begun - distance, 4), done, node, one.on))

        if kind is None and (events := list((self._history() - self._fenced).elements())):
            for event in events:
                self._record(event, [one for one in self.journals.moments if one.on == event.node])

    def _record(self, event: FenceEvent, lines: Sequence[LoggedMoment]) -> None:
        """Record the switches of one event, by the first order to fence its node and the first report after it."""
        ordered = next((one.at - one.within for one in lines if one.kind == "fence"), self._began)
        done = next(
            (one.at + one.within for one in lines if one.kind == "fenced" and one.at >= ordered), None
        )
        at = None if done is None else round(done, 4)
        for on in (False, True) if event.action == "reboot" else (False,):
            self.recorder.power(PowerSwitch(round(ordered, 4), at, event.node, on, BY_CLUSTER))

    def _history(self) -> Counter[FenceEvent]:
        """What the cluster has fenced, by any node's history; empty where BMCs of the lab tell it. Raises LabError."""
        found: Counter[FenceEvent] = Counter()
        for node in self.session.lab.nodes if self.session.lab.fencing == OWN else ():
            command = Command(
                node.name, fence_history.COMMAND, "read the fence history", purpose="read-fence-history"
            )
            found |= Counter(fence_history.parse(check(self.session.remote, command).out))
        return found

    def _logs(self) -> Iterator[tuple[str, Path]]:
        """The log of each BMC; it does not exist while the BMC has switched nothing."""
        state = self.session.journal.path.parent
        return ((one.node.name, power_log.path(state, one.node.alias)) for one in bmcs(self.session.lab))


def by_drill(session: LabSession, recorder: Recorder) -> Callable[[str, bool, float], None]:
    """What records the drill's own switches: see drill.execute.injector.OnSwitch."""

    def switched(node: str, on: bool, asked: float) -> None:
        took, at = session.clock.now() - asked, recorder.since()
        recorder.power(PowerSwitch(round(at - took, 4), round(at, 4), node, on, BY_DRILL))

    return switched
