"""The ssh_config(5) of the nodes: Vagrant's lines, and the options that the nodes' server needs."""

from __future__ import annotations

from collections.abc import Mapping


def with_options(text: str, options: Mapping[str, str]) -> str:
    """Add options for every host at the end: ssh(1) takes the first value that it finds, so Vagrant's lines win."""
    if not options:
        return text
    lines = ["Host *", *(f"  {name} {value}" for name, value in options.items())]
    return "\n".join([text.rstrip("\n"), "", *lines, ""])


def arguments(options: Mapping[str, str]) -> list[str]:
    """The same options for ssh's command line."""
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
