"""What the lab needs of a package manager; the commands are argument vectors."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection


class PackageManager(ABC):
    """The commands of a package manager."""

    refresh: tuple[str, ...] = ()
    """Updates the package lists; empty where `install` does this itself."""

    @abstractmethod
    def install(self, packages: Collection[str]) -> tuple[str, ...]:
        """Build the argv that installs packages without questions."""

    @abstractmethod
    def query(self, packages: Collection[str]) -> tuple[str, ...]:
        """Build the argv that prints `NAME installed` for each package that is installed."""

    @abstractmethod
    def verify(self, package: str) -> tuple[str, ...]:
        """Build the argv that prints a line for each file of a package that was changed; see `altered`."""

    @abstractmethod
    def reinstall(self, package: str) -> tuple[str, ...]:
        """Build the argv that installs a package once more."""

    def installed(self, answer: str) -> frozenset[str]:
        """Parse the answer of `query`."""
        lines = (line.split() for line in answer.splitlines())
        return frozenset(words[0] for words in lines if words[1:] == ["installed"])

    def altered(self, answer: str) -> tuple[str, ...]:
        """Parse the answer of `verify`: the files that are missing or have other contents.

        The default reads the columns of rpm(8), V, which dpkg(1) prints too: a 5 in the third place means another sum.
        """
        return tuple(re.findall(r"^(?:missing|..5\S*) +(?:[a-z] )?(/.*)$", answer, re.MULTILINE))
