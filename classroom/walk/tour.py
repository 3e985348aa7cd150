"""The stops of the walk in a lab: the steps, the points between them, and the chapter behind the last one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classroom.walk.points import POINTS, Point
from inventory.errors import ConfigError
from inventory.model import Lab
from provision.steps.base import Step
from provision.steps.registry import find, for_lab

BEYOND = "beyond"
"""The id of the chapter "What the document leaves out"."""


@dataclass(frozen=True)
class Stop:
    """One stop: a step, or a point, or (with neither) the chapter behind the walkthrough. `id` is kept in the progress.

    `explained_later`: what is to be seen after this step is shown only after its point.
    """

    id: str
    number: str
    step: Step | None = None
    point: Point | None = None
    explained_later: bool = False


def stops(lab: Lab) -> tuple[Stop, ...]:
    """The stops of a lab in their order."""
    return tuple(_stops(lab))


def _stops(lab: Lab) -> Iterator[Stop]:
    for step in for_lab(lab):
        points = [point for point in POINTS if point.step == step.id]
        asked = [point for point in points if not point.unfit(lab)]
        yield from (_of_point(point) for point in points if point.before)
        yield Stop(step.id, step.number, step=step, explained_later=any(not one.before for one in asked))
        yield from (_of_point(point) for point in points if not point.before)
    yield Stop(BEYOND, BEYOND)


def _of_point(point: Point) -> Stop:
    return Stop(point.id, point.number, point=point)


def named(name: str, known: Sequence[Stop], *, last: bool = False) -> int:
    """The position of the stop with an id or a number, as people type it. Raises ConfigError, with what there is.

    A number that a step and a point have means the first of the two; with `last` (the end of a part) the last one. Any
    other number means what `./lab reset` means by it.
    """
    matching = [place for place, stop in enumerate(known) if name in (stop.id, stop.number)]
    if matching:
        same = known[matching[0]].number
        group = [place for place, stop in enumerate(known) if stop.number == same]
        return (group[-1] if last else matching[0]) if name == same else matching[0]
    try:
        step = find(name)
    except ConfigError as error:
        listed = ", ".join(f"{stop.number} {stop.id}" for stop in known)
        raise ConfigError(error.message, hint=f"The walk's stops are: {listed}") from None
    places = [place for place, stop in enumerate(known) if stop.step == step]
    if not places:
        raise ConfigError(
            f"Step {step.number} ({step.id}) has nothing to do in this lab.",
            hint="This step is for resources that lab.yaml does not have.",
        )
    return places[0]


def place_of(id_: str, known: Sequence[Stop]) -> int | None:
    """The position of a stop that the progress names; None when this lab has it no more."""
    return next((place for place, stop in enumerate(known) if stop.id == id_), None)


def steps_before(place: int, known: Sequence[Stop]) -> tuple[Step, ...]:
    """The steps that must be done when the walk begins at a stop."""
    return tuple(stop.step for stop in known[:place] if stop.step is not None)
