"""The kit as one tar file, or as the folder that tar(1) makes of it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from inventory import files
from inventory.errors import ConfigError, MachineError
from inventory.kit import checksums, contents
from inventory.kit.contents import DESCRIPTION, FOLDER, README, SUMS, Description

_FIRST = (SUMS, DESCRIPTION, README)
"""The first files in the tar file, so that a person can read what a kit has without reading all of it."""
AGAIN = "Copy the kit again, or pack it again with ./lab kit."
SHOWN = 8


def write(folder: Path, target: Path) -> None:
    """Write a folder as a kit, completely or not at all; owner and group become root. Raises OSError."""
    new = target.with_name(f".{target.name}.new")
    try:
        with tarfile.open(new, "w", format=tarfile.GNU_FORMAT) as packed:
            for path in _in_order(folder):
                packed.add(path, f"{FOLDER}/{path.relative_to(folder).as_posix()}", filter=_of_root)
        files.put_in_place(new, target)
    finally:
        new.unlink(missing_ok=True)


def _in_order(folder: Path) -> list[Path]:
    first = [folder / name for name in _FIRST]
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path not in first)
    return [*first, *others]


def _of_root(one: tarfile.TarInfo) -> tarfile.TarInfo:
    one.uid = one.gid = 0
    one.uname = one.gname = "root"
    return one


def check(kit: Path) -> Description:
    """Compare every file of a kit with its checksum; what the kit has. Raises ConfigError, MachineError."""
    if not kit.exists():
        raise ConfigError(f"{kit} does not exist.", hint="Name the kit's file: ./lab kit check FILE")
    sums, kept = dict[str, str](), dict[str, bytes]()
    try:
        for name, stream in _members(kit):
            if name in (SUMS, DESCRIPTION):
                kept[name] = stream.read()
            else:
                sums[name] = checksums.of_stream(stream)
    except (tarfile.TarError, EOFError) as error:
        raise MachineError(f"{kit} is no kit, or a part of it is missing: {error}", hint=AGAIN) from None
    if absent := [name for name in (SUMS, DESCRIPTION) if name not in kept]:
        raise MachineError(f"{kit} is no kit: it has no {absent[0]}", hint=AGAIN)
    listed = checksums.parse(kept[SUMS].decode("utf-8", "replace"), str(kit))
    found = {**sums, **checksums.of_bytes({DESCRIPTION: kept[DESCRIPTION]})}
    if wrong := checksums.differences(listed, found):
        shown = "\n".join(f"  {line}" for line in wrong[:SHOWN])
        raise MachineError(f"{kit} is damaged: {len(wrong)} files are wrong\n{shown}", hint=AGAIN)
    return contents.decode(kept[DESCRIPTION], str(kit))


def _members(kit: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Each file of a kit with its path inside the kit's folder."""
    if kit.is_dir():
        for path in sorted(one for one in kit.rglob("*") if one.is_file()):
            with path.open("rb") as stream:
                yield path.relative_to(kit).as_posix(), stream
        return
    with tarfile.open(kit, "r:") as packed:
        for one in packed:
            if member := packed.extractfile(one):
                yield one.name.removeprefix(f"{FOLDER}/"), member
