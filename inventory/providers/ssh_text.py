"""The text of the lab's ssh_config: from the provider where it knows the addresses, otherwise from Vagrant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from inventory.providers.choice import Choice
from inventory.remote.ssh_config import SshAddress, vagrants_text, with_options


def ssh_text(choice: Choice, root: Path, ids: Mapping[str, str], ask_vagrant: Callable[[], str]) -> str:
    """Write the ssh_config in Vagrant's format, for machines with these ids by alias. A call of Vagrant takes 3 s.

    `root` is the folder of the Vagrantfile. Raises what `ask_vagrant` raises.
    """
    addresses = known_addresses(choice, ids)
    text = vagrants_text(addresses, str(root / _key(choice))) if addresses else ask_vagrant()
    return with_options(text, choice.platform_data.tools.ssh_options)


def known_addresses(choice: Choice, ids: Mapping[str, str]) -> Mapping[str, SshAddress] | None:
    """Where ssh of machines with these ids answers; None when only Vagrant knows it, or while one has no address."""
    return choice.provider_data.ssh_addresses(ids) if _key(choice) and all(ids.values()) else None


def _key(choice: Choice) -> str:
    """The path of the one private key for all machines, in the folder of the Vagrantfile; "" without one."""
    return str(choice.vagrant.ssh.get("private_key_path", ""))
