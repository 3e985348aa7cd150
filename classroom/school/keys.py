"""A student's signing key (Ed25519, RFC 8032), which comes from the student's seed, and sealed texts.

What a signature proves: the file is as it was when a holder of this key signed it, and the holder got the key from the
teacher's class file. What it cannot prove: who sat at the keyboard, and that the evidence is true, because students
hold their own key and are root on their own machine. Judging the evidence itself is the work of judging.py.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from classroom.school.derivation import mac

_SIGN, _SEAL = "sign", "seal"
_ONCE = bytes(12)
"""The nonce of a sealed text. Each sealing key is used for one text alone."""


def public_key(seed: bytes) -> str:
    """The public key of a student, in hexadecimal (64 digits)."""
    return _private(seed).public_key().public_bytes_raw().hex()


def sign(seed: bytes, data: bytes) -> str:
    """The signature of some data by a student's key, in hexadecimal (128 digits). The same data gives the same one."""
    return _private(seed).sign(data).hex()


def is_signed(public: str, data: bytes, signature: str) -> bool:
    """Whether a signature of some data is that of a public key; False for texts that are neither."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def seal(seed: bytes, purpose: str, text: str) -> str:
    """A text that `cat` does not tell, in hexadecimal; whoever has the seed can open it."""
    return ChaCha20Poly1305(mac(seed, _SEAL, purpose)).encrypt(_ONCE, text.encode(), None).hex()


def opened(seed: bytes, purpose: str, sealed: str) -> str | None:
    """The text that `seal` sealed for the same purpose; None when it was changed, or sealed with another seed."""
    try:
        return (
            ChaCha20Poly1305(mac(seed, _SEAL, purpose)).decrypt(_ONCE, bytes.fromhex(sealed), None).decode()
        )
    except (ValueError, InvalidTag):
        return None


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(mac(seed, _SIGN))
