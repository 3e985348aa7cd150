"""The ssh_config(5) of the nodes: Vagrant's lines, and the options that the nodes' server needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

USER = "vagrant"
"""Vagrant's user in each machine."""


@dataclass(frozen=True)
class SshAddress:
    """Where the ssh server of a machine answers on this host."""

    host: str
    port: int


def vagrants_text(addresses: Mapping[str, SshAddress], key: str) -> str:
    """Write what `vagrant ssh-config` prints, for addresses by alias and one private key (an absolute path).

    Source: Vagrant 2.3's templates/commands/ssh_config/config.erb.
    """
    quoted = f'"{key}"' if " " in key else key
    blocks = (
        f"""\
Host {alias}
  HostName {one.host}
  User {USER}
  Port {one.port}
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile {quoted}
  IdentitiesOnly yes
  LogLevel FATAL
"""
        for alias, one in addresses.items()
    )
    return "\n".join(blocks)


def with_options(text: str, options: Mapping[str, str]) -> str:
    """Add options for every host at the end: ssh(1) takes the first value that it finds, so Vagrant's lines win."""
    if not options:
        return text
    lines = ["Host *", *(f"  {name} {value}" for name, value in options.items())]
    return "\n".join([text.rstrip("\n"), "", *lines, ""])


def arguments(options: Mapping[str, str]) -> list[str]:
    """The same options for ssh's command line."""
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
