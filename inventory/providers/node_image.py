"""The node image of the docker provider: made once per recipe, found again by the recipe's hash.

Two recipes: a registry's base image and `docker build` (CentOS), or Debian's packages and mmdebstrap.
The image gets its tag only when it is complete, so a half-built one is never used.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from inventory.errors import MachineError
from inventory.platforms.registry import PLATFORMS, Platform

HERE = Path(__file__).parent / "image"
REPOSITORY = "ha-lab-node"
BUILD_DEADLINE = 1800.0
# What a container needs beyond the cluster's packages to be a machine.
DEBIAN_BASE = (
    "systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "python3-minimal", "iputils-ping", "curl",
    "ca-certificates",
)  # fmt: skip
CENTOS_BASE = (
    "systemd",
    "dbus",
    "openssh-server",
    "openssh-clients",
    "sudo",
    "iputils",
    "curl",
    "util-linux",
)
INIT = ("STOPSIGNAL SIGRTMIN+3", 'CMD ["/usr/local/sbin/node-init"]')


@dataclass(frozen=True)
class Recipe:
    """All that decides what is in the image; its hash is the image's tag."""

    platform: str
    lines: tuple[str, ...]

    @property
    def tag(self) -> str:
        """`ha-lab-node:<platform>-<hash>`."""
        digest = hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:12]
        return f"{REPOSITORY}:{self.platform}-{digest}"


def recipe(platform: Platform) -> Recipe:
    """The recipe of a platform's image."""
    texts = [(HERE / name).read_text() for name in ("node-init", "customize.sh")]
    if platform.image is None:
        made = [*mmdebstrap(platform, Path("folder")), *INIT]
    else:
        made = [dockerfile(platform), platform.repository]
    return Recipe(platform.name, (*made, *texts))


def dockerfile(platform: Platform) -> str:
    """The Dockerfile for a platform with a base image in a registry."""
    packages = " ".join((*CENTOS_BASE, *platform.packages))
    return "\n".join(
        [
            f"FROM {platform.image}",
            "COPY repository.sh customize.sh /tmp/",
            f"RUN sh /tmp/repository.sh && dnf -q -y install --allowerasing {packages} && dnf clean all",
            "RUN sh /tmp/customize.sh && rm -f /tmp/repository.sh /tmp/customize.sh",
            "COPY --chmod=0755 node-init /usr/local/sbin/node-init",
            *INIT,
            "",
        ]
    )


def mmdebstrap(platform: Platform, folder: Path) -> list[str]:
    """The command that makes root.tar in a folder with the image's scripts, from Debian's packages."""
    return [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        f"--include={','.join(dict.fromkeys((*DEBIAN_BASE, *platform.packages)))}",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        f"--customize-hook=copy-in {folder}/customize.sh /tmp",
        '--customize-hook=chroot "$1" sh /tmp/customize.sh',
        '--customize-hook=rm "$1/tmp/customize.sh"',
        f"--customize-hook=upload {folder}/node-init /usr/local/sbin/node-init",
        '--customize-hook=chmod 0755 "$1/usr/local/sbin/node-init"',
        "bookworm",
        f"{folder}/root.tar",
    ]


def registry_answers(image: str, *, deadline: float = 4.0) -> bool:
    """Whether the registry that holds `image` answers at all within `deadline` seconds."""
    host = image.split("/", 1)[0]
    try:
        return requests.get(f"https://{host}/v2/", timeout=deadline).status_code in (200, 401)
    except requests.RequestException:
        return False


def choose(
    wanted: str, *, have: Callable[[str], bool], answers: Callable[[str], bool] = registry_answers
) -> tuple[Platform, str]:
    """The platform for containers and, in one line, why. `have(tag)` tells whether an image is here."""
    if wanted != "auto":
        platform = PLATFORMS[wanted]
        if platform.image is None and platform.family != "debian":
            raise MachineError(
                f"There is no container image for platform {wanted}: it needs a virtual machine.",
                hint="Use --platform debian12 or centos9 with docker, or --provider virtualbox.",
            )
        return platform, f"platform {wanted}, as asked for"
    centos, debian = PLATFORMS["centos9"], PLATFORMS["debian12"]
    for platform in (centos, debian):
        if have(recipe(platform).tag):
            return platform, f"platform {platform.name}: its image is already here"
    if centos.image and answers(centos.image):
        return centos, "platform centos9: a container registry answers"
    return debian, "platform debian12: no container registry answers, Debian's packages do"


def present(tag: str) -> bool:
    """Whether the engine has the image."""
    return _docker("image", "inspect", tag, check=False).returncode == 0


def build(platform: Platform, say: Callable[[str], None]) -> str:
    """Make the platform's image if it is not here, and return its tag. Raises MachineError."""
    wanted = recipe(platform).tag
    if present(wanted):
        return wanted
    with tempfile.TemporaryDirectory(prefix="ha-lab-image-") as name:
        folder = Path(name)
        for source in ("node-init", "customize.sh"):
            shutil.copy(HERE / source, folder / source)
        if platform.image is None:
            say(f"Building {wanted} from Debian's packages (1 to 2 minutes, once)")
            _from_packages(platform, wanted, folder)
        else:
            say(f"Building {wanted} from {platform.image} (some minutes, once)")
            (folder / "repository.sh").write_text(platform.repository or "true\n")
            (folder / "Dockerfile").write_text(dockerfile(platform))
            _docker("build", "-q", "-t", wanted, name)
    return wanted


def _from_packages(platform: Platform, tag: str, folder: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise MachineError(
            "mmdebstrap is missing: the Debian node image is made with it.",
            hint="apt-get install mmdebstrap, or let ./lab up do it as root.",
        )
    _run(
        mmdebstrap(platform, folder),
        "mmdebstrap could not make the Debian system",
        "Look at its last lines above; are Debian's mirrors reachable? Then run ./lab image again.",
    )
    bare = f"{REPOSITORY}:bare-{os.getpid()}"
    _docker("import", str(folder / "root.tar"), bare)
    try:
        (folder / "root.tar").unlink()
        (folder / "Dockerfile").write_text("\n".join([f"FROM {bare}", *INIT, ""]))
        _docker("build", "-q", "-t", tag, str(folder))
    finally:
        _docker("rmi", "--no-prune", bare, check=False)


def _docker(*argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    if not check:
        return subprocess.run(["docker", *argv], capture_output=True, text=True, check=False, timeout=60)
    return _run(["docker", *argv], f"docker {argv[0]} failed", "./lab doctor looks at the engine.")


def _run(argv: list[str], what: str, hint: str) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=BUILD_DEADLINE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{what}: {error}", hint=hint) from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise MachineError(f"{what} (exit {done.returncode}):\n{tail}", hint=hint)
    return done
