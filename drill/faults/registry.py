"""Every fault of the lab, by name. Nothing here runs anything (see `drill.execute.injector`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from drill.faults import network, power, process, service
from drill.faults.base import Fault
from inventory.errors import ConfigError

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        fault.name: fault
        for part in (service.FAULTS, process.FAULTS, power.FAULTS, network.FAULTS)
        for fault in part
    }
)


def get(name: str) -> Fault:
    """The fault of that name; ConfigError names those there are."""
    try:
        return FAULTS[name]
    except KeyError:
        raise ConfigError(f"there is no fault {name!r}", hint=f"one of: {', '.join(FAULTS)}") from None
