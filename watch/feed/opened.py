"""A lab that can be observed now, as the command line opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drill.observe import observation
from drill.observe.observation import Observing
from inventory import homes
from inventory.errors import LabError
from inventory.remote.ssh import Ssh
from inventory.session import LabSession
from status.web_page import Fetch
from watch.model.facts import LabFacts

STALE_S = 3.0
"""The age from which a reading or an answer of a full observation is unknown, on a machine of usual speed (seconds).
A node is read at least every drill.watch_ms (0.25 s), and a silent one is noticed after 1.5 s."""


@dataclass(frozen=True)
class OpenLab:
    """The parts of an open lab. `guard` raises RouteRefused when a request would leave the lab's own network.

    `gone` gives the reason when no machine runs; None while at least one does.
    """

    session: LabSession
    ssh: Ssh
    guard: Callable[[], None]
    fetch: Fetch
    gone: Callable[[], LabError | None]

    def facts(self, stale_s: float = STALE_S) -> LabFacts:
        """What does not change while it is watched; `stale_s` is for a machine of usual speed (seconds)."""
        lab = self.session.lab
        system = f"{self.session.provider.name}, {self.session.platform.name}"
        return LabFacts(
            f"{homes.title(lab.number)}: {system}",
            lab.url,
            {node.name: node.alias for node in lab.nodes},
            (*(one.id for one in lab.resources), *lab.services.ids),
            lab.patient(stale_s),
            lab.number,
        )

    def observing(self) -> Observing:
        """Probe and watch. Without the clients that need a router: a drill that runs at the same time has it."""
        return observation.observing(self.session, self.ssh, self.guard, more_clients=False)


Open = Callable[[], OpenLab]
"""Opens the lab anew. Raises LabError, with the reason, when it is not up."""
