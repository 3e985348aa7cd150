"""A kit with small files in the place of packages and images."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from inventory.kit import archive, checksums, contents
from inventory.kit.contents import Description, Image

PYPROJECT = "[project]\n"


@dataclass(frozen=True)
class SmallKit:
    """The kit's folder, its file, and a lab's folder of the same version."""

    folder: Path
    file: Path
    lab: Path

    def seal(self) -> None:
        """Write the checksums and the file again, after a change of the folder."""
        (self.folder / contents.SUMS).unlink(missing_ok=True)
        (self.folder / contents.SUMS).write_text(checksums.text(checksums.of_folder(self.folder)), "utf-8")
        archive.write(self.folder, self.file)


def description(**changes: object) -> Description:
    """A description for this machine, with one image."""
    image = Image("debian12", "ha-lab-node:debian12-abc", "images/debian12.tar.gz")
    values: dict[str, object] = {
        "format": contents.FORMAT,
        "lab": "0.1.0",
        "machine": platform.machine(),
        "pythons": ("3.11",),
        "images": (image,),
        "packages": ("vagrant",),
        "system": "debian 12 amd64",
    }
    return Description(**{**values, **changes})  # type: ignore[arg-type]


def small_kit(place: Path, **changes: object) -> SmallKit:
    """Make a kit below a folder; `changes` are those of its description."""
    folder, lab = place / "parts", place / "the lab"
    texts = {
        "wheels/a-1-py3-none-any.whl": "a wheel",
        "images/debian12.tar.gz": "an image",
        "packages/a_1_all.deb": "a package",
        "ha-lab/pyproject.toml": PYPROJECT,
        "README.txt": "read me",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / contents.DESCRIPTION).write_bytes(contents.encode(description(**changes)))
    lab.mkdir()
    (lab / "pyproject.toml").write_text(PYPROJECT)
    kit = SmallKit(folder, place / "kit.tar", lab)
    kit.seal()
    return kit
