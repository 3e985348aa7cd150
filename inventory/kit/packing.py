"""Packs a kit: each part into a folder beside the target, and at the end one file of all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from inventory.errors import ConfigError, MachineError
from inventory.kit import archive, checkout, checksums, contents, debian_packages, wheels
from inventory.kit.contents import Description
from inventory.kit.wheels import Target

NEEDS_MB = 2500
"""The space that the packing needs: for the parts, for the finished kit, and for an image before it is compressed."""
HERE = Path(__file__).parent


def target(to: Path | None, version: str, machine: str) -> Path:
    """The path of the kit's file; `to` is a file, or the folder for it. Raises ConfigError."""
    name = f"ha-lab-kit-{version}-{machine}.tar"
    found = (to or Path()).absolute()
    if found.is_dir():
        found /= name
    if not found.parent.is_dir():
        raise ConfigError(f"--to: there is no folder {found.parent}", hint="Make it, or name another one.")
    return found


def pythons(wanted: Sequence[str]) -> tuple[str, ...]:
    """The versions of Python to pack for; all when none is `wanted`. Raises ConfigError."""
    if wrong := [one for one in wanted if one not in wheels.PYTHONS]:
        raise ConfigError(
            f"--python: found {wrong[0]!r}; allowed: {', '.join(wheels.PYTHONS)}",
            hint="./lab kit --python 3.11",
        )
    return tuple(one for one in wheels.PYTHONS if not wanted or one in wanted)


def require_space(folder: Path) -> None:
    """Raise MachineError when the disk of a folder has too little space for the packing."""
    free_mb = shutil.disk_usage(folder).free >> 20
    if free_mb < NEEDS_MB:
        raise MachineError(
            f"{folder}: {free_mb} MB are free, and the packing needs {NEEDS_MB} MB there.",
            hint="Free some space there, or name another folder: ./lab kit --to FOLDER",
        )


@contextmanager
def staging(kit: Path) -> Iterator[Path]:
    """A folder for the kit's parts, beside the kit; it is removed at the end. Raises OSError, LabError.

    What would otherwise fail only at the end is checked first.
    """
    checkout.tracked()
    require_space(kit.parent)
    with tempfile.TemporaryDirectory(prefix=".ha-lab-kit-", dir=kit.parent) as name:
        yield Path(name)


def add_wheels(folder: Path, target: Target) -> None:
    """Add the Python packages for one Python. Raises MachineError."""
    own = folder.with_name(f"{folder.name}-wheels-{target.python}")
    try:
        wheels.download((checkout.ROOT / "pyproject.toml").read_text("utf-8"), target, own)
        (folder / contents.WHEELS).mkdir(exist_ok=True)
        for wheel in own.glob("*.whl"):
            shutil.copy(wheel, folder / contents.WHEELS)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def add_packages(folder: Path, names: Sequence[str]) -> str:
    """Add Debian packages with all that they depend on; the system that they are for. Raises MachineError.

    Where there is no apt it adds none, and gives "".
    """
    system = debian_packages.system()
    if system:
        with tempfile.TemporaryDirectory(prefix=".ha-lab-kit-apt-", dir=folder.parent) as work:
            debian_packages.download(names, folder / contents.PACKAGES, Path(work))
    return system


def finish(folder: Path, description: Description, kit: Path) -> None:
    """Add the lab's files, the description and the checksums, and write the kit. Raises LabError, OSError."""
    checkout.copy(folder / contents.LAB)
    shutil.copy(HERE / contents.README, folder / contents.README)
    (folder / contents.DESCRIPTION).write_bytes(contents.encode(description))
    (folder / contents.SUMS).write_text(checksums.text(checksums.of_folder(folder)), "utf-8")
    archive.write(folder, kit)
