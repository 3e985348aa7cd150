"""Which commands work on an adopted cluster. Every other command makes, changes or removes the lab's own machines."""

from __future__ import annotations

from cli.context import Context
from inventory.errors import ConfigError

ALLOWED = frozenset(
    {
        "adopt", "audit", "check", "collect", "compare", "drill", "heal", "inventory", "labs", "measure", "merge",
        "recheck", "report", "ssh", "status", "watch",
    }
)  # fmt: skip


def refuse(context: Context) -> None:
    """Raise ConfigError when the command would work on machines that are not the lab's own."""
    if context.command in ALLOWED | {""}:
        return
    try:
        adopted = Context(
            context.root, context.number
        ).lab.adopted  # this command's options may change its own
    except ConfigError:
        return  # the command reports it, or needs no lab.yaml
    if adopted:
        raise ConfigError(
            f"./lab {context.command} works on machines that the lab made, and this lab.yaml describes an adopted "
            "cluster. Nothing was done.",
            hint=f"These work on an adopted cluster: {', '.join(sorted(ALLOWED - {'adopt'}))}.",
        )
