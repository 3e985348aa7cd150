"""What fencing changed in a record: which nodes were fenced, and how many acknowledged writes each node lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from drill.analysis.fault_windows import fault_windows
from drill.analysis.fencing import Fenced, fenced_nodes
from drill.analysis.lost_writes import NOT_NAMED, NodeWrites, node_writes
from drill.record.power_switch import BY_DRILL
from drill.record.timeline import Timeline

NOBODY, NOTHING_WRITTEN, NOT_KNOWN = "nobody", "nothing written", "not known"


@dataclass(frozen=True)
class Writes:
    """How many writes one node acknowledged. Of these `lost` are certainly lost, and `unsure` may be lost."""

    node: str
    acknowledged: int
    lost: int
    unsure: int

    @property
    def text(self) -> str:
        """For people."""
        unsure = f", {self.unsure} not known" if self.unsure else ""
        return f"{self.node or NOT_NAMED}: {self.lost} of {self.acknowledged} lost{unsure}"


@dataclass(frozen=True)
class Fencing:
    """The faults of a record, the fenced nodes, and the writes.

    `writes` is empty when nothing was written, and None when the record cannot tell which writes are lost.
    """

    faults: tuple[str, ...]
    fenced: tuple[Fenced, ...]
    writes: tuple[Writes, ...] | None

    @property
    def nodes(self) -> str:
        """The fenced nodes, for people."""
        return " and ".join(one.node for one in self.fenced) or NOBODY

    @property
    def fenced_texts(self) -> tuple[str, ...]:
        """Each fenced node with its time, for people."""
        return tuple(f"{one.node}, off after {one.after.summary}" for one in self.fenced) or (NOBODY,)

    @property
    def writes_texts(self) -> tuple[str, ...]:
        """The lost writes of each node, for people."""
        if self.writes is None:
            return (NOT_KNOWN,)
        return tuple(one.text for one in self.writes) or (NOTHING_WRITTEN,)


def fencing_of(timeline: Timeline) -> Fencing | None:
    """What the record shows; None when the cluster switched no node and nothing was written."""
    if not timeline.writes and not any(one.by != BY_DRILL for one in timeline.power):
        return None
    faults = dict.fromkeys(one.label for one in fault_windows(timeline))
    return Fencing(tuple(faults), fenced_nodes(timeline), _writes(timeline))


def repeated(found: Sequence[Fencing]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """For several records of one scenario: how often which nodes were fenced, and how many records lost writes."""
    counted = Counter(one.nodes for one in found)
    fenced = tuple(f"{nodes}: {count} times" for nodes, count in counted.items())
    written = [one.writes for one in found if one.writes != ()]
    if not written:
        return fenced, (NOTHING_WRITTEN,)
    known = [one for one in written if one is not None]
    lost = sum(any(each.lost for each in one) for one in known)
    most = max((sum(each.lost for each in one) for one in known), default=0)
    unknown = f", {len(written) - len(known)} not known" if len(known) < len(written) else ""
    return fenced, (f"{lost} of {len(known)} records lost writes, at most {most}{unknown}",)


def _writes(timeline: Timeline) -> tuple[Writes, ...] | None:
    if not timeline.writes:
        return ()
    found = node_writes(timeline)
    return None if found is None else tuple(_counts(one) for one in found)


def _counts(one: NodeWrites) -> Writes:
    return Writes(one.node, len(one.acknowledged), len(one.lost), len(one.unsure))
