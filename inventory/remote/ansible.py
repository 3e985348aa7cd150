"""The lab as an inventory of Ansible (YAML), from what ssh itself says about its ssh_config.

Sources: ssh(1), option -G; Ansible's "Connecting to hosts: behavioral inventory parameters"; the README of the role
ha_cluster, which reads the variable `ha_cluster` of each host.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.model import Lab

_OWN = frozenset({"host", "hostname", "user", "port", "identityfile", "updatehostkeys"})
"""Settings that have a variable of their own, and one that ssh derives from another setting."""
_NOT_IN_A_GROUP = re.compile(r"[^a-z0-9_]")


@dataclass(frozen=True)
class Login:
    """How ssh reaches a node. `key` is "" when the ssh_config does not name exactly one private key.

    `options` are the other settings in which the ssh_config differs from ssh's defaults, by name.
    """

    host: str
    port: int
    user: str
    key: str
    options: Mapping[str, str]


def question(config: str, alias: str) -> tuple[str, ...]:
    """The command that prints all settings of ssh for a host; it connects to nothing."""
    return ("ssh", "-G", "-F", config, alias)


def login(said: str, default: str) -> Login:
    """Read the answer of `question`, and the one that ssh gives for the same host with an empty ssh_config."""
    found, usual = _settings(said), _settings(default)
    keys = found.get("identityfile", ())
    return Login(
        host=found["hostname"][0],
        port=int(found["port"][0]),
        user=found["user"][0],
        key=keys[0] if len(keys) == 1 else "",
        options={
            name: values[-1]
            for name, values in found.items()
            if name not in _OWN and values != usual.get(name, ())
        },
    )


def inventory(lab: Lab, logins: Mapping[str, Login]) -> dict[str, object]:
    """The inventory: one group with the lab's name; `logins` has how ssh reaches each node, by its full name."""
    hosts = {node.name: _host(node.name, str(node.address), logins[node.name]) for node in lab.nodes}
    return {"all": {"children": {group(lab): {"hosts": hosts}}}}


def group(lab: Lab) -> str:
    """The name of the lab's group: Ansible allows letters, digits and underscores."""
    return _NOT_IN_A_GROUP.sub("_", lab.name)


def _host(name: str, address: str, one: Login) -> dict[str, object]:
    options = [f"-o {shlex.quote(f'{key}={value}')}" for key, value in sorted(one.options.items())]
    return {
        "ansible_host": one.host,
        "ansible_port": one.port,
        "ansible_user": one.user,
        **({"ansible_ssh_private_key_file": one.key} if one.key else {}),
        **({"ansible_ssh_common_args": " ".join(options)} if options else {}),
        **({} if one.user == "root" else {"ansible_become": True}),
        "ha_cluster": {"node_name": name, "pcs_address": address, "corosync_addresses": [address]},
    }


def _settings(said: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in said.splitlines():
        name, _, value = line.partition(" ")
        found[name] = (*found.get(name, ()), value)
    return found
