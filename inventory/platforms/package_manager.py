"""What the lab needs from a package manager; the commands are argv tuples."""

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
        """Build the argv that prints a line for each changed file of a package; see `altered`."""

    @abstractmethod
    def reinstall(self, package: str) -> tuple[str, ...]:
        """Build the argv that reinstalls a package."""

    def installed(self, answer: str) -> frozenset[str]:
        """Parse the answer of `query`."""
        lines = (line.split() for line in answer.splitlines())
        return frozenset(words[0] for words in lines if words[1:] == ["installed"])

    def altered(self, answer: str) -> tuple[str, ...]:
        """Parse the answer of `verify`: the files that are missing or have new contents.

        The default reads the columns of `rpm -V`, which dpkg prints too: a 5 in column 3 means a changed checksum.
        """
        return tuple(re.findall(r"^(?:missing|..5\S*) +(?:[a-z] )?(/.*)$", answer, re.MULTILINE))
