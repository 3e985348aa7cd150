"""What is new in a fact, as a text for people: the events of a view and the lines of `./lab watch --lines`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from drill.record.timeline import Event, NodeReading, Sample
from drill.scenarios.conditions import reading_summary

_QUORUM = {True: "has quorum", False: "has no quorum", None: "sees no cluster"}
_EVENTS = {
    "inject": "fault injected {label} on {node}",
    "landed": "fault in effect {label} on {node}",
    "not_landed": "fault NOT in effect {label} on {node}",
    "heal": "heal {label} on {node}",
    "healed": "healed {label} on {node}",
    "settled": "the lab is healthy again",
    "note": "{label} on {node}",
}


def of_reading(before: NodeReading | None, now: NodeReading) -> str:
    """What changed on a node between two readings; "" when nothing did."""
    if before is None or before.seen != now.seen:
        return reading_summary(now)
    changes = "; ".join(_changes(before, now)) if now.seen else ""
    return f"{now.node}: {changes}" if changes else ""


def _changes(before: NodeReading, now: NodeReading) -> Iterator[str]:
    if before.owns_vip != now.owns_vip:
        yield "holds the address" if now.owns_vip else "gave the address up"
    if before.web != now.web:
        yield f"web {now.web}"
    if before.quorate != now.quorate:
        yield _QUORUM[now.quorate]
    if before.members != now.members:
        yield f"members: {', '.join(now.members) or 'none'}"
    if before.dc != now.dc:
        yield f"DC {now.dc or 'unknown'}"
    for resource, node in now.placements.items():
        if before.placements.get(resource) != node:
            yield f"{resource} on {node or 'none'}"


def of_sample(before: Sample | None, now: Sample) -> str:
    """What a client gets now, when it is not what it got before; "" otherwise."""
    if before is not None and (before.outcome, before.page) == (now.outcome, now.page):
        return ""
    return f"a client gets {now.page or now.outcome}"


def of_event(event: Event) -> str:
    """An event of a drill."""
    if event.label.startswith("phase:"):
        return ""
    message = _EVENTS[event.kind] if event.node else _EVENTS[event.kind].removesuffix(" on {node}")
    what = message.format(label=event.label, node=event.node)
    return ": ".join(part for part in (what, event.detail) if part)


def of_troubles(before: tuple[str, ...] | None, now: tuple[str, ...]) -> str:
    """The health of the lab, when it is another one than before; "" otherwise."""
    if before == now:
        return ""
    return f"not healthy: {now[0]}" if now else "the lab is healthy"
