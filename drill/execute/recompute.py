"""Makes pacemaker compute its actions again, where it does not do so by itself when quorum is lost (1.1.8)."""

from __future__ import annotations

from collections.abc import Callable

from inventory.model import Command
from inventory.remote.script import script
from inventory.remote.ssh import check
from inventory.session import LabSession
from language.marking import marked

PROPERTY = "ha-lab-recompute"
"""A cluster property that has no meaning to pacemaker. It is deleted at once."""


def recompute(session: LabSession, node: str, note: Callable[[str, str, str], None]) -> None:
    """Change the configuration on a node and take the change back, if its pacemaker needs it. Raises CommandFailed."""
    if session.platform.tools.recomputes_without_quorum:
        return
    text = script(__package__, "recompute", property=PROPERTY)
    why = "make pacemaker compute again: this version does not do so when quorum is lost"
    check(session.remote, Command.script(node, text, why=why, purpose="recompute"))
    note(marked("recompute"), f"the property {PROPERTY} was set and deleted", node)
