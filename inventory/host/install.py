"""Makes this host able to run the lab: installs what is missing, starts the engine. Says each thing first.

Only Debian's packages are installed, and only what the provider needs; elsewhere the error says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from inventory import waiting
from inventory.errors import MachineError

Say = Callable[[str], None]
ENGINE_LOG = Path("/var/log/dockerd.log")
INSTALL_DEADLINE = 900.0
PACKAGES = {
    "vagrant": "vagrant",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "ip": "iproute2",
}
DOCKER_PACKAGES = {"dockerd": "docker.io", "iptables": "iptables", "mmdebstrap": "mmdebstrap"}
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}
PROGRAM = {"docker": "docker", "virtualbox": "VBoxManage", "libvirt": "virsh", "vmware_desktop": "vmrun"}
"""By which program on this host each provider is known, in the order in which `auto` tries them."""


def ensure(provider: str, say: Say) -> None:
    """Install and start what `provider` ("auto" too) needs. Raises MachineError with what is to be done by hand."""
    docker = uses_docker(provider)
    answers = docker and engine_answers()
    _install(missing(docker=docker, engine=answers), say)
    if docker and not answers and not engine_answers():
        _start_engine(say)


def ensure_browser(say: Say) -> None:
    """Install what the report's test in a real browser needs. Raises MachineError as `ensure` does."""
    _install([name for program, name in BROWSER.items() if shutil.which(program) is None], say)


def uses_docker(provider: str) -> bool:
    """Whether containers are what `provider` comes to here: docker, or auto with nothing else there is."""
    if provider != "auto":
        return provider == "docker"
    return next((name for name, program in PROGRAM.items() if shutil.which(program)), "docker") == "docker"


def missing(*, docker: bool, engine: bool) -> list[str]:
    """Debian's packages that are wanted here. An engine that answers needs no other."""
    wanted = dict(PACKAGES)
    if docker:
        wanted |= {
            program: package
            for program, package in DOCKER_PACKAGES.items()
            if not (engine and package != "mmdebstrap")
        }
        if not engine and shutil.which("docker") is None:
            wanted["docker"] = "docker.io"
    return sorted({package for program, package in wanted.items() if _program(program) is None})


def _program(name: str) -> str | None:
    """Find a program, also where only root's PATH has it."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")


def engine_answers() -> bool:
    """Whether a docker engine answers its client."""
    if shutil.which("docker") is None:
        return False
    try:
        argv = ["docker", "version", "--format", "{{.Server.Version}}"]
        return subprocess.run(argv, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install(packages: list[str], say: Say) -> None:
    if not packages:
        return
    names = " ".join(packages)
    by_hand = f"apt-get install -y --no-install-recommends {names}"
    if shutil.which("apt-get") is None:
        raise MachineError(
            f"Missing here: {names} (Debian's names).", hint="Install them, then ./lab up again."
        )
    say(f"Installing from Debian's packages: {names}")
    _as_root(["apt-get", "-qq", "update"], by_hand)
    _as_root(
        ["env", "DEBIAN_FRONTEND=noninteractive", *by_hand.split()[:2], "-qq", *by_hand.split()[2:]], by_hand
    )


def _start_engine(say: Say) -> None:
    if Path("/run/systemd/system").is_dir():
        say("Starting the docker engine: systemctl start docker")
        _as_root(["systemctl", "start", "docker"], "systemctl start docker")
    elif os.geteuid() == 0:
        say(f"Starting the docker engine, as nothing here does: dockerd, log in {ENGINE_LOG}")
        with ENGINE_LOG.open("ab") as log:
            subprocess.Popen(
                ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )
    else:
        raise MachineError(
            "The docker engine does not answer, and only root can start it here.",
            hint="sudo sh -c 'dockerd >/var/log/dockerd.log 2>&1 &', and be in the group docker",
        )
    waiting.until(
        engine_answers,
        bool,
        "The docker engine answers",
        deadline=60,
        hint=f"Look at {ENGINE_LOG}, or ./lab doctor.",
    )


def _as_root(argv: list[str], by_hand: str) -> None:
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise MachineError("Only root can do this, and there is no sudo.", hint=f"As root: {by_hand}")
        argv = ["sudo", *argv]
    try:
        done = subprocess.run(
            argv,
            check=False,
            timeout=INSTALL_DEADLINE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{argv[0]}: {error}", hint=f"As root: {by_hand}") from error
    if done.returncode:
        tail = "\n".join(f"  | {line}" for line in done.stdout.strip().splitlines()[-8:])
        raise MachineError(
            f"`{' '.join(argv[:6])} …` failed (exit {done.returncode}):\n{tail}", hint=f"As root: {by_hand}"
        )
