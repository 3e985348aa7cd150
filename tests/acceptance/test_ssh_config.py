"""The lab's ssh_config says what `vagrant ssh-config` says, also where the lab wrote it without Vagrant."""

from __future__ import annotations

import pytest

from cli.context import Context
from inventory.providers.ssh_files import LINK
from inventory.remote.ssh_config import with_options

pytestmark = pytest.mark.smoke


def words(text: str) -> list[list[str]]:
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and line[0] != "#"]


def test_it_is_vagrants(context: Context) -> None:
    machines = context.machines
    ours = machines.ssh_config().read_text().replace(f"{machines.control / LINK}", str(machines.home))
    options = machines.choice.platform_data.tools.ssh_options
    theirs = with_options(machines.vagrant.ssh_config(), options).replace('"', "")
    assert words(ours) == words(theirs)
    assert {"Host node1", "Host node2"} <= {" ".join(line) for line in words(ours)}
