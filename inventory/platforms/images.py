"""The recipes of container images, of which nodes that are containers are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RegistryImage:
    """A container image made from a base image of a registry. `packages` are installed beside the cluster's.

    `install` is the install command without the packages, `clean` is a command that removes what it left.
    """

    reference: str
    packages: tuple[str, ...]
    install: str
    clean: str


@dataclass(frozen=True)
class BootstrapImage:
    """A container image that mmdebstrap(1) makes from a suite. `packages` are installed beside the cluster's.

    `mirrors` are the archives (URIs); none: those that mmdebstrap knows for the suite, with its updates.
    """

    suite: str
    packages: tuple[str, ...]
    mirrors: tuple[str, ...] = ()
