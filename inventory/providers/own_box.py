"""A Vagrant box that is made here from a suite's packages: once for each recipe, whose hash is in its name.

mmdebstrap(1) makes the system, mke2fs(8) its disk, qemu-img(1) the disk's format. A box gets its name only when it is
complete, so an incomplete box is never used. The machines boot as any other: GRUB in the first sector of the disk.
"""

from __future__ import annotations

import hashlib
import os
import platform as host
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory import files
from inventory.errors import MachineError
from inventory.host import command
from inventory.platforms.base import Platform
from inventory.platforms.boxes import BootstrapBox, Box
from inventory.platforms.registry import PLATFORMS
from inventory.providers import vagrant_program
from inventory.providers.box_formats import FIRST_SECTOR, SECTOR, BoxFormat, first_sector
from language.marking import marked

HERE = Path(__file__).parent / "box"
SCRIPTS = ("customize.sh", "make_disk.sh")
MACHINE = "x86_64"
DISK_MB = 3 * 1024
DEADLINE = 3600.0
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "qemu-img": "qemu-utils",
    "tar": "tar",
    "gzip": "gzip",
}
"""The packages that make a box, by program; `programs` has them for this user."""


@dataclass(frozen=True)
class OwnBox:
    """A box of a platform that the lab makes for a provider: its name for Vagrant, and its file."""

    name: str
    path: Path

    @property
    def box(self) -> Box:
        """The box as Vagrant finds it."""
        return Box(self.name, self.path.as_uri())

    @property
    def made(self) -> bool:
        """It is there; then it is complete."""
        return self.path.is_file()


def target(platform: Platform, form: BoxFormat) -> OwnBox:
    """The box of a platform, made or not. Raises MachineError when the platform has no recipe for a box."""
    source = bootstrapped(platform)
    texts = [(HERE / name).read_text() for name in SCRIPTS]
    sizes = form.files(DISK_MB * 2**20, 0).values()
    lines = (*mmdebstrap(source, Path("folder")), str(DISK_MB), *form.convert, *sizes, *texts)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    name = f"{platform.name}-{digest}"
    return OwnBox(f"ha-lab/{name}", folder() / f"{name}-{form.provider}.box")


def folder() -> Path:
    """Where the boxes are kept: below the user's cache (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ha-lab" / "boxes"


def bootstrapped(platform: Platform) -> BootstrapBox:
    """The recipe of a platform. Raises MachineError when it has none."""
    if platform.own_box is not None:
        return platform.own_box
    having = ", ".join(one.name for one in PLATFORMS.values() if one.own_box)
    raise MachineError(
        f"There is no recipe for a box of {platform.name}; there is one for {having}.",
        hint="lab.yaml takes any other box: `box` is its name, `box_url` its address.",
    )


def make(platform: Platform, forms: Sequence[BoxFormat], say: Callable[[str], None]) -> list[OwnBox]:
    """Make the boxes that do not exist yet; the system is made once for all of them. Raises MachineError."""
    wanted = [(form, target(platform, form)) for form in forms]
    with files.lock(folder() / "lock"):
        missing = [(form, one) for form, one in wanted if not one.made]
        if missing:
            _require_programs()
            with tempfile.TemporaryDirectory(prefix=".new-", dir=folder()) as name:
                _make(platform, missing, Path(name), say)
    return [one for _, one in wanted]


def mmdebstrap(source: BootstrapBox, work: Path) -> list[str]:
    """The command that makes root.tar in a folder with the scripts and the key, from a suite's packages."""
    return [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        f"--include={','.join(source.packages)}",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        f"--customize-hook=copy-in {work}/customize.sh {work}/vagrant.pub /tmp",
        f'--customize-hook=chroot "$1" sh /tmp/customize.sh {" ".join(source.drivers)}',
        '--customize-hook=rm "$1/tmp/customize.sh"',
        source.suite,
        f"{work}/root.tar",
    ]


def _make(
    platform: Platform, missing: Sequence[tuple[BoxFormat, OwnBox]], work: Path, say: Callable[[str], None]
) -> None:
    for name in SCRIPTS:
        shutil.copy(HERE / name, work / name)
    (work / "vagrant.pub").write_text(vagrant_program.insecure_key() + "\n")
    say(f"Making the system of {platform.title} from its packages (1 to 3 minutes, once)")
    _run(
        mmdebstrap(bootstrapped(platform), work),
        f"mmdebstrap could not make the system of {platform.title}",
        "Check that Debian's mirrors are reachable, then run the command again.",
    )
    say(f"Making its disk of {DISK_MB} MB")
    _run(
        [*_as_owner(), "sh", str(work / "make_disk.sh"), str(work), str(DISK_MB)],
        "The disk could not be made",
    )
    (work / "root.tar").unlink()
    _boot_loader(work)
    for form, one in missing:
        say(f"Packing the box for {form.provider}")
        _pack(form, one, work)


def _as_owner() -> list[str]:
    """The words before a command that keeps the owners of files: none for root; see fakeroot(1)."""
    return [] if os.geteuid() == 0 else ["fakeroot"]


def programs() -> dict[str, str]:
    """The packages that make a box for this user, by program."""
    return PROGRAMS | {name: name for name in _as_owner()}


def _boot_loader(work: Path) -> None:
    core = (work / "core.img").read_bytes()
    if len(core) > (FIRST_SECTOR - 1) * SECTOR:
        raise MachineError(f"GRUB's core.img has {len(core)} bytes; it does not fit before the partition.")
    with (work / "disk.raw").open("r+b") as disk:
        disk.write(first_sector((work / "boot.img").read_bytes(), DISK_MB * 2**20 // SECTOR))
        disk.write(core)


def _pack(form: BoxFormat, one: OwnBox, work: Path) -> None:
    inside = work / form.provider
    inside.mkdir()
    _run(
        ["qemu-img", "convert", *form.convert, str(work / "disk.raw"), str(inside / form.disk)],
        f"qemu-img could not make {form.disk}",
    )
    texts = form.files(DISK_MB * 2**20, (inside / form.disk).stat().st_size)
    for name, text in texts.items():
        (inside / name).write_text(text)
    packed = work / one.path.name
    names = [*texts, form.disk]
    _run(
        ["tar", "--use-compress-program=gzip -1", "-cf", str(packed), "-C", str(inside), *names],
        f"tar could not pack {one.path.name}",
    )
    shutil.rmtree(inside)
    files.put_in_place(packed, one.path)


def _require_programs() -> None:
    if host.machine() != MACHINE:
        raise MachineError(
            f"The boxes that the lab makes are for {MACHINE}, and this host is {host.machine()}.",
            hint="lab.yaml takes any other box: `box` is its name, `box_url` its address.",
        )
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = {package for program, package in programs().items() if shutil.which(program, path=path) is None}
    if missing:
        names = " ".join(sorted(missing))
        raise MachineError(
            f"Programs that make a box are missing; Debian's packages: {names}.",
            hint=marked(f"apt-get install {names}, or run the command as root."),
        )


def _run(argv: list[str], what: str, hint: str = "df -h ~/.cache shows the free space.") -> None:
    """Run a program that takes long. It gets Ctrl-C too, so that it can remove what it made."""
    command.check(argv, what=what, hint=hint, deadline=DEADLINE, own_session=False)
