"""The registry of providers: the `PROVIDER` of each module of this package, by name.

A new provider is one new file in this package (or in a folder that is added to the package's `__path__`) with a
`PROVIDER` in it, an instance of `inventory.providers.base.Provider`; no other file names it.
"""

from __future__ import annotations

import pkgutil
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from inventory import providers as package
from inventory.errors import ConfigError
from inventory.providers.base import Provider

AUTO = "auto"


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by name, in the order in which `auto` tries them. Raises ConfigError when two have one name."""
    names = [f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)]
    modules = [import_module(name) for name in names if name != __name__]
    made = [one for module in modules if isinstance(one := getattr(module, "PROVIDER", None), Provider)]
    found: dict[str, Provider] = {}
    for one in sorted(made, key=lambda provider: (provider.rank, provider.name)):
        if one.name in found:
            raise ConfigError(f"two providers are called {one.name}", hint="give one of them another name")
        found[one.name] = one
    return MappingProxyType(found)


def names() -> tuple[str, ...]:
    """The names of the providers that make machines, in the order in which `auto` tries them."""
    return tuple(name for name, one in providers().items() if not one.adopted)


def allowed_names() -> tuple[str, ...]:
    """The allowed values of lab.yaml's `provider`."""
    return (AUTO, *providers())


def is_adopted(name: str) -> bool:
    """Whether a provider is that of a cluster that somebody else made."""
    return name in providers() and providers()[name].adopted


def get(name: str) -> Provider:
    """The provider of a name. Raises ConfigError."""
    try:
        return providers()[name]
    except KeyError:
        raise ConfigError(
            f"provider: there is no provider {name!r}", hint=f"one of: {', '.join(names())}"
        ) from None


def here(has: Callable[[str], object] | None = None) -> tuple[Provider, ...]:
    """The providers whose program is on this host, in the order in which `auto` tries them.

    `has` says whether a program exists; default: a search in the PATH.
    """
    found = has or shutil.which
    return tuple(one for one in providers().values() if one.automatic and found(one.program))


def choose(wanted: str, made: str = "", has: Callable[[str], object] | None = None) -> Provider:
    """The provider of a name. Raises ConfigError when there is none of that name.

    "auto" is the provider of the folder's machines (`made`); without machines, the first provider on this host; if
    there is none, the first of all, which `./lab up` can install.
    """
    if wanted != AUTO:
        return get(wanted)
    if made:
        return get(made)
    return next(iter(here(has)), next(iter(providers().values())))
