"""What is sealed can be opened with its key and with no other one; a change is noticed."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest

from classroom import sealed_exercise, sealing
from classroom.exercises import EXERCISES
from classroom.sealing import Unopened
from inventory.errors import ConfigError
from tests.support.attempts import attempt_at


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    sealing.write_pair(tmp_path / "teacher", tmp_path / "teacher.pub")
    return tmp_path / "teacher", tmp_path / "teacher.pub"


def test_what_is_sealed_is_opened_by_its_secret_alone() -> None:
    secret, text = sealing.new_secret(), "no-order ü"
    sealed = sealing.seal(secret, text)
    assert sealing.unseal(secret, sealed) == text
    assert sealing.seal(secret, text) != sealed, "the same text is never sealed alike"
    raw = bytearray(base64.b64decode(sealed))
    for at in range(len(raw)):
        changed = bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]])
        with pytest.raises(Unopened):
            sealing.unseal(secret, base64.b64encode(changed).decode())
    for other in ("", "x", "####", base64.b64encode(b"short").decode()):
        with pytest.raises(Unopened):
            sealing.unseal(secret, other)
    with pytest.raises(Unopened):
        sealing.unseal(sealing.new_secret(), sealed)


def test_practice_needs_no_key_and_shows_nothing_in_clear() -> None:
    for exercise in EXERCISES:
        attempt = attempt_at(exercise.name)
        assert sealed_exercise.opened(attempt).exercise == exercise.name
        text = msgspec.json.encode(attempt).decode()
        assert exercise.name not in text
        assert sealed_exercise.shown(attempt).story not in text


def test_an_exam_needs_the_teachers_key(keys: tuple[Path, Path], tmp_path: Path) -> None:
    attempt = attempt_at("no-order", teacher=sealing.read_public(keys[1]))
    assert attempt.mode == "exam"
    with pytest.raises(Unopened, match=f"sealed with the teacher's key {attempt.teacher}") as without:
        sealed_exercise.opened(attempt)
    assert "./lab grade --key" in without.value.hint
    assert sealed_exercise.opened(attempt, sealing.read_private(keys[0])).exercise == "no-order"
    sealing.write_pair(tmp_path / "other", tmp_path / "other.pub")
    with pytest.raises(Unopened, match="This is not the key of this exercise"):
        sealed_exercise.opened(attempt, sealing.read_private(tmp_path / "other"))
    assert sealed_exercise.shown(attempt).story, "the texts need no key"


def test_each_changed_part_is_noticed(keys: tuple[Path, Path]) -> None:
    private = sealing.read_private(keys[0])
    whole = attempt_at("no-order", teacher=sealing.read_public(keys[1]))
    other = attempt_at("no-colocation", teacher=sealing.read_public(keys[1]))
    for name in ("sealed", "wrapped", "digest"):
        changed = msgspec.structs.replace(whole, **{name: getattr(other, name)})
        with pytest.raises(Unopened):
            sealed_exercise.opened(changed, private)
    for text in ("", "x", "a b", f"{'A' * 43}= x", f"{base64.b64encode(bytes(32)).decode()} x"):
        with pytest.raises(Unopened):
            sealed_exercise.opened(msgspec.structs.replace(whole, wrapped=text), private)
    with pytest.raises(Unopened):
        sealed_exercise.shown(msgspec.structs.replace(whole, shown=whole.sealed))


def test_the_files_of_the_keys(keys: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = keys
    assert private.stat().st_mode & 0o777 == 0o600
    assert sealing.fingerprint(sealing.read_public(public)) == sealing.fingerprint(
        sealing.read_private(private).public_key()
    )
    assert sealing.fingerprint(sealing.read_public(private)) == sealing.fingerprint(
        sealing.read_public(public)
    )
    with pytest.raises(ConfigError, match="is the public key"):
        sealing.read_private(public)
    with pytest.raises(ConfigError, match="exists already"):
        sealing.write_pair(private, tmp_path / "new.pub")
    assert not (tmp_path / "new.pub").exists()
    for text in (b"", b"x", b"ha-lab-exam-public-key", b"ha-lab-exam-public-key AAAA", b"\xff\xfe", b"x y z"):
        (tmp_path / "bad").write_bytes(text)
        with pytest.raises(ConfigError, match="is no key file"):
            sealing.read_public(tmp_path / "bad")
    with pytest.raises(ConfigError, match="cannot be read"):
        sealing.read_public(tmp_path / "missing")
