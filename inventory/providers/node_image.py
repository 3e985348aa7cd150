"""The node image of the docker provider: made once for each recipe; the hash of the recipe is its tag.

There are two kinds of recipes: a base image of a registry with `docker build`, or a suite's packages with mmdebstrap.
The image gets its tag only when it is complete, so an incomplete image is never used.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import MachineError
from inventory.host import command
from inventory.platforms.base import Platform
from inventory.platforms.images import BootstrapImage, RegistryImage
from inventory.platforms.registry import PLATFORMS
from inventory.providers import image_registry

HERE = Path(__file__).parent / "image"
PROVIDER_NAME = "docker"
"""The provider whose nodes are made from these images."""
REPOSITORY = "ha-lab-node"
BUILD_DEADLINE = 1800.0
INIT = ("STOPSIGNAL SIGRTMIN+3", 'CMD ["/usr/local/sbin/node-init"]')


@dataclass(frozen=True)
class Recipe:
    """Everything that determines the content of the image; its hash is the image's tag."""

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
    if isinstance(platform.image, RegistryImage):
        made = [dockerfile(platform, platform.image), platform.repository]
    else:
        made = [*mmdebstrap(platform, bootstrapped(platform), Path("folder")), *INIT]
    return Recipe(platform.name, (*made, *texts))


def bootstrapped(platform: Platform) -> BootstrapImage:
    """The image of a platform that is made from packages. Raises MachineError when the platform has none."""
    if isinstance(platform.image, BootstrapImage):
        return platform.image
    with_image = [one.name for one in PLATFORMS.values() if one.image]
    raise MachineError(
        f"There is no container image for platform {platform.name}: it needs a virtual machine.",
        hint=f"Use --platform {' or '.join(with_image)} with docker, or --provider virtualbox.",
    )


def dockerfile(platform: Platform, image: RegistryImage) -> str:
    """The Dockerfile for a platform with a base image in a registry."""
    packages = " ".join((*image.packages, *platform.packages))
    return "\n".join(
        [
            f"FROM {image.reference}",
            "COPY repository.sh customize.sh /tmp/",
            f"RUN sh /tmp/repository.sh && {image.install} {packages} && {image.clean}",
            *([f"RUN {platform.tidy}"] if platform.tidy else []),
            "RUN sh /tmp/customize.sh && rm -f /tmp/repository.sh /tmp/customize.sh",
            "COPY node-init /usr/local/sbin/node-init",  # Debian's docker has no BuildKit, so no COPY --chmod
            "RUN chmod 0755 /usr/local/sbin/node-init",
            *INIT,
            "",
        ]
    )


def mmdebstrap(platform: Platform, image: BootstrapImage, folder: Path) -> list[str]:
    """The command that makes root.tar in a folder with the image's scripts, from a suite's packages."""
    return [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        f"--include={','.join(dict.fromkeys((*image.packages, *platform.packages)))}",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        *([f'--customize-hook=chroot "$1" sh -c "{platform.tidy}"'] if platform.tidy else []),
        f"--customize-hook=copy-in {folder}/customize.sh /tmp",
        '--customize-hook=chroot "$1" sh /tmp/customize.sh',
        '--customize-hook=rm "$1/tmp/customize.sh"',
        f"--customize-hook=upload {folder}/node-init /usr/local/sbin/node-init",
        '--customize-hook=chmod 0755 "$1/usr/local/sbin/node-init"',
        image.suite,
        f"{folder}/root.tar",
        *image.mirrors,
    ]


def present(tag: str) -> bool:
    """Whether the engine has the image."""
    return command.run(["docker", "image", "inspect", tag], deadline=60).good


def save(tag: str, path: Path) -> None:
    """Write an image into a file (.tar.gz). Raises MachineError, OSError."""
    plain = path.with_suffix("")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _docker("save", "-o", str(plain), tag)
        with plain.open("rb") as source, gzip.open(path, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)
    finally:
        plain.unlink(missing_ok=True)


def load(tag: str, path: Path) -> None:
    """Load an image from a file of `save` into the engine, unless the engine has it. Raises MachineError."""
    if present(tag):
        return
    _docker("load", "-q", "-i", str(path))
    if not present(tag):
        raise MachineError(f"{path} has no image {tag}.", hint="Pack the kit again: ./lab kit")


def any_present() -> str:
    """The tag of a node image that the engine has, of any platform; "" without an image or an engine."""
    if not shutil.which("docker"):
        return ""
    tags = (recipe(one).tag for one in PLATFORMS.values() if one.image)
    return next(filter(present, tags), "")


def output(tag: str, text: str, stdin: str, deadline: float) -> str:
    """The output of a shell text in a container of the image, which has no network. Raises MachineError."""
    start = ["docker", "run", "--rm", "--interactive", "--network", "none", "--entrypoint", "/bin/sh"]
    return command.check([*start, tag, "-c", text], deadline=deadline, stdin=stdin)


def build(platform: Platform, say: Callable[[str], None]) -> str:
    """Make the platform's image if the engine does not have it, and return its tag. Raises MachineError."""
    wanted = recipe(platform).tag
    if present(wanted):
        return wanted
    with tempfile.TemporaryDirectory(prefix="ha-lab-image-") as name:
        folder = Path(name)
        for source in ("node-init", "customize.sh"):
            shutil.copy(HERE / source, folder / source)
        if isinstance(platform.image, RegistryImage):
            say(f"Building {wanted} from {platform.image.reference} (some minutes, once)")
            (folder / "repository.sh").write_text(f"{platform.repository or 'true'}\n")
            (folder / "Dockerfile").write_text(dockerfile(platform, platform.image))
            _from_base_image(platform.name, platform.image.reference, wanted, folder)
        else:
            say(f"Building {wanted} from the packages of {platform.title} (1 to 2 minutes, once)")
            _from_packages(platform, wanted, folder)
    return wanted


def _from_base_image(platform: str, reference: str, tag: str, folder: Path) -> None:
    """Run `docker build`. A failed build leaves no container; the steps that were done are kept for the next try."""
    built = command.run(
        ["docker", "build", "-q", "--force-rm", "-t", tag, str(folder)],
        deadline=BUILD_DEADLINE,
        own_session=False,
    )
    if built.good:
        return
    state = "answers" if image_registry.answers(reference) else "does not answer from here"
    raise MachineError(
        f"docker build of the node image of {platform} failed (exit {built.status}):\n{built.last(12)}",
        hint=f"The registry {image_registry.host_of(reference)} {state}. `./lab image --platform {platform}` tries"
        f" again; `images` in lab.yaml names the base image of a mirror; {_from_packages_only()} needs no registry.",
    )


def _with_base_image() -> tuple[str, ...]:
    return tuple(one.name for one in PLATFORMS.values() if isinstance(one.image, RegistryImage))


def _from_packages_only() -> str:
    """The option for the first system that needs no registry."""
    return next(
        f"--platform {one.name}" for one in PLATFORMS.values() if isinstance(one.image, BootstrapImage)
    )


def _from_packages(platform: Platform, tag: str, folder: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise MachineError(
            f"mmdebstrap is missing, which makes the node image of {platform.name}.",
            hint="Install it (Debian: apt-get install mmdebstrap), or take a system that is made from a base image:"
            f" --platform {' or '.join(_with_base_image())}.",
        )
    _run(
        mmdebstrap(platform, bootstrapped(platform), folder),
        f"mmdebstrap could not make the system of {platform.title}",
        "See its last lines above; check that the mirrors are reachable. Then run ./lab image again.",
    )
    bare = f"{REPOSITORY}:bare-{os.getpid()}"
    _docker("import", str(folder / "root.tar"), bare)
    try:
        (folder / "root.tar").unlink()
        (folder / "Dockerfile").write_text("\n".join([f"FROM {bare}", *INIT, ""]))
        _docker("build", "-q", "-t", tag, str(folder))
    finally:
        command.run(["docker", "rmi", "--no-prune", bare], deadline=60)


def _docker(*argv: str) -> None:
    _run(["docker", *argv], f"docker {argv[0]} failed", "./lab doctor checks the engine.")


def _run(argv: list[str], what: str, hint: str) -> None:
    """Run a program that takes long. It gets Ctrl-C too, so that it can remove what it made."""
    command.check(argv, what=what, hint=hint, deadline=BUILD_DEADLINE, own_session=False)
