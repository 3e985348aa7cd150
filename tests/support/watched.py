"""A lab that is seen without nodes: facts made by hand, and a hub whose clock stands still until it is set."""

from __future__ import annotations

from collections.abc import Iterable

from drill.record.timeline import Event, NodeReading, Outcome, Sample
from tests.support.example_lab import NODE1, NODE2
from watch.feed.hub import Hub
from watch.model.facts import DrillFact, Fact, Judged, LabFacts, ScoreFact, Up
from watch.model.state import State, reduce

BEGIN = 1_700_000_000.0
"""The time of the first fact (seconds since 1970)."""
BOTH = (NODE1, NODE2)
STALE_S = 3.0
INFINITE = "-INFINITY"


def lab(nodes: tuple[str, ...] = BOTH, number: int = 1) -> LabFacts:
    aliases = {name: name.split(".")[0] for name in nodes}
    return LabFacts(
        "lab: docker, debian12", "http://172.16.100.11/", aliases, ("WebIP", "WebServer"), STALE_S, number
    )


def up(at: float = 0.0, number: int = 1) -> Up:
    return Up(BEGIN + at, lab(number=number))


def reading(
    node: str, at: float, owner: str = NODE1, members: tuple[str, ...] = BOTH, **more: object
) -> NodeReading:
    """A node of a healthy cluster with these members, whose address and web server are on `owner`."""
    fields = {
        "asked": BEGIN + at - 0.01, "at": BEGIN + at, "node": node, "owns_vip": node == owner,
        "web": "running" if node == owner else "stopped", "quorate": True, "members": members, "dc": members[0],
        "corosync": True, "placements": dict.fromkeys(("WebIP", "WebServer"), owner), **more,
    }  # fmt: skip
    return NodeReading(**fields)  # type: ignore[arg-type]


def silent(node: str, at: float) -> NodeReading:
    return NodeReading(asked=BEGIN + at - 1.5, at=BEGIN + at, node=node, seen=False)


def sample(at: float, page: str = NODE1, outcome: Outcome = "ok", client: str = "probe") -> Sample:
    good = outcome == "ok"
    return Sample(BEGIN + at, BEGIN + at + 0.01, client, outcome, page if good else "", 200 if good else None)  # type: ignore[arg-type]


def samples(since: float, until: float, **more: object) -> list[Sample]:
    """Ten requests in each second."""
    count = round((until - since) * 10)
    return [sample(since + n / 10, **more) for n in range(count)]  # type: ignore[arg-type]


def event(kind: str, at: float, label: str = "", node: str = "", detail: str = "") -> Event:
    return Event(BEGIN + at, kind, label, node, detail)  # type: ignore[arg-type]


def judged(at: float, *troubles: str) -> Judged:
    scores = (
        ScoreFact("WebIP", NODE1, "700"),
        ScoreFact("WebIP", NODE2, "0"),
        ScoreFact("WebServer", NODE1, "600"),
        ScoreFact("WebServer", NODE2, INFINITE),
    )
    return Judged(BEGIN + at - 0.2, BEGIN + at, troubles, scores)


def healthy(at: float = 0.0, owner: str = NODE1) -> list[Fact]:
    """Both nodes are read, the page is answered, and the lab is judged."""
    return [*(reading(node, at, owner) for node in BOTH), sample(at, owner), judged(at)]


def failover(died: float, back: float) -> list[Fact]:
    """Twenty seconds with the page of node1; then it is frozen, and node2 takes over."""
    return [
        up(), *healthy(0.0), *samples(0, died),
        *samples(0, died, client="keepalive"),
        DrillFact(BEGIN + died - 1, "the drill or heal of process 7"),
        event("inject", died, "freeze", NODE1), event("landed", died + 0.1, "freeze", NODE1, "node1 is frozen"),
        *samples(died, back, outcome="timeout"), *samples(died, back, outcome="timeout", client="keepalive"),
        silent(NODE1, died + 1.5),
        reading(NODE2, back, NODE2, (NODE2,)),
        *samples(back, back + 3, page=NODE2), *samples(back, back + 3, page=NODE2, client="keepalive"),
        silent(NODE1, back + 3), reading(NODE2, back + 3, NODE2, (NODE2,)),
        judged(back + 3, "node1.magedu.com does not answer over ssh"),
    ]  # fmt: skip


def state_of(facts: Iterable[Fact], state: State | None = None) -> State:
    state = state or State()
    for fact in facts:
        state = reduce(state, fact)
    return state


class StillHub(Hub):
    """A hub whose time is set by hand (seconds after BEGIN)."""

    def __init__(self, facts: Iterable[Fact] = (), now: float = 0.0, control: str | None = None) -> None:
        self.now = now
        super().__init__(lambda: BEGIN + self.now, lambda: control)
        for fact in facts:
            self.take(fact)
