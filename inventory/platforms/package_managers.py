"""The package managers: apt with dpkg, and dnf or yum with rpm."""

from __future__ import annotations

from collections.abc import Collection

from inventory.platforms.base import Argv
from inventory.platforms.package_manager import PackageManager
from inventory.remote.script import script

POLICY = "/usr/sbin/policy-rc.d"
"""The program that Debian's packages ask whether their services may start."""


class Apt(PackageManager):
    """apt-get(8) and dpkg-query(1)."""

    refresh = ("sh", "-c", script(__package__, "apt_refresh"))

    def install(self, packages: Collection[str]) -> Argv:
        """Without recommended packages and without questions; no service of them is started."""
        names = " ".join(packages)
        text = script(__package__, "apt_install", packages=names, policy=POLICY)
        return ("sh", "-c", text)

    def query(self, packages: Collection[str]) -> Argv:
        """Ask dpkg for the status of each package."""
        return ("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *packages)

    def verify(self, package: str) -> Argv:
        """Compare the files with dpkg's checksums; the output has the format of rpm -V."""
        return ("dpkg", "--verify", package)

    def reinstall(self, package: str) -> Argv:
        """Fetch and unpack the package again."""
        return ("apt-get", "install", "--reinstall", package)


WITHOUT_WEAK = "--setopt=install_weak_deps=False"
"""dnf.conf(5): do not install what packages only recommend (nfs-utils and rpcbind for resource-agents)."""


class Rpm(PackageManager):
    """rpm(8) with a program that resolves dependencies: dnf(8), yum(8)."""

    def __init__(self, program: str, *options: str) -> None:
        self.program, self.options = program, options

    def install(self, packages: Collection[str]) -> Argv:
        """Updates the package lists itself."""
        return (self.program, "-q", "-y", *self.options, "install", *packages)

    def query(self, packages: Collection[str]) -> Argv:
        """Ask the database of rpm."""
        return ("rpm", "-q", "--qf", "%{NAME} installed\\n", *packages)

    def verify(self, package: str) -> Argv:
        """Compare the files with rpm's checksums."""
        return ("rpm", "--verify", package)

    def reinstall(self, package: str) -> Argv:
        """Fetch and unpack the package again."""
        return (self.program, "reinstall", package)
