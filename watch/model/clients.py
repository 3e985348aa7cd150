"""What is shown of the clients at one moment. Pure."""

from __future__ import annotations

from msgspec import Struct

from drill.record.timeline import Sample
from watch.model.facts import CLIENTS
from watch.model.state import State
from watch.model.strip import LENGTH_S, UNKNOWN

ALWAYS = ("probe",)
"""The clients that are shown also when nothing is known of them."""


class ClientView(Struct, frozen=True):
    """One client: its strip, and its last answer. `good` None: there is no recent answer, so it is unknown.

    `node` is the node that answered ("": it is not told, or the request failed with `outcome`).
    """

    name: str
    title: str
    cells: str
    good: bool | None = None
    node: str = ""
    outcome: str = ""


def client_views(state: State, now: float) -> tuple[ClientView, ...]:
    """The clients that sent a request in the last two minutes, in the order of CLIENTS."""
    found = []
    for name, title in CLIENTS.items():
        strip, answer = state.strips.get(name), state.answers.get(name)
        cells = strip.text(now) if strip else ""
        if not cells.strip(UNKNOWN) and name not in ALWAYS:
            continue
        one = ClientView(name, title, cells)
        if answer is not None and state.lab and now - answer.done <= state.lab.stale_s:
            one = _answered(one, answer)
        found.append(one)
    return tuple(found)


def _answered(one: ClientView, answer: Sample) -> ClientView:
    return ClientView(
        one.name, one.title, one.cells, answer.good, answer.page if answer.good else "", answer.outcome
    )


def fault_cells(spans: tuple[tuple[float, float | None], ...], now: float, cells: int) -> str:
    """The times in which a fault was in effect, as `cells` characters for the last two minutes: F, or a space."""
    each = LENGTH_S / cells
    begin = now - LENGTH_S
    return "".join(
        "F"
        if any(
            since < begin + (n + 1) * each and (until or now) >= begin + n * each for since, until in spans
        )
        else " "
        for n in range(cells)
    )
