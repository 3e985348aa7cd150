"""Every fault of the lab by name, and every remedy. Data only: `drill.execute.injector` runs them.

Faults are found automatically: each module of this package may have a tuple FAULTS. The remedies of a fault are found
with it, so that `./lab heal` can repair what a new fault leaves behind.
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
    """The remedies of faults that are not in `known`: those after `remedies.cluster`, or those before it."""
    found: dict[RemedyFactory, None] = {}
    for fault in FAULTS.values():
        if fault.of_witness:
            continue
        index = fault.remedies.index(remedies.cluster)
        found |= dict.fromkeys(fault.remedies[index + 1 :] if need_cluster else fault.remedies[:index])
    return tuple(remedy for remedy in found if remedy not in known)


_known = {fault.name: fault for fault in _faults()}
FAULTS: Mapping[str, Fault] = MappingProxyType(_known)
LOSING = frozenset(name for name, fault in FAULTS.items() if fault.loses_node)
"""The faults after which the nodes have lost each other."""

NODE_REMEDIES = (
    *remedies.NODE[:-1],
    *_unlisted(remedies.NODE, need_cluster=False),
    *remedies.NODE[-1:],
)
"""The remedies for one node, in the order of repair; the last one starts the cluster."""
WITNESS_REMEDIES = tuple(
    dict.fromkeys(one for fault in FAULTS.values() if fault.of_witness for one in fault.remedies)
)
"""The remedies for the witness."""
CLUSTER_REMEDIES = (
    *remedies.CLUSTER_WIDE[:-1],
    *_unlisted(remedies.CLUSTER_WIDE, need_cluster=True),
    *remedies.CLUSTER_WIDE[-1:],
)
"""The remedies for the cluster's configuration and state, in the order of repair; the last one cleans up failures."""


_OWN = frozenset(_known)


def add(fault: Fault) -> None:
    """Add a fault of a test, or define it again. Raises ConfigError for the name of a fault of the lab."""
    if fault.name in _OWN:
        raise ConfigError(f"the lab has a fault {fault.name!r} already", hint="choose another name")
    _known[fault.name] = fault


def get(name: str) -> Fault:
    """The fault of that name. Raises ConfigError, which lists all faults."""
    try:
        return FAULTS[name]
    except KeyError:
        raise ConfigError(f"there is no fault {name!r}", hint=f"one of: {', '.join(FAULTS)}") from None
