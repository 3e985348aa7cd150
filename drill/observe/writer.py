"""The client of the counter service: it writes numbers through the VIP, and keeps which ones were acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

from drill.observe.http_answer import Answer, Request
from drill.observe.http_probe import ProbeSettings
from drill.observe.paced_client import Pace, PacedClient
from drill.record.timeline import Write

PATH = "/ha-lab-counter"
"""The path of the counter service. The number is the query; the answer is the page of the node that wrote it."""
HZ = 10.0


class Writer(PacedClient):
    """Writes the numbers 0, 1, 2 ... from start() to stop(), HZ of them in a second, and passes each Write on.

    A write without an answer within the probe's limit is not acknowledged; its number may be in a file all the same.
    """

    def __init__(
        self, settings: ProbeSettings, clock: Callable[[], float], on_write: Callable[[Write], None]
    ) -> None:
        self._url = urljoin(settings.url, PATH)
        pace = Pace("probe", HZ, settings.timeout, settings.longest)
        super().__init__(pace, Request(self._url, settings.pages), clock, lambda sample: None)
        self._on_write = on_write

    def _message(self, number: int) -> bytes:
        return Request(f"{self._url}?{number}", {}).text

    def _deliver(self, number: int, sent: float, done: float, answer: Answer) -> None:
        self._on_write(Write(sent, done, number, answer.outcome, answer.page, answer.detail))
