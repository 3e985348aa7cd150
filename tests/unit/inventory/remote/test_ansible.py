"""The inventory of Ansible, from the answers of a real ssh (ssh -G)."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from inventory.remote import ansible
from inventory.remote.ssh_config import SshAddress, vagrants_text, with_options
from tests.support.example_lab import NODE1, NODE2, example_lab

LAB = example_lab()
needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")


def asked(config: str, alias: str) -> str:
    done = subprocess.run(ansible.question(config, alias), capture_output=True, text=True, check=True)
    return done.stdout


def logins(text: str, folder: Path) -> dict[str, ansible.Login]:
    config = folder / "config"
    config.write_text(text)
    return {
        node.name: ansible.login(asked(str(config), node.alias), asked("/dev/null", node.alias))
        for node in LAB.nodes
    }


def hosts_of(found: dict[str, ansible.Login]) -> dict[str, Any]:
    made: Any = ansible.inventory(LAB, found)
    hosts: dict[str, Any] = made["all"]["children"]["magedu"]["hosts"]
    return hosts


@needs_ssh
def test_vagrants_ssh_config(tmp_path: Path) -> None:
    addresses = {"node1": SshAddress("127.0.0.1", 2200), "node2": SshAddress("192.0.2.9", 2222)}
    text = with_options(
        vagrants_text(addresses, "/labs/my lab/key"), {"PubkeyAcceptedAlgorithms": "+ssh-rsa"}
    )
    hosts = hosts_of(logins(text, tmp_path))
    assert list(hosts) == [NODE1, NODE2]
    one, other = hosts.values()
    assert (one["ansible_host"], one["ansible_port"], one["ansible_user"]) == ("127.0.0.1", 2200, "vagrant")
    assert (other["ansible_host"], other["ansible_port"]) == ("192.0.2.9", 2222)
    assert one["ansible_ssh_private_key_file"] == "/labs/my lab/key"
    assert one["ansible_become"] is True, "only root may use pcs"
    assert one["ha_cluster"] == {
        "node_name": NODE1,
        "pcs_address": "172.16.100.15",
        "corosync_addresses": ["172.16.100.15"],
    }
    # ssh takes the options back: host keys are not asked for, and the old algorithm is allowed.
    words = shlex.split(one["ansible_ssh_common_args"])
    settings = ansible._settings(
        subprocess.run(
            ["ssh", "-G", "-F", "/dev/null", *words, "x"], capture_output=True, text=True, check=True
        ).stdout
    )
    assert settings["stricthostkeychecking"] == ("false",)
    assert settings["userknownhostsfile"] == ("/dev/null",)
    assert settings["identitiesonly"] == ("yes",)
    assert "ssh-rsa" in settings["pubkeyacceptedalgorithms"][0].split(",")


@needs_ssh
def test_an_ssh_config_of_somebody_else(tmp_path: Path) -> None:
    """Root, a jump host, no key in the file: ssh looks for the key itself."""
    found = logins("Host node1 node2\n  User root\n  ProxyJump me@bastion.example.com\n", tmp_path)
    host = hosts_of(found)[NODE1]
    assert "ansible_ssh_private_key_file" not in host
    assert "ansible_become" not in host
    assert host["ansible_ssh_common_args"] == "-o proxyjump=me@bastion.example.com"


def test_the_name_of_the_group() -> None:
    assert ansible.group(example_lab(name="my-lab")) == "my_lab", "Ansible warns about a hyphen"
