"""Moments for people."""

from __future__ import annotations

from datetime import datetime


def time_of_day(at: float) -> str:
    """A moment (seconds since 1970) by the local time of this machine."""
    return f"{datetime.fromtimestamp(at):%H:%M:%S}"
