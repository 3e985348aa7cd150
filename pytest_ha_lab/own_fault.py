"""A fault of a test's own: three shell texts, with the journal, the timer and the proofs that every fault has."""

from __future__ import annotations

import re

from drill.faults import registry, remedies
from drill.faults.base import Fault, FaultScope, Proof, Remedy, remedy_of
from inventory.errors import ConfigError
from inventory.model import NodeAction

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def fault(name: str, *, breaks: str, broken: str, repairs: str, title: str = "") -> str:
    """Define a fault for Inject; gives its name. The three texts are for `sh`, and root runs them on the node.

    `breaks` breaks something. `broken` has the exit status 0 while it is broken. `repairs` is run only then; it may run
    at any time. The drill runs it after the fault, and so does a timer on the node when the drill cannot, and
    `./lab heal` when the test was killed. Raises ConfigError for a name that another fault has, and for an empty text.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"fault {name!r}", hint="small letters, digits and single hyphens, such as kill-the-shop"
        )
    if empty := [
        key
        for key, text in (("breaks", breaks), ("broken", broken), ("repairs", repairs))
        if not text.strip()
    ]:
        raise ConfigError(f"fault {name!r}: {empty[0]} is empty", hint="Each of the three texts is needed.")

    def remedy(scope: FaultScope) -> Remedy:
        return remedy_of(f"repaired {name}", broken, repairs)

    def inject(scope: FaultScope) -> tuple[NodeAction, ...]:
        return (NodeAction(scope.target.name, breaks, why=f"inject {name}", purpose="inject-fault"),)

    def in_effect(scope: FaultScope) -> tuple[Proof, ...]:
        proof = f"if (\n{broken}\n) >/dev/null 2>&1; then echo yes; else echo '{name}: not broken'; fi"
        return (Proof(scope.target.name, proof, what=f"{name} is in effect"),)

    registry.add(
        Fault(
            name,
            title or f"A fault of a test: {name}",
            "crash",
            inject=inject,
            in_effect=in_effect,
            remedies=(remedy, remedies.cluster),
        )
    )
    return name
