"""Seals what a student must not read by chance: authenticated encryption, and the pair of keys of a teacher.

A secret (32 bytes) seals one attempt. In practice mode it is derived from the record's salt, so `cat` tells nothing,
but this program can open it, and so can a person who reads this program. In an exam it is random and is wrapped for the
teacher's public key: only the private key opens it. AES-256-GCM, HKDF-SHA256 and X25519 of the library `cryptography`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inventory import files
from inventory.errors import ConfigError

PUBLIC, PRIVATE = "ha-lab-exam-public-key", "ha-lab-exam-private-key"
"""The first word of a key file; the second word is the key in base64."""
KEY_BYTES, NONCE_BYTES = 32, 12


class Unopened(ConfigError):
    """Something sealed cannot be opened: it was changed, or the key is another one."""


def new_salt() -> str:
    """A salt for a record, as text."""
    return base64.b64encode(os.urandom(16)).decode()


def new_secret() -> bytes:
    """A random secret, for an exam."""
    return os.urandom(KEY_BYTES)


def derived(salt: str, purpose: str) -> bytes:
    """The secret that this program derives from a salt. It protects against a look at the file, and nothing more."""
    return _derive(b"ha-lab classroom", salt.encode(), purpose)


def _derive(material: bytes, salt: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, purpose.encode()).derive(material)


def seal(secret: bytes, text: str) -> str:
    """Encrypt a text with a secret; the result is text too (base64)."""
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(secret).encrypt(nonce, text.encode(), None)).decode()


def unseal(secret: bytes, sealed: str) -> str:
    """The text that `seal` got. Raises Unopened when the secret is another one, or the sealed text was changed."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Unopened(
            "The sealed part of the attempt cannot be opened: it was changed, or it has another key."
        ) from error


def keyed_digest(secret: bytes, text: str) -> str:
    """A digest that nobody can compute without the secret (HMAC-SHA256, hexadecimal)."""
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def same_digest(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


# The teacher's keys


def write_pair(private: Path, public: Path) -> None:
    """Make a pair of keys and write both files; the private one can be read only by its owner.

    Raises ConfigError when a file is there already: an older key may be needed for older attempts.
    """
    for path in (private, public):
        if path.exists():
            raise ConfigError(
                f"{path} exists already.", hint="Choose another name; keep the old key for old attempts."
            )
    key = X25519PrivateKey.generate()
    files.write_private(private, f"{PRIVATE} {base64.b64encode(key.private_bytes_raw()).decode()}\n")
    files.write(public, f"{PUBLIC} {base64.b64encode(key.public_key().public_bytes_raw()).decode()}\n")


def read_public(path: Path) -> X25519PublicKey:
    """The teacher's public key from a file; the private key's file has it too. Raises ConfigError."""
    word, raw = _read(path, (PUBLIC, PRIVATE))
    if word == PUBLIC:
        return X25519PublicKey.from_public_bytes(raw)
    return X25519PrivateKey.from_private_bytes(raw).public_key()


def read_private(path: Path) -> X25519PrivateKey:
    """The teacher's private key from a file. Raises ConfigError."""
    word, raw = _read(path, (PUBLIC, PRIVATE))
    if word == PUBLIC:
        raise ConfigError(
            f"{path} is the public key.", hint="The private key opens an attempt; the teacher has it."
        )
    return X25519PrivateKey.from_private_bytes(raw)


def _read(path: Path, words: tuple[str, ...]) -> tuple[str, bytes]:
    try:
        word, encoded = path.read_text(encoding="utf-8").split()
        raw = base64.b64decode(encoded, validate=True)
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be read: {error.strerror}.") from error
    except ValueError:
        word, raw = "", b""
    if word not in words or len(raw) != KEY_BYTES:
        raise ConfigError(
            f"{path} is no key file of this lab.",
            hint="./lab exam-key FILE makes the private key FILE and the public key FILE.pub.",
        )
    return word, raw


def fingerprint(key: X25519PublicKey) -> str:
    """A short name of a public key, to compare."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def wrap(secret: bytes, key: X25519PublicKey) -> str:
    """Encrypt a secret so that only the owner of the private key can read it."""
    once = X25519PrivateKey.generate()
    shared = _derive(
        once.exchange(key), once.public_key().public_bytes_raw() + key.public_bytes_raw(), "wrap"
    )
    sealed = seal(shared, base64.b64encode(secret).decode())
    return f"{base64.b64encode(once.public_key().public_bytes_raw()).decode()} {sealed}"


def unwrap(wrapped: str, key: X25519PrivateKey) -> bytes:
    """The secret that `wrap` got. Raises Unopened with another key, or when the text was changed."""
    try:
        encoded, sealed = wrapped.split()
        once = X25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))
        shared = _derive(
            key.exchange(once), once.public_bytes_raw() + key.public_key().public_bytes_raw(), "wrap"
        )
    except ValueError as error:
        raise Unopened("The sealed key of the attempt was changed, so it cannot be opened.") from error
    return base64.b64decode(unseal(shared, sealed))
