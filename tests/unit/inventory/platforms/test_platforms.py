from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from inventory.errors import ConfigError
from inventory.platforms import registry as platforms
from inventory.platforms.base import Platform, ServiceAction
from inventory.platforms.images import RegistryImage
from inventory.platforms.package_managers import Apt
from inventory.platforms.registry import PLATFORMS
from tests.support.platform_cases import DATA, like
from tests.support.rendered_script import parsed
from tests.support.shell_syntax import syntax_error


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
@pytest.mark.parametrize("row", DATA["services"], ids=lambda row: row["action"])
def test_service(system: Platform, row: dict[str, str]) -> None:
    argv = system.services.command(cast(ServiceAction, row["action"]), row["unit"])
    assert " ".join(argv) == row[system.services.name]


def test_no_such_action() -> None:
    with pytest.raises(ConfigError, match="reload"):
        PLATFORMS["debian12"].services.command(cast(ServiceAction, "reload"), "apache2")


@pytest.mark.parametrize("name", DATA["platforms"])
def test_platform(name: str) -> None:
    system, want = platforms.get(name), {**DATA["platforms"][name]}
    want.pop("like", None)
    have: dict[str, Any] = {
        "init": system.services.name,
        "pcs": system.pcs,
        "corosync": system.corosync,
        "address": system.agents["address"],
        "web": system.agents["web"],
        "cluster_services": list(system.cluster_services),
        "image": system.image.reference if isinstance(system.image, RegistryImage) else None,
        "install": parsed(" ".join(system.package_manager.install(("pcs",))).removeprefix("sh -c ")),
        "boxes": {provider: [box.name, box.url or box.made_by] for provider, box in system.boxes.items()},
        "pacemaker_log": system.pacemaker_log,
    }
    assert have == want


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
def test_the_address_agent_has_the_programs_that_it_needs(system: Platform) -> None:
    """IPaddr and IPaddr2 look with ping and arping whether the address is taken; a small box has neither."""
    packages = {"iputils-ping", "iputils-arping"} if isinstance(system.package_manager, Apt) else {"iputils"}
    assert packages <= set(system.packages)


def test_all_platforms_have_a_case() -> None:
    assert set(DATA["platforms"]) == set(PLATFORMS)
    assert {like(name) for name in PLATFORMS} <= set(PLATFORMS)


def test_unknown_platform_names_the_known() -> None:
    with pytest.raises(ConfigError) as caught:
        platforms.get("centos5")
    assert "centos5" in str(caught.value)
    assert ", ".join(PLATFORMS) in str(caught.value)


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
def test_packages(system: Platform) -> None:
    assert {"corosync", "pacemaker", "pcs", "resource-agents", system.web_service} <= set(system.packages)
    assert len(set(system.packages)) == len(system.packages)
    # ocf:heartbeat:IPaddr calls ifconfig; IPaddr2 does not.
    assert ("net-tools" in system.packages) == (system.agents["address"] == "ocf:heartbeat:IPaddr")


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
def test_missing_packages(system: Platform) -> None:
    answer = "\n".join(f"{name} installed" for name in system.packages if name not in ("pcs", "sudo"))
    dpkg = "pcs not-installed\nsudo config-files\n"
    rpm = "package pcs is not installed\npackage sudo is not installed\n"
    not_there = dpkg if isinstance(system.package_manager, Apt) else rpm
    assert system.missing(answer) == ("pcs", "sudo")
    assert system.missing(f"{answer}\n{not_there}") == ("pcs", "sudo")
    assert system.missing(f"{answer}\npcs installed\nsudo installed\n") == ()


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
def test_altered_files_of_the_agents(system: Platform) -> None:
    """What dpkg 1.21 and rpm 4.16 print: changed contents, a missing file, and changes of other properties."""
    dpkg = "??5??????   /usr/a\nmissing     /usr/b\n??5?????? c /etc/c\n"
    rpm = "S.5....T.    /usr/a\nmissing     /usr/b\n..5....T.  c /etc/c\n.M.....T.    /usr/d\n"
    debian = isinstance(system.package_manager, Apt)
    program = "dpkg" if debian else "rpm"
    assert system.package_manager.verify(system.agents_package) == (program, "--verify", "resource-agents")
    assert system.agents_package in system.packages
    assert system.package_manager.altered(dpkg if debian else rpm) == ("/usr/a", "/usr/b", "/etc/c")
    assert system.package_manager.altered("package resource-agents is not installed\n") == ()


@pytest.mark.parametrize("system", PLATFORMS.values(), ids=PLATFORMS)
def test_scripts_are_shell(system: Platform) -> None:
    for script in (system.repository, system.firewall.opening, system.firewall.reading):
        assert syntax_error(script) == ""


def test_vault_lines(tmp_path: Path) -> None:
    file = tmp_path / "CentOS-Base.repo"
    file.write_text("".join(f"{before}\n" for before, _ in DATA["vault"]))
    other = tmp_path / "epel.repo"
    other.write_text("[epel]\nmirrorlist=https://mirrors.example/\nenabled=1\ngpgcheck=1\n")
    script = PLATFORMS["centos6"].repository.replace("/etc/yum.repos.d", str(tmp_path))
    for _ in range(2):
        subprocess.run(["sh", "-c", script], check=True)
        assert file.read_text().splitlines() == [after for _, after in DATA["vault"]]
        assert other.read_text() == "[epel]\nmirrorlist=https://mirrors.example/\nenabled=0\ngpgcheck=1\n"


def test_plain_http_is_told_with_its_reason() -> None:
    why = PLATFORMS["centos6"].tools.repository_why
    assert "plain http" in why
    assert "TLS is too old" in why


FAKE_IPTABLES = """
state=$1; : >> "$state"
service() { case "$2" in status) return 0;; save) echo saved;; esac; }
iptables-save() { cat "$state"; }
iptables() { shift 2; echo "-A INPUT $*" >> "$state"; }
"""


def test_centos6_firewall_opens_once(tmp_path: Path) -> None:
    script = FAKE_IPTABLES.replace("iptables-save()", "iptables_save()") + PLATFORMS[
        "centos6"
    ].firewall.opening.replace("iptables-save", "iptables_save")
    rules = tmp_path / "rules"

    def run() -> str:
        argv = ["sh", "-c", script, "sh", str(rules)]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    assert run() == "saved\n"
    opened = rules.read_text()
    assert re.findall(r"--dport (\S+)", opened) == ["5404:5405", "80"]
    assert "-p igmp" in opened
    assert run() == ""
    assert rules.read_text() == opened


@pytest.mark.skipif(shutil.which("pgrep") is None, reason="there is no pgrep here")
def test_an_init_script_that_hangs_in_its_stop_is_seen(tmp_path: Path) -> None:
    """With the real pgrep, which must not find the shell that asks."""
    script = tmp_path / "init.d" / "corosync"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nread -r line\n")
    script.chmod(0o755)
    [runs] = PLATFORMS["centos6"].services.active(["corosync"])

    def asked() -> int:
        return subprocess.run(["sh", "-c", runs], check=False).returncode

    def word(action: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([script, action], stdin=subprocess.PIPE)

    assert asked() == 0
    for action, status in (("start", 0), ("stop", 1)):
        with word(action) as process:
            assert asked() == status, action
            assert process.poll() is None, "it still runs"
            assert process.stdin
            process.stdin.close()
    assert asked() == 0
