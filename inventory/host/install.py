"""Prepares this host for the lab: installs missing packages and starts the engine, with a message before each.

It installs only Debian's packages, and only those that the provider needs. On other systems the error names them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping

from inventory.errors import MachineError
from inventory.host import command
from inventory.host.requirements import Requirements, Say
from inventory.waiting import CLOCK, Clock

DEADLINE = 900.0
Source = Callable[[Collection[str]], None]
"""Installs Debian packages from elsewhere than the mirrors. Raises MachineError."""
PACKAGES = {
    "vagrant": "vagrant",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "ip": "iproute2",
}
PYTHON = ("python3", "python3-venv")
"""The packages of Python itself: the script ./lab installs them when they are missing, before this module can run."""
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}


def ensure(provider: Requirements, say: Say, clock: Clock = CLOCK, source: Source | None = None) -> None:
    """Install and start what a provider needs; packages come from the mirrors, or from another source.

    Raises MachineError, whose hint says what to do by hand.
    """
    _install({*missing(PACKAGES), *provider.packages()}, say, source)
    provider.start(say, clock)


def ensure_browser(say: Say, source: Source | None = None) -> None:
    """Install what the report's test in a real browser needs. See `ensure`."""
    _install(missing(BROWSER), say, source)


def ensure_packages(packages: Collection[str], say: Say) -> None:
    """Install some of Debian's packages. Raises MachineError as `ensure` does."""
    _install(packages, say)


def missing(packages: Mapping[str, str]) -> set[str]:
    """The packages whose program is not on this host, neither in this user's PATH nor in root's."""
    return {package for program, package in packages.items() if not _is_here(program)}


def _is_here(program: str) -> bool:
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin"))


def _install(packages: Collection[str], say: Say, source: Source | None = None) -> None:
    if not packages:
        return
    names = sorted(packages)
    by_hand = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise MachineError(
            f"Missing here: {' '.join(names)} (Debian's names).", hint="Install them, then ./lab up again."
        )
    if source:
        source(names)
        return
    say(f"Installing from Debian's packages: {' '.join(names)}")
    command.as_root(["apt-get", "-qq", "update"], by_hand, deadline=DEADLINE)
    options = ["-y", "-qq", "--no-install-recommends"]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *options, *names]
    command.as_root(quiet, by_hand, deadline=DEADLINE)
