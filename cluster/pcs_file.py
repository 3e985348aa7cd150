"""Which pcs commands have the same effect on a file (`pcs -f FILE`) as on the cluster.

Source: pcs(8); each tried with `pcs -f` of 0.9.26 to 0.12.
"""

from __future__ import annotations

from cluster.pcs import Argv

_TAKE_FILE: tuple[Argv, ...] = (
    ("pcs", "property", "set"),
    ("pcs", "resource", "create"),
    ("pcs", "stonith", "create"),
    ("pcs", "resource", "defaults"),
    ("pcs", "constraint", "colocation", "add"),
    ("pcs", "constraint", "order"),
    ("pcs", "constraint", "location", "add"),
)


def takes_file(argv: Argv) -> bool:
    """Whether a command only adds to the CIB, so that it does the same with `pcs -f FILE` and a later push.

    Other commands wait for the cluster (`resource delete`), or need one that runs (`resource cleanup`).
    """
    return any(argv[: len(head)] == head for head in _TAKE_FILE)
