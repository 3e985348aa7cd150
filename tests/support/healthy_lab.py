"""Waits until a real lab is healthy."""

from __future__ import annotations

from cli.context import Context
from cli.overview import Overview, look
from inventory import waiting

HEALTHY_S = 120.0
"""The longest wait (seconds)."""


def healthy(context: Context) -> Overview:
    """The lab without any trouble. Raises TimedOut."""
    return waiting.until(
        lambda: look(context),
        lambda seen: not seen.troubles,
        "The lab is healthy",
        deadline=HEALTHY_S,
        clock=context.clock,
    )
