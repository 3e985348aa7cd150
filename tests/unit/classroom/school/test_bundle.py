"""The evidence file: the same parts give the same bytes, and a file that is no bundle gets a clear message."""

from __future__ import annotations

import json
import zlib

import pytest

from classroom.school import bundle, keys
from classroom.school.bundle import BundleError, archive, read
from tests.support.class_bots import MADE, class_of, handed_in

CLASS, (ANNA, *_) = class_of(["anna", "ben"])


@pytest.fixture(scope="module")
def good() -> bytes:
    return handed_in(CLASS, ANNA, records={})


def members(data: bytes) -> dict[str, bytes]:
    found = read(data)
    return {"manifest.json": found.signed, "signature": found.signature.encode(), **found.parts}


def test_it_says_who_when_and_what(good: bytes) -> None:
    found = read(good)
    assert (found.manifest.student, found.manifest.class_name, found.manifest.made) == (
        "anna",
        "ha-2026",
        MADE,
    )
    assert found.manifest.versions == {"platform": "debian12", "pacemaker": "2.1.5"}
    assert [one.name for one in found.manifest.parts] == list(found.parts) == [
        "lab.yaml", "cib.xml", "checks.json", "results.json",
    ]  # fmt: skip
    assert keys.is_signed(keys.public_key(ANNA.seed), found.signed, found.signature)


def test_the_same_evidence_gives_the_same_bytes(good: bytes) -> None:
    assert handed_in(CLASS, ANNA, records={}) == good


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut(good: bytes, share: float) -> None:
    with pytest.raises(BundleError, match=r"cut off|no hand-in"):
        read(good[: int(len(good) * share)])


def test_an_archive_that_was_cut_before_it_was_compressed(good: bytes) -> None:
    plain = zlib.decompress(good, 31)
    coder = zlib.compressobj(6, zlib.DEFLATED, 31)
    with pytest.raises(BundleError, match=r"cut off|no hand-in"):
        read(coder.compress(plain[: len(plain) // 2]) + coder.flush())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"format": 2, "lab": "9.9"}, "format 2, and this lab reads format 1 .it was written by ha-lab 9.9"),
        ({"lab": "0.0.1"}, "format None"),
        ([], "format None"),
        ({"format": 1}, "manifest cannot be read"),
        ({"format": 1, "lab": 5}, "manifest cannot be read"),
    ],
)
def test_a_bundle_of_another_version(good: bytes, row: object, says: str) -> None:
    with pytest.raises(BundleError, match=says):
        read(archive({**members(good), "manifest.json": json.dumps(row).encode()}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cut off"),
        (b"PK\x03\x04 a zip", "no hand-in"),
        (zlib.compress(b"x" * 600), "no hand-in"),
        (archive({"lab.yaml": b"x"}), "no manifest"),
        (archive({"manifest.json": b"{", "signature": b""}), "manifest cannot be read"),
        (archive({"manifest.json": b"[" * 100_000, "signature": b""}), "manifest cannot be read"),
    ],
    ids=["empty", "zip", "zlib", "no manifest", "no JSON", "deep JSON"],
)
def test_a_file_that_is_no_bundle(data: bytes, says: str) -> None:
    with pytest.raises(BundleError, match=says):
        read(data)


def test_a_bundle_that_is_too_large(good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 1000)
    with pytest.raises(BundleError, match="larger than"):
        read(good)


def test_a_sealed_text_is_opened_by_its_seed_alone() -> None:
    sealed = keys.seal(ANNA.seed, "faults", "no-order")
    assert "no-order" not in bytes.fromhex(sealed).decode("latin-1")
    assert keys.opened(ANNA.seed, "faults", sealed) == "no-order"
    assert keys.opened(ANNA.seed, "other", sealed) is None
    assert keys.opened(bytes(32), "faults", sealed) is None
    assert keys.opened(ANNA.seed, "faults", "not hexadecimal") is None
