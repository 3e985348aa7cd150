"""How a student's values come from the seed of the class: HMAC-SHA256 and nothing else, so any machine gives the same.

    seed of a student   = HMAC(seed of the class, "ha-lab student 1" NUL name)
    number below N      = first 8 bytes of HMAC(seed of the student, purpose NUL try), as a big-endian number, modulo N
    order of some words = sorted by HMAC(seed of the student, purpose NUL word)

NUL is a zero byte, texts are UTF-8 in the form NFC, `try` is a decimal number from 0 on. A number below N is not
exactly uniform: N is at most 2**32, so one value is at most 2**-32 times more probable than another one.
Source: RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable

_STUDENT = "ha-lab student 1"
"""The purpose of a student's seed, with the version of this derivation."""


def mac(key: bytes, *texts: str) -> bytes:
    """The HMAC-SHA256 of some texts, joined by zero bytes (32 bytes)."""
    joined = "\0".join(unicodedata.normalize("NFC", text) for text in texts)
    return hmac.new(key, joined.encode(), hashlib.sha256).digest()


def student_seed(class_seed: str, name: str) -> bytes:
    """The seed of a student (32 bytes). It tells nothing about the seed of the class or about another student's."""
    return mac(unicodedata.normalize("NFC", class_seed).encode(), _STUDENT, name)


def number(seed: bytes, purpose: str, below: int, attempt: int = 0) -> int:
    """A whole number from 0 to below - 1; another `attempt` gives another number."""
    return int.from_bytes(mac(seed, purpose, str(attempt))[:8], "big") % below


def order(seed: bytes, purpose: str, words: Iterable[str]) -> tuple[str, ...]:
    """Some words in the order of a seed. When a word is added, the others keep their order."""
    return tuple(sorted(words, key=lambda word: mac(seed, purpose, word)))
