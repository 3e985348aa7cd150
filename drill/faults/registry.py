"""Every fault of the lab by name, and every remedy. Nothing here runs anything (see `drill.execute.injector`).

A fault is found by itself: each module of this package may have a tuple FAULTS. A remedy that a fault names is
found with it, so that `./lab heal` knows what a new fault can leave behind.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import drill.faults
from drill.faults import remedies
from drill.faults.base import Fault, RemedyFactory
from inventory.errors import ConfigError


def _faults() -> Iterator[Fault]:
    for module in pkgutil.iter_modules(drill.faults.__path__, f"{drill.faults.__name__}."):
        if module.name != __name__:
            yield from getattr(importlib.import_module(module.name), "FAULTS", ())


def _unlisted(known: tuple[RemedyFactory, ...], *, need_cluster: bool) -> tuple[RemedyFactory, ...]:
    """The remedies of faults, on one side of `remedies.cluster`, that are not known yet."""
    found: dict[RemedyFactory, None] = {}
    for fault in FAULTS.values():
        at = fault.remedies.index(remedies.cluster)
        found |= dict.fromkeys(fault.remedies[at + 1 :] if need_cluster else fault.remedies[:at])
    return tuple(one for one in found if one not in known)


FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _faults()})

NODE_REMEDIES = (
    *remedies.NODE[:-1],
    *_unlisted(remedies.NODE, need_cluster=False),
    *remedies.NODE[-1:],
)
"""All that can be wrong on one node, in the order to put it right; the last one starts the cluster."""
CLUSTER_REMEDIES = (
    *remedies.CLUSTER_WIDE[:-1],
    *_unlisted(remedies.CLUSTER_WIDE, need_cluster=True),
    *remedies.CLUSTER_WIDE[-1:],
)
"""All that can be wrong in the cluster's configuration and memory, in order; the last one forgets failures."""


def get(name: str) -> Fault:
    """The fault of that name; ConfigError names those there are."""
    try:
        return FAULTS[name]
    except KeyError:
        raise ConfigError(f"there is no fault {name!r}", hint=f"one of: {', '.join(FAULTS)}") from None
