"""Sets this machine up from an unpacked kit: Debian packages, the engine, node images, and the place of the wheels."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory import files
from inventory.errors import MachineError
from inventory.host import command, install
from inventory.host.requirements import Say
from inventory.kit import checkout, contents, debian_packages
from inventory.kit.contents import Description
from inventory.model import Lab
from inventory.platforms.registry import get
from inventory.platforms.settings import in_image
from inventory.providers import image_choice, node_image, registry
from inventory.waiting import Clock

HERE = Path(__file__).parent
BY_SHELL = "LAB_KIT"
"""The environment variable in which ./lab gives the folder of a kit that it has unpacked and checked."""


@contextmanager
def unpacked(kit: Path) -> Iterator[Path]:
    """The folder of an unpacked and checked kit; removed at the end unless `keep` moved it. Raises MachineError."""
    by_shell = os.environ.get(BY_SHELL)
    folder = Path(by_shell) if by_shell else _unpack(kit)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(kit: Path) -> Path:
    folder = checkout.ROOT / contents.UNPACKED
    said = command.run(
        ["sh", str(HERE / "unpack.sh"), str(kit), str(folder), str(checkout.ROOT)],
        deadline=node_image.BUILD_DEADLINE,
    )
    if not said.good:
        lines = [line.removeprefix("lab:").strip() for line in said.err.strip().splitlines()]
        message, _, hint = "\n".join(lines).partition("\n-> ")
        raise MachineError(message, hint=hint)
    return folder


def describe(folder: Path) -> Description:
    """The description of an unpacked kit. Raises MachineError."""
    return contents.decode((folder / contents.DESCRIPTION).read_bytes(), str(folder))


def require_fit(description: Description, lab: Lab) -> None:
    """Raise MachineError when the kit is for another processor, or its images are not those that this lab looks for."""
    if description.machine != platform.machine():
        raise MachineError(
            f"The kit is for {description.machine}, and this machine is {platform.machine()}.",
            hint="Pack a kit on a machine with this processor.",
        )
    for image in description.images:
        wanted = node_image.recipe(in_image(image_choice.based(get(image.platform), lab.images), lab)).tag
        if image.tag != wanted:
            raise MachineError(
                f"The kit's node image of {image.platform} is {image.tag}, and this lab needs {wanted}.",
                hint="Use the lab and the lab.yaml that are in the kit, in its folder ha-lab;"
                " or pack the kit with your lab.yaml.",
            )


def set_up(folder: Path, description: Description, lab: Lab, say: Say, clock: Clock) -> None:
    """Install what is missing here, start the engine, load the images, and keep the wheels. Raises LabError."""
    require_fit(description, lab)

    def from_kit(names: Collection[str]) -> None:
        say(f"Installing from the kit's Debian packages: {' '.join(names)}")
        debian_packages.install(folder / contents.PACKAGES, sorted(names))

    install.ensure(registry.get(node_image.PROVIDER_NAME), say, clock, from_kit)
    if set(install.BROWSER.values()) <= set(description.packages):
        install.ensure_browser(say, from_kit)
    for image in description.images:
        say(f"Loading the node image {image.tag}")
        node_image.load(image.tag, folder / image.file)
    keep(folder)


def keep(folder: Path) -> None:
    """Put the kit where ./lab finds the wheels; its other parts are installed already, and removed. Raises OSError."""
    for part in (contents.LAB, contents.PACKAGES, contents.IMAGES):
        shutil.rmtree(folder / part, ignore_errors=True)
    files.put_folder_in_place(folder, checkout.ROOT / contents.PLACE)
