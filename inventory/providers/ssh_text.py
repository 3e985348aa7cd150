"""The text of the lab's ssh_config: from the provider where it knows the addresses, otherwise from Vagrant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from inventory.providers.choice import Choice
from inventory.remote.ssh_config import vagrants_text, with_options


def ssh_text(choice: Choice, root: Path, ids: Mapping[str, str], ask_vagrant: Callable[[], str]) -> str:
    """Write the ssh_config in Vagrant's format, for machines with these ids by alias. A call of Vagrant takes 3 s.

    `root` is the folder of the Vagrantfile. Raises what `ask_vagrant` raises.
    """
    key = str(choice.vagrant.ssh.get("private_key_path", ""))
    addresses = choice.provider_data.ssh_addresses(ids) if key else None
    text = vagrants_text(addresses, str(root / key)) if addresses else ask_vagrant()
    return with_options(text, choice.platform_data.tools.ssh_options)
