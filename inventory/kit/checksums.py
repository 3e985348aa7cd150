"""The checksum file of a kit, in the format of sha256sum(1). Pure, but for the reading of files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from inventory.errors import MachineError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_PART = 1 << 20


def of_stream(stream: IO[bytes]) -> str:
    """The SHA-256 of all that a stream gives, in hexadecimal."""
    found = hashlib.sha256()
    while part := stream.read(_PART):
        found.update(part)
    return found.hexdigest()


def of_bytes(texts: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each text, by its name."""
    return {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}


def of_folder(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file below a folder, by its path from there. Raises OSError."""
    found = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as stream:
            found[path.relative_to(folder).as_posix()] = of_stream(stream)
    return found


def text(sums: Mapping[str, str]) -> str:
    """The checksum file."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def parse(content: str, where: str) -> dict[str, str]:
    """The checksums by path. Raises MachineError."""
    lines = [_LINE.fullmatch(line) for line in content.splitlines()]
    if not lines or None in lines:
        raise MachineError(
            f"{where}: the file of checksums cannot be read", hint="Copy or pack the kit again."
        )
    return {line[2]: line[1] for line in lines if line}


def differences(listed: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What is wrong with the files of a kit, one line each; none when all are as listed.

    >>> differences({"a": "1", "b": "2"}, {"a": "3", "c": "4"})
    ['changed: a', 'missing: b', 'not listed: c']
    """
    changed = [
        f"changed: {name}" for name in sorted(listed.keys() & found.keys()) if listed[name] != found[name]
    ]
    missing = [f"missing: {name}" for name in sorted(listed.keys() - found.keys())]
    return [*changed, *missing, *(f"not listed: {name}" for name in sorted(found.keys() - listed.keys()))]
