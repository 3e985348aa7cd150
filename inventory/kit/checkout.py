"""The files of this checkout, which a kit has too."""

from __future__ import annotations

import shutil
from pathlib import Path

from inventory.errors import ConfigError
from inventory.host import command

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "lab"


def tracked(root: Path = ROOT) -> list[str]:
    """The files that git tracks, as paths from the root. Raises ConfigError where the root is no clone."""
    said = command.run(["git", "-C", str(root), "ls-files", "-z"])
    names = [name for name in said.out.split("\0") if name and (root / name).is_file()] if said.good else []
    if PROGRAM not in names:
        raise ConfigError(
            f"{root} is no clone of the lab's repository, so its files are not known.",
            hint="Run ./lab kit in a clone (git clone). To pass a kit on, copy its file.",
        )
    return names


def copy(folder: Path, root: Path = ROOT) -> None:
    """Copy the tracked files, as they are now. Raises ConfigError, OSError."""
    for name in tracked(root):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)
