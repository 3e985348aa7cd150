"""The registry of platforms: every `Platform` that is defined in a module of this package, by name.

A new system is one new file in this package (or in a folder that is added to the package's `__path__`); no other file
names it. Sources of the data: the distributions' packages, `pcs --version` on each, Vagrant's boxes.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from inventory import platforms as package
from inventory.errors import ConfigError
from inventory.platforms.base import NodeKind, Platform

AUTO = "auto"
_platforms: dict[str, Platform] = {}
PLATFORMS: Mapping[str, Platform] = MappingProxyType(_platforms)
"""All platforms by name, in the order for people."""


def collect() -> None:
    """Fill PLATFORMS from the modules of the package. Raises ConfigError when two platforms have one name."""
    modules = [
        import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
        if f"{package.__name__}.{found.name}" != __name__
    ]
    defined = {
        id(one): one for module in modules for one in vars(module).values() if isinstance(one, Platform)
    }
    named: dict[str, Platform] = {}
    for one in sorted(defined.values(), key=lambda platform: (platform.rank, platform.name)):
        if one.name in named:
            raise ConfigError(f"two platforms are called {one.name}", hint="give one of them another name")
        named[one.name] = one
    _platforms.clear()
    _platforms.update(named)


def get(name: str) -> Platform:
    """Give the platform of a name. Raises ConfigError, whose hint lists all platforms."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise ConfigError(
            f"platform: there is no platform {name!r}", hint=f"one of: {', '.join(PLATFORMS)}"
        ) from None


def automatic(kind: NodeKind) -> tuple[Platform, ...]:
    """Give the systems that `platform: auto` may choose, the preferred one first, in the order of their ranks.

    The others take its place where its image cannot be made.
    """
    return tuple(one for one in PLATFORMS.values() if kind in one.default_for)


def preferred(name: str, kind: NodeKind) -> Platform:
    """Give the platform of a name; for "auto" the preferred one for a kind of nodes."""
    return automatic(kind)[0] if name == AUTO else get(name)


def allowed_names() -> tuple[str, ...]:
    """Give the allowed values of lab.yaml's `platform`."""
    return (AUTO, *PLATFORMS)


collect()
