"""The observers run before the other programs of this machine, where the user may decide that (root may).

A busy machine then delays the observers less. Where it still does, the record tells it (drill.observe.lateness).
Source: setpriority(2): on Linux it is about one thread, and the threads and programs that it starts inherit it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

NICE = -10
"""The nice value of the observers: about ten times the processor time of a program with the usual value of 0."""


@contextmanager
def first() -> Iterator[None]:
    """Give the threads that are started inside a higher priority. Changes nothing where that is not permitted."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, min(NICE, before))
    except OSError:
        yield
        return
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
