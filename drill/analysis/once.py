"""Keeps what an analysis found with its record, so that each check and each plot that needs it uses the same result."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from drill.record.timeline import Timeline

Parameters = ParamSpec("Parameters")
Found = TypeVar("Found")


def once(
    function: Callable[Concatenate[Timeline, Parameters], Found],
) -> Callable[Concatenate[Timeline, Parameters], Found]:
    """Make a function of a record run only once for each record and parameters; its result must not be changed.

    The results are in `Timeline.derived`, and end with it. The parameters must be hashable.
    """

    @wraps(function)
    def kept(timeline: Timeline, /, *args: Parameters.args, **named: Parameters.kwargs) -> Found:
        key = (function, args, tuple(named.items()))
        if key not in timeline.derived:
            timeline.derived[key] = function(timeline, *args, **named)
        found: Found = timeline.derived[key]
        return found

    return kept
