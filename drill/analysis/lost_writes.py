"""Acknowledged writes that are lost after the heal, by node.

A database with a replication of its own (drill.execute.database_writes) says itself which data the service has after
the heal: they are read through the address. What was acknowledged and is not there is lost.

The counter service has no replication. Each node has a file of its own (drill.execute.counter_service), as with a disk
in each node. After the heal the data of the service are those of the node that then holds the address. Where the
address has moved from node to node, the data move with it, as a shared disk or a replica does it: the new holder
continues with what was acknowledged before it had the address. What the other node acknowledged later is not part of
the data: it is lost.

A write is also lost when the file of the node that acknowledged it does not have it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from drill.analysis.once import once
from drill.analysis.overlap import Holding, holdings
from drill.record.timeline import Timeline, Write

NOT_NAMED = "a node without a name"


@dataclass(frozen=True)
class NodeWrites:
    """The numbers that one node acknowledged.

    `lost` are certainly lost. `unsure`: the node acknowledged them while it is not known whether the other node already
    had the address. `node` is "" when the answers named no node.
    """

    node: str
    acknowledged: tuple[int, ...]
    lost: tuple[int, ...]
    unsure: tuple[int, ...]

    @property
    def summary(self) -> str:
        """The writes in one line, for people."""
        unsure = f", {len(self.unsure)} not known" if self.unsure else ""
        numbers = f" ({ranges(self.lost)})" if self.lost else ""
        node = self.node or NOT_NAMED
        return f"{node}: {len(self.acknowledged)} acknowledged, {len(self.lost)} lost{numbers}{unsure}"


@dataclass(frozen=True)
class _Turn:
    """A period in which the data of the service were those of one node, from `begin` or `since` on (seconds).

    `since` is certain. Both are 0 for the first turn.
    """

    node: str
    begin: float
    since: float


@once
def node_writes(timeline: Timeline) -> tuple[NodeWrites, ...] | None:
    """What each node acknowledged and lost, in the order of the nodes.

    None when the record has no writes or no data, or, with a file on each node, when no single node holds the address
    at its end.
    """
    if timeline.header.store == "database":
        return _of_database(timeline)
    stored = timeline.header.stored
    turns = list(_turns(timeline))
    if stored is None or not timeline.writes or not turns:
        return None
    return tuple(
        _of_node(timeline, node, stored.get(node, ()), lambda write: _fate(write, turns))
        for node in timeline.nodes
    )


def copies(timeline: Timeline) -> tuple[str, ...]:
    """How many numbers the service and each node's own server have after the heal; none without a database."""
    served = timeline.header.served
    if timeline.header.store != "database" or served is None:
        return ()
    stored = timeline.header.stored or {}
    shares = {node: len(set(stored[node]) & set(served)) for node in timeline.nodes if node in stored}
    return (
        f"the service has {len(served)} numbers",
        *(
            f"{node}'s own server has {shares.get(node, 'an unknown number')} of them"
            for node in timeline.nodes
        ),
    )


def _of_database(timeline: Timeline) -> tuple[NodeWrites, ...] | None:
    if timeline.header.served is None or not timeline.writes:
        return None
    served = timeline.header.served
    found = (_of_node(timeline, node, served, lambda write: "kept") for node in (*timeline.nodes, ""))
    return tuple(one for one in found if one.node or one.acknowledged)


def ranges(numbers: tuple[int, ...]) -> str:
    """Numbers for people: "3, 7 to 12"."""
    found: list[list[int]] = []
    for one in sorted(numbers):
        if found and one == found[-1][-1] + 1:
            found[-1] = [found[-1][0], one]
        else:
            found.append([one])
    return ", ".join(" to ".join(map(str, each)) for each in found)


def _of_node(
    timeline: Timeline, node: str, stored: Collection[int], fate: Callable[[Write], str]
) -> NodeWrites:
    """What a node acknowledged: lost when it is not among the numbers `stored`, otherwise by `fate`."""
    mine = [one for one in timeline.writes if one.acknowledged and one.node == node]
    have = set(stored)
    fates = {one.number: fate(one) if one.number in have else "lost" for one in mine}
    return NodeWrites(
        node,
        tuple(fates),
        tuple(number for number, fate in fates.items() if fate == "lost"),
        tuple(number for number, fate in fates.items() if fate == "unsure"),
    )


def _fate(write: Write, turns: list[_Turn]) -> str:
    """The fate of a write: kept, lost or unsure. `turns` are in the order of time.

    The write happened between its sending and its acknowledgement. Between `begin` and `since` of a turn it is not
    known whose turn it is.
    """
    owners = set()
    for number, turn in enumerate(turns):
        following = turns[number + 1] if number + 1 < len(turns) else None
        ends = following.since if following else float("inf")
        if write.sent < ends and write.done >= turn.begin:
            owners.add(turn.node)
    if owners == {write.node}:
        return "kept"
    return "unsure" if write.node in owners else "lost"


def _turns(timeline: Timeline) -> Iterator[_Turn]:
    """Whose data were the data of the service, from the end of the record back to its begin; in the order of time."""
    held = [(node, one) for node in timeline.nodes for one in holdings(timeline, node)]
    last = [pair for pair in held if pair[1].end >= timeline.end]
    if len(last) != 1:
        return
    found = [last[0]]
    while earlier := [pair for pair in held if pair[1].since < found[0][1].since and pair not in found]:
        found.insert(0, _before(found[0], earlier))
    first = True
    for node, one in found:
        yield _Turn(node, 0.0 if first else one.begin, 0.0 if first else one.since)
        first = False


def _before(later: tuple[str, Holding], earlier: list[tuple[str, Holding]]) -> tuple[str, Holding]:
    """The holding whose data a later one continues: the last one that ended.

    When two nodes held the address at once until then, each node continues with its own data.
    """
    latest = max(earlier, key=lambda pair: pair[1].end)
    own = [pair for pair in earlier if pair[0] == later[0] and pair[1].end > latest[1].begin]
    return max(own, key=lambda pair: pair[1].end) if own else latest
