"""The names inside a kit, and its description (kit.json)."""

from __future__ import annotations

import msgspec

from inventory.errors import MachineError

FOLDER = "ha-lab-kit"
"""The only folder at the top of the kit's tar file."""
DESCRIPTION, SUMS, README = "kit.json", "SHA256SUMS", "README.txt"
LAB, WHEELS, PACKAGES, IMAGES = "ha-lab", "wheels", "packages", "images"
PLACE, UNPACKED = ".kit", ".kit.new"
"""The folders below the lab's: of an installed kit, and of a kit while it is installed (./lab has both names too)."""
FORMAT = 1


class Image(msgspec.Struct, frozen=True):
    """A node image: its platform, its tag in the engine, and its file in the kit."""

    platform: str
    tag: str
    file: str


class Description(msgspec.Struct, frozen=True):
    """What a kit has in it. `lab` is the version of the lab, `machine` the processor (uname -m).

    `packages` are the Debian packages that were asked for; the kit has all those that they depend on too. `system` is
    the system that they are for (system.sh); "" when the kit has none.
    """

    format: int
    lab: str
    machine: str
    pythons: tuple[str, ...]
    images: tuple[Image, ...]
    packages: tuple[str, ...] = ()
    system: str = ""


def encode(description: Description) -> bytes:
    """The text of kit.json, one key a line: unpack.sh reads it too."""
    return msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n"


def decode(data: bytes, where: str) -> Description:
    """Parse kit.json. Raises MachineError."""
    again = "Pack the kit again with this version: ./lab kit"
    try:
        found = msgspec.json.decode(data, type=Description)
    except msgspec.MsgspecError as error:
        raise MachineError(f"{where}: {DESCRIPTION} cannot be read: {error}", hint=again) from None
    if found.format != FORMAT:
        raise MachineError(
            f"{where}: the kit's format is {found.format}, and this version of the lab reads format {FORMAT}",
            hint=again,
        )
    return found
