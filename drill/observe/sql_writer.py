"""The client of a database: it writes numbers through the VIP, and keeps which ones were acknowledged by which node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drill.observe.http_probe import Probe, ProbeSettings
from drill.observe.probe_client import ProbeClient
from drill.observe.sql_request import SqlClient
from drill.observe.writer import HZ
from drill.record.timeline import Write


class SqlWriter(Probe):
    """Writes the numbers 0, 1, 2 ... from start() to stop(), HZ of them in a second, and passes each Write on.

    Each write has a connection of its own, and waits for its answer for at most the probe's limit. A write without an
    answer is not acknowledged; its number may be in the database all the same. A number is left out when its turn came
    too late, as with the requests of the probe. `writer` is the name under which the numbers are written.
    """

    def __init__(
        self,
        settings: ProbeSettings,
        writer: str,
        clock: Callable[[], float],
        on_write: Callable[[Write], None],
    ) -> None:
        super().__init__(replace(settings, hz=HZ, keepalive_hz=0.0), clock, lambda sample: None)
        self._writer, self._on_write = writer, on_write

    def _use(self, client: ProbeClient, slot: int) -> None:
        assert isinstance(client, SqlClient)
        request = self._settings.request
        sent = self._clock()
        answer = client.ask(request.statement(request.write, self._writer, slot))
        write = Write(sent, self._clock(), slot, answer.outcome, answer.page, answer.detail)
        with self._sample_lock:
            self._on_write(write)
