"""Waits between two measurements until the lab is healthy; heals it when it does not become healthy by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drill.execute import lab_health
from drill.execute.recovery import Recovery
from inventory import waiting
from inventory.errors import LabError
from inventory.session import LabSession
from status import health
from status.web_page import Fetch

DEADLINE_S = 60.0
"""The longest wait until the lab is healthy by itself (seconds)."""


@dataclass(frozen=True)
class Steady:
    """`fetch` requests the page from the floating address; `say` gets a line for each repair."""

    fetch: Fetch | None = None
    say: Callable[[str], None] = lambda line: None

    def heal_first(self, session: LabSession) -> None:
        """Undo what an interrupted drill or benchmark left, before anything is measured. Raises LabError."""
        if session.journal.pending():
            Recovery(session, self.say, self.fetch).heal()

    def wait(self, session: LabSession) -> None:
        """Wait until two readings in a row show a healthy lab, or heal it. Raises LabError when the heal fails."""
        try:
            for _ in range(2):  # the first reading may come before the effect of what was done
                waiting.until(
                    lambda: health.troubles(
                        session.lab, lab_health.look(session, self.fetch), lab_health.expectation()
                    ),
                    lambda found: not found,
                    "the lab is healthy",
                    deadline=DEADLINE_S,
                    clock=session.clock,
                )
        except LabError as error:
            self.say(f"the lab needs healing: {error.message}")
            Recovery(session, self.say, self.fetch).heal()
