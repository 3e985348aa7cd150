"""The clients beside the probe: one that is just connecting, and one behind a router.

The client behind a router lives in a network namespace of its own. Only its thread enters it (setns(2)), so there is no
process that a killed drill could leave behind. Its requests go through the router, which has an ARP table
of its own: after a takeover they reach the new owner only when the router has learned the new hardware address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drill.observe.http_answer import Request
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.observe.paced_client import Pace, PacedClient
from drill.record.timeline import ClientName, Sample
from inventory.errors import LabError
from inventory.host import router
from inventory.session import LabSession

CONNECTING_LIMIT_S = 30.0
"""How long a client tries to connect (seconds)."""
ANSWER_S = 0.5
"""The time that the last requests get for their answers, on a machine of usual speed (seconds)."""


class MoreClients(Observer):
    """Runs these clients from start() to stop(), and makes and removes the router.

    A client that is not possible in this lab is left out; that is no error. `wanted` false: all are left out.
    """

    def __init__(
        self,
        session: LabSession,
        settings: ProbeSettings,
        clock: Callable[[], float],
        on_sample: Callable[[Sample], None],
        *,
        wanted: bool = True,
    ) -> None:
        self._machines, self._last = session.machines, session.lab.patient(ANSWER_S)
        self._settings, self._clock, self._on_sample = settings, clock, on_sample
        drill = session.lab.drill
        self._rates = {"connecting": drill.connecting_hz, "routed": drill.routed_hz} if wanted else {}
        kind = session.lab.drill.probe.kind
        self._missing = {
            name: f"lab.yaml says drill.{name}_hz: 0" for name, hz in self._rates.items() if not hz
        }
        if kind != "http":
            why = f"lab.yaml says drill.probe: {kind}; this client asks for pages"
            self._missing, self._rates = dict.fromkeys(self._rates, why), {}
        self._clients: dict[str, PacedClient] = {}
        self._routed = False

    def start(self) -> None:
        """Make the router and start the clients."""
        if self._rates.get("connecting"):
            self._clients["connecting"] = self._client("connecting", CONNECTING_LIMIT_S)
        if self._rates.get("routed"):
            try:
                own = self._machines.router()
                own.make()
            except LabError as error:
                self._missing["routed"] = " ".join(error.message.split())
            else:
                self._routed = True
                limit = self._settings.timeout
                self._clients["routed"] = self._client("routed", limit, lambda: router.enter(own.client))
        for one in self._clients.values():
            one.start()

    def stop(self) -> None:
        """Stop the clients and remove the router. Raises LabError when one could not record a sample."""
        errors = []
        for one in self._clients.values():
            try:
                one.stop()
            except LabError as error:
                errors.append(error)
        if self._routed:
            try:
                self._machines.remove_router()
            except LabError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def missing(self) -> Mapping[str, str]:
        """Why each client does not run; "" when it runs."""
        return {**self._missing, **{name: one.missing for name, one in self._clients.items()}}

    def _client(
        self, name: ClientName, limit: float, enter: Callable[[], None] = lambda: None
    ) -> PacedClient:
        pace = Pace(name, self._rates[name], limit, self._settings.longest, self._last)
        request = Request(self._settings.url, self._settings.pages)
        return PacedClient(pace, request, self._clock, self._on_sample, enter=enter)
