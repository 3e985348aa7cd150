"""Finds the text by which a client knows which node of an adopted cluster answered. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.config.adopted import MOST_CHARACTERS
from inventory.errors import ConfigError


def markers(pages: Mapping[str, str], chosen: Mapping[str, str], file: str) -> dict[str, str]:
    """A text for each host that only its page has, from the pages by host.

    `chosen` are texts that a person gave, by host; `file` is the page's file, for the message. Raises ConfigError.
    """
    if unknown := sorted(chosen.keys() - pages.keys()):
        raise ConfigError(f"--page {unknown[0]}: there is no such host.", hint=f"One of: {', '.join(pages)}")
    return {host: chosen.get(host) or _own_line(host, pages, file) for host in pages}


def _own_line(host: str, pages: Mapping[str, str], file: str) -> str:
    """The first line of a page that no other page contains."""
    others = [page for other, page in pages.items() if other != host]
    for line in map(str.strip, pages[host].splitlines()):
        if line and len(line) <= MOST_CHARACTERS and not any(line in page for page in others):
            return line
    what = "has no line of its own" if pages[host].strip() else "is missing or empty"
    raise ConfigError(
        f"The page of {host}, {file}, {what}: a client could not tell which node answered.",
        hint=f"Give each node's page a line of its own, or name a text that only this page has: --page {host}=TEXT",
    )
