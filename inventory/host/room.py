"""How many labs one machine can run at the same time: a rule about its processors and its free memory."""

from __future__ import annotations

from inventory.errors import ConfigError

LABS_PER_PROCESSOR = 3
"""An estimate, not a measured limit. With too many labs, nodes wait for a processor for longer than their token: they
leave the membership, and the verdicts are UNKNOWN."""
IDLE_LABS_PER_PROCESSOR = 4
"""The same for labs in which nothing happens, as a benchmark measures them."""


def require(wanted: int, processors: int, free_mb: int | None, new: int, needs_mb: int) -> None:
    """Raise ConfigError when there are too few processors for `wanted` labs, or too little memory for `new` ones.

    `free_mb` is the free memory (MiB; None: unknown), `needs_mb` is what the nodes of one lab take.
    """
    most = processors * LABS_PER_PROCESSOR
    if wanted > most:
        raise ConfigError(
            f"--labs {wanted}: this machine has {processors} processors and runs at most {most} labs at once "
            f"({LABS_PER_PROCESSOR} for each processor)",
            hint=f"--labs {most}; or several machines: ./lab test --shard 1/4",
        )
    if free_mb is not None and free_mb < new * needs_mb:
        raise ConfigError(
            f"--labs {wanted}: {free_mb} MB of memory are free, and {new} more labs need {new * needs_mb} MB "
            f"({needs_mb} MB for each)",
            hint=f"--labs {max(1, wanted - new + free_mb // needs_mb)}",
        )
