"""Which service a scenario with `writes` gets in a lab: the only place that chooses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from drill.execute.counter_service import CounterService
from drill.execute.database_writes import DatabaseWrites
from drill.record.recorder import Recorder
from drill.scenarios.writes import store_of
from inventory.session import LabSession


def write_service(
    session: LabSession, recorder: Recorder, guard: Callable[[], None], *, wanted: bool
) -> AbstractContextManager[object]:
    """What runs beside a scenario: the database's client, or the counter service; nothing unless `wanted`."""
    if not wanted:
        return nullcontext()
    kind = DatabaseWrites if store_of(session.lab) == "database" else CounterService
    return kind(session, recorder, guard)
