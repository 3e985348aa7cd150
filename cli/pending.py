"""A warning about an interrupted drill, before each command that works on the lab."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from cli.context import Context
from inventory import journal
from inventory.homes import STATE
from status import health

REPORT_THEMSELVES = frozenset({"status", "check", "break", "heal", "drill"})
"""Commands that report an interrupted drill themselves, or that heal it first."""
WITHOUT_LAB = frozenset(
    {
        "adopt",
        "attempts",
        "exam-key",
        "audit",
        "report",
        "recheck",
        "compare",
        "exercises",
        "image",
        "kit",
        "down",
        "prepare",
        "released",
        "class",
        "collect",
        "labs",
        "merge",
    }
)
"""Commands that do not work on the nodes, or that remove them."""


def warn(context: Context, command: str, errors: Console) -> None:
    """Print one line when a drill was interrupted: only `./lab heal` repairs what it left."""
    if command in REPORT_THEMSELVES | WITHOUT_LAB or journal.running_drill(context.home / STATE):
        return
    if left := health.interrupted(journal.pending(context.home)):
        errors.print(f"trouble: {escape(left)}")
