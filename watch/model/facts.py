"""The facts that a view is made of, beside the rows of a record (drill.record.timeline).

All times are seconds since 1970, read from a clock that runs like the monotonic one (watch.feed.hub).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from drill.record.timeline import ArpReading, Event, Lateness, NodeReading, Sample

CLIENTS: Mapping[str, str] = {
    "probe": "new connections",
    "keepalive": "kept connection",
    "connecting": "waiting clients",
    "routed": "behind a router",
}
"""The clients in the order in which they are shown, with their titles (drill.report.html.plot explains them)."""


class LabFacts(Struct, frozen=True):
    """What does not change while a lab is watched. `nodes` maps a node's name to its alias, in the order of lab.yaml.

    A reading or an answer that is older than `stale_s` is shown as unknown (seconds).
    """

    title: str
    url: str
    nodes: Mapping[str, str]
    resources: tuple[str, ...]
    stale_s: float
    number: int = 1


class Up(Struct, frozen=True):
    """The lab is there; from now on it is observed."""

    at: float
    lab: LabFacts


class NotUp(Struct, frozen=True):
    """The lab cannot be observed, and why."""

    at: float
    why: str


class ScoreFact(Struct, frozen=True):
    """The score of a resource on a node, as pacemaker writes it."""

    resource: str
    node: str
    score: str


class Judged(Struct, frozen=True):
    """The judgement of status.health and the scores; they were true at some moment between `asked` and `at`."""

    asked: float
    at: float
    troubles: tuple[str, ...] = ()
    scores: tuple[ScoreFact, ...] = ()


class DrillFact(Struct, frozen=True):
    """The drill or heal that runs on the lab ("": none), and what an interrupted drill left broken."""

    at: float
    who: str = ""
    left: tuple[str, ...] = ()


class Reported(Struct, frozen=True):
    """The report of a drill that was seen is written: the name of its folder below runs/."""

    at: float
    run: str


class Told(Struct, frozen=True):
    """A line for people. `kind` is one word for its colour: node, client, network, drill, health, machine, lab."""

    at: float
    kind: str
    text: str


Fact = (
    Up | NotUp | NodeReading | Sample | ArpReading | Lateness | Event | Judged | DrillFact | Reported | Told
)
"""Everything that changes the state of a view."""
