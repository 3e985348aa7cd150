"""Removes secrets from what a hand-in carries: passwords, private keys, and everything that is known to be secret."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping

from cluster import secret_names
from inventory.errors import LabError

REMOVED = "(removed)"
_NAMES = rf"[\w-]*(?:{secret_names.WORDS})[\w-]*"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), REMOVED),
    # The CIB: an option of a resource, with its attributes in either order.
    (re.compile(rf'(name="{_NAMES}"[^>]*? value=")[^"]*', re.IGNORECASE), rf"\g<1>{REMOVED}"),
    (re.compile(rf'( value=")[^"]*("[^>]*? name="{_NAMES}")', re.IGNORECASE), rf"\g<1>{REMOVED}\g<2>"),
    # Commands that get a password from their input or as an argument.
    (re.compile(r"[^\n\"]*\b(?:chpasswd|passwd --stdin)\b[^\n\"]*", re.IGNORECASE), REMOVED),
    # Settings and arguments: password=..., password: ..., --password ...
    (
        re.compile(rf"(\b{_NAMES}\s*[=:]\s*|--{_NAMES}\s+)(?!\(removed\))[^\s\"',]+", re.IGNORECASE),
        rf"\g<1>{REMOVED}",
    ),
)  # fmt: skip
_SHORTEST = 6
"""A shorter known secret would also remove words that are no secret (characters)."""


def redacted(text: str, known: Collection[str] = ()) -> str:
    """A text without passwords, private keys and the known secrets; each is replaced by REMOVED."""
    for secret in known:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, REMOVED)
    for pattern, by in _RULES:
        text = pattern.sub(by, text)
    return text


def require_none(parts: Mapping[str, bytes], known: Collection[str]) -> None:
    """Raise LabError when a part still has a known secret or a private key; compressed parts are searched too."""
    for name, data in parts.items():
        content = _unpacked(data) if name.endswith(".gz") else data
        found = [one for one in known if len(one) >= _SHORTEST and one.encode() in content]
        if found or b"PRIVATE KEY-----" in content:
            raise LabError(
                f"{name} has a secret in it, so nothing was written.",
                hint="this is a defect of the lab: please report it, without the file",
            )


def _unpacked(data: bytes) -> bytes:
    """All gzip members of some data; what is damaged stays as it is."""
    found = []
    while data:
        decoder = zlib.decompressobj(31)
        try:
            found.append(decoder.decompress(data))
        except zlib.error:
            return b"".join(found) + data
        data = decoder.unused_data
    return b"".join(found)
