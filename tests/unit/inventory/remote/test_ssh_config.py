"""The options that an old server needs, as a real ssh client reads them (ssh -G)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from inventory.platforms.registry import PLATFORMS
from inventory.remote.ssh_config import SshAddress, arguments, vagrants_text, with_options

VAGRANTS = "Host node1\n  HostName 127.0.0.1\n  LogLevel FATAL\n"
OLD = PLATFORMS["centos6"].tools.ssh_options
needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")


def algorithms(*words: str) -> dict[str, list[str]]:
    said = subprocess.run(["ssh", "-G", *words, "node1"], capture_output=True, text=True, check=True).stdout
    pairs = (line.split(" ", 1) for line in said.splitlines() if " " in line)
    return {name: value.split(",") for name, value in pairs if name.endswith("algorithms")}


def test_a_current_system_needs_no_option() -> None:
    for name, platform in PLATFORMS.items():
        assert bool(platform.tools.ssh_options) is (name == "centos6")
    assert with_options(VAGRANTS, {}) == VAGRANTS
    assert arguments({}) == []


def test_vagrants_words() -> None:
    """As `vagrant ssh-config` of 2.3.4 printed it for two containers."""
    addresses = {"node1": SshAddress("127.0.0.1", 2200), "node2": SshAddress("127.0.0.1", 2222)}
    assert vagrants_text(addresses, "/labs/my lab/.lab/key") == "\n".join(
        f"""\
Host {alias}
  HostName 127.0.0.1
  User vagrant
  Port {port}
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "/labs/my lab/.lab/key"
  IdentitiesOnly yes
  LogLevel FATAL
"""
        for alias, port in (("node1", 2200), ("node2", 2222))
    )
    assert "  IdentityFile /labs/lab/.lab/key\n" in vagrants_text(addresses, "/labs/lab/.lab/key")


@needs_ssh
def test_ssh_rsa_is_permitted_for_this_platform(tmp_path: Path) -> None:
    config = tmp_path / "config"
    for text, permitted in ((VAGRANTS, False), (with_options(VAGRANTS, OLD), True)):
        config.write_text(text)
        found = algorithms("-F", str(config))
        assert ("ssh-rsa" in found["hostkeyalgorithms"]) is permitted
        assert ("ssh-rsa" in found["pubkeyacceptedalgorithms"]) is permitted
        assert "ssh-ed25519" in found["hostkeyalgorithms"], "the others stay"
    assert "ssh-rsa" in algorithms("-F", "none", *arguments(OLD))["pubkeyacceptedalgorithms"]


@needs_ssh
def test_a_client_that_does_not_know_an_option_ignores_it(tmp_path: Path) -> None:
    """A client before 8.5 does not know PubkeyAcceptedAlgorithms; here an option that no client knows stands for it."""
    config = tmp_path / "config"
    options = {name: value.replace("PubkeyAcceptedAlgorithms", "NoSuchOption") for name, value in OLD.items()}
    options["NoSuchOption"] = options.pop("PubkeyAcceptedAlgorithms")
    config.write_text(with_options(VAGRANTS, options))
    assert "ssh-rsa" in algorithms("-F", str(config))["hostkeyalgorithms"]
