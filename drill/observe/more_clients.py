"""The clients beside the probe that a lab can have: one that is just connecting, and one behind a router."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drill.observe.http_answer import Request
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.observe.paced_client import Pace, PacedClient
from drill.record.timeline import Sample
from inventory.session import LabSession

CONNECTING_LIMIT_S = 30.0
"""How long a client tries to connect (seconds)."""
ANSWER_S = 0.5
"""The time that the last requests get for their answers, on a machine of usual speed (seconds)."""
LEFT_OUT = "lab.yaml says drill.{} is 0"


class MoreClients(Observer):
    """Runs these clients from start() to stop(). A client that the lab cannot have is missing, and is no error."""

    def __init__(
        self,
        session: LabSession,
        settings: ProbeSettings,
        clock: Callable[[], float],
        on_sample: Callable[[Sample], None],
    ) -> None:
        drill, request = session.lab.drill, Request(settings.url, settings.pages)
        self._missing: dict[str, str] = {}
        self._clients: dict[str, PacedClient] = {}
        if drill.connecting_hz:
            pace = Pace(
                "connecting",
                drill.connecting_hz,
                CONNECTING_LIMIT_S,
                settings.longest,
                session.lab.patient(ANSWER_S),
            )
            self._clients["connecting"] = PacedClient(pace, request, clock, on_sample)
        else:
            self._missing["connecting"] = LEFT_OUT.format("connecting_hz")

    def start(self) -> None:
        """Start the clients."""
        for one in self._clients.values():
            one.start()

    def stop(self) -> None:
        """Stop the clients. Raises LabError when one of them could not record a sample."""
        for one in self._clients.values():
            one.stop()

    def missing(self) -> Mapping[str, str]:
        """Why each client is not there; "" when it is."""
        return {**self._missing, **{name: one.missing for name, one in self._clients.items()}}
