"""Compares values of options by meaning: times, booleans, scores and netmasks in different notations.

Source: Pacemaker Explained ("Value Types"); ocf:heartbeat:IPaddr's metadata for `cidr_netmask`.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from inventory.config.cluster_properties import boolean, milliseconds
from inventory.model import INFINITY

DEFAULTS = {
    "maintenance-mode": "false",
    "maintenance": "false",
    "standby": "false",
    "is-managed": "true",
    "target-role": "started",
}
"""Pacemaker's defaults of common options: a stored default means the same as a missing option."""
NETMASKS = ("cidr_netmask", "netmask")
"""Options that take a prefix length or a netmask with dots."""


def same(name: str, one: str | None, other: str | None) -> bool:
    """Tell whether two values of an option mean the same; None (not set) means pacemaker's default."""
    return _meaning(name, one) == _meaning(name, other)


def without_defaults(pairs: Mapping[str, str]) -> dict[str, str]:
    """Give the options without those that are set to their defaults."""
    return {name: value for name, value in pairs.items() if not same(name, value, None)}


def times(text: str | None) -> list[int | str]:
    """Give comma-separated times in milliseconds, sorted; a word that is not a time is not changed."""
    words = text.split(",") if text else []
    read = [milliseconds(word) for word in words]
    return sorted((word if time is None else time for word, time in zip(words, read, strict=True)), key=str)


def _meaning(name: str, text: str | None) -> int | str | None:
    if name in NETMASKS and text is not None:
        return _prefix(text)
    if name not in DEFAULTS:
        return None if text is None else _value(text)
    return DEFAULTS[name] if text is None else _value(text.lower())


def _prefix(text: str) -> str:
    try:
        return str(IPv4Network(f"0.0.0.0/{text.strip()}").prefixlen)
    except ValueError:
        return text


def _value(text: str) -> int | str:
    """Give a time in milliseconds, a boolean as true or false, and other values unchanged."""
    word, truth = text.strip().lower(), boolean(text)
    if truth is not None:
        return "true" if truth else "false"
    if word.lstrip("+-") in ("infinity", str(INFINITY)):
        return -INFINITY if word.startswith("-") else INFINITY
    time = milliseconds(text)
    return text if time is None or text.isdigit() else time
