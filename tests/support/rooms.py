"""The top-level packages of the project."""

from __future__ import annotations

from language.catalogue import ROOMS as WITH_TEXTS

ROOMS = ("language", *WITH_TEXTS)
"""In the order of the layers, the lowest one first."""
