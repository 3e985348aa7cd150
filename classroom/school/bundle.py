"""The evidence file of a hand-in: a gzip-compressed tar archive with a manifest, a signature, and the parts.

    manifest.json    format, versions, class, student, time, public key, and for each part its size, digest and link
    signature        the student's signature of manifest.json, in hexadecimal
    lab.yaml, ...    the parts, in the order of the manifest

A link is HMAC-SHA256(seed of the student, link before it, name of the part, SHA-256 of the part); the first one follows
the text `chain of CLASS`. So a part cannot be removed, exchanged or moved without the seed. The same parts give the
same bytes. Nothing is unpacked to the disk. Sources: tar(5), RFC 1952.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from classroom.school import keys
from classroom.school.derivation import mac
from inventory.errors import LabError

FORMAT = 1
"""The version of the format that this lab writes and reads."""
SUFFIX = ".hand-in.tar.gz"
MANIFEST, SIGNATURE = "manifest.json", "signature"
MOST_BYTES = 256 * 2**20
"""The largest content of a bundle that is read (bytes, decompressed)."""
MOST_PARTS = 500
_FORM = 31
"""For zlib: one gzip member with the largest window, without a time (zlib.h, inflateInit2)."""


class BundleError(LabError):
    """A file that cannot be judged: it is cut off, damaged, of another version, or no bundle at all. It is kept."""


class PartRow(msgspec.Struct, frozen=True):
    """A part in the manifest: its name, its size (bytes), its SHA-256 and its link in the chain, in hexadecimal."""

    name: str
    size: int
    sha256: str
    link: str


class Manifest(msgspec.Struct, frozen=True):
    """What a bundle says about itself. `made` is the time of the hand-in (seconds since 1970)."""

    format: int
    lab: str
    class_name: str
    student: str
    made: int
    public_key: str
    parts: tuple[PartRow, ...]
    versions: Mapping[str, str] = {}  # msgspec copies it


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read: the manifest with its bytes and its signature, and the parts by name."""

    manifest: Manifest
    signed: bytes
    signature: str
    parts: Mapping[str, bytes]

    def text(self, part: str) -> str:
        """A part as text; "" when the bundle does not have it."""
        return self.parts.get(part, b"").decode("utf-8", errors="replace")


def links(seed: bytes, class_name: str, parts: Iterable[tuple[str, str]]) -> list[str]:
    """The links of a chain; `parts` are names and SHA-256 digests in order."""
    found, before = [], f"chain of {class_name}"
    for name, digest in parts:
        before = mac(seed, before, name, digest).hex()
        found.append(before)
    return found


def packed(
    seed: bytes,
    parts: Mapping[str, bytes],
    *,
    class_name: str,
    student: str,
    made: int,
    lab: str,
    versions: Mapping[str, str],
) -> bytes:
    """The bytes of a bundle. The same arguments give the same bytes."""
    digests = [(name, hashlib.sha256(data).hexdigest()) for name, data in parts.items()]
    chain = links(seed, class_name, digests)
    rows = tuple(
        PartRow(name, len(parts[name]), digest, link)
        for (name, digest), link in zip(digests, chain, strict=True)
    )
    manifest = Manifest(FORMAT, lab, class_name, student, made, keys.public_key(seed), rows, dict(versions))
    body = encoded(manifest)
    return archive({MANIFEST: body, SIGNATURE: keys.sign(seed, body).encode(), **parts})


def encoded(manifest: Manifest) -> bytes:
    """The bytes of a manifest, as they are signed."""
    return (json.dumps(msgspec.to_builtins(manifest), indent=1, ensure_ascii=False) + "\n").encode()


def archive(members: Mapping[str, bytes]) -> bytes:
    """A compressed tar archive of some files, without times and owners."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    coder = zlib.compressobj(6, zlib.DEFLATED, _FORM)
    return coder.compress(plain.getvalue()) + coder.flush()


def read(data: bytes) -> Bundle:
    """Read a bundle. Raises BundleError; signature and chain are not judged here."""
    members = _members(_plain(data))
    if MANIFEST not in members or SIGNATURE not in members:
        raise BundleError(
            "it is no hand-in: it has no manifest or no signature", hint="./lab hand-in writes one"
        )
    manifest = _manifest(members[MANIFEST])
    parts = {name: body for name, body in members.items() if name not in (MANIFEST, SIGNATURE)}
    return Bundle(manifest, members[MANIFEST], members[SIGNATURE].decode("ascii", "replace").strip(), parts)


def _plain(data: bytes) -> bytes:
    try:
        decoder = zlib.decompressobj(_FORM)
        plain = decoder.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise BundleError(
            f"it is no hand-in, or it is damaged: {error}", hint="ask the student to hand in again"
        ) from error
    if not decoder.eof:
        if decoder.unconsumed_tail:
            raise BundleError(f"its content is larger than {MOST_BYTES // 2**20} MiB", hint="it is not read")
        raise BundleError(
            f"it is cut off: it ends at byte {len(data)} within the archive", hint="copy the file again"
        )
    return plain


def _members(plain: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None or entry.name in found or len(found) > MOST_PARTS:
                    raise BundleError(
                        f"it is no hand-in: {entry.name[:80]!r} is no plain file, is there twice, or is too many",
                        hint="./lab hand-in writes only plain files",
                    )
                body = content.read()
                if len(body) != entry.size:
                    raise BundleError(f"it is cut off within {entry.name[:80]!r}", hint="copy the file again")
                found[entry.name] = body
    except (tarfile.TarError, OSError, ValueError, UnicodeError) as error:
        raise BundleError(f"it is no hand-in: {error}", hint="./lab hand-in writes one") from error
    return found


def _manifest(body: bytes) -> Manifest:
    try:
        row: Any = msgspec.json.decode(body)
        number = row.get("format") if isinstance(row, dict) else None
        if number != FORMAT:
            raise BundleError(
                f"it has format {str(number)[:20]}, and this lab reads format {FORMAT}"
                f" (it was written by ha-lab {str(row.get('lab'))[:20] if isinstance(row, dict) else '?'})",
                hint="collect it with the version of the lab that the class uses",
            )
        return msgspec.convert(row, Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(
            f"its manifest cannot be read: {error}", hint="ask the student to hand in again"
        ) from error
