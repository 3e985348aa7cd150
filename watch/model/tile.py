"""A lab as a tile of the class view: health, who answers, quorum, the last events. Pure."""

from __future__ import annotations

from msgspec import Struct

from watch.model.facts import Told
from watch.model.strip import narrowed
from watch.model.view import View

CELLS = 60
LINES = 3


class Tile(Struct, frozen=True):
    """One lab. `good` None: it is unknown whether a client gets an answer. `answers` is the node's alias, or why not.

    `health` None: unknown; else what is wrong, nothing for a healthy lab. `numbers` are the nodes' aliases in order.
    """

    number: int
    title: str
    up: bool | None
    why: str
    good: bool | None
    answers: str
    owners: tuple[str, ...]
    quorum: bool | None
    split: bool
    health: tuple[str, ...] | None
    cells: str
    drill: str
    told: tuple[Told, ...]
    nodes: tuple[str, ...]


def tile(number: int, seen: View) -> Tile:
    """The tile of a lab with a number, from its view."""
    alias = {one.name: one.alias for one in seen.nodes}
    probe = seen.clients[0] if seen.clients else None
    good = probe.good if probe else None
    answers = (alias.get(probe.node, probe.node) if good else probe.outcome) if probe else ""
    return Tile(
        number,
        seen.title,
        seen.up,
        seen.why,
        good,
        answers,
        tuple(alias[one] for one in seen.owners),
        seen.quorum,
        seen.split,
        seen.health,
        narrowed(probe.cells, CELLS) if probe else "",
        seen.drill,
        seen.told[-LINES:],
        tuple(one.alias for one in seen.nodes),
    )
