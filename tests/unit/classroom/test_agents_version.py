"""Agents of another version on the passive node: what the script writes into their files and undoes."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from inventory.remote.script import script
from tests.support.shell_sandbox import SHELLS, Sandbox, make_programs

LIBRARY = "lib/ocf/lib/heartbeat/ocf-directories"
AGENT = "lib/ocf/resource.d/heartbeat/IPaddr2"
WITH_LIBRARY = (". ${OCF_FUNCTIONS_DIR}/findif.sh\n", "FINDIF=findif\n")
"""IPaddr2 since 3.9.4."""
WITHOUT_LIBRARY = ("", "FINDIF=$HA_BIN/findif\n")
"""IPaddr, and IPaddr2 before 3.9.4."""
FOLDERS = ("libexec/heartbeat", "lib/heartbeat")
"""The helper programs' folders, by package version."""


class Node:
    """The files of resource-agents in a folder: their helper programs are in `helpers`."""

    def __init__(self, tmp_path: Path, helpers: str, agent: tuple[str, str]) -> None:
        (tmp_path / "programs").mkdir()
        self.sandbox = Sandbox(tmp_path / "node", make_programs(tmp_path / "programs"))
        self.usr = self.sandbox.root / "usr"
        for path, text in {
            f"{helpers}/send_arp": "",
            LIBRARY: f"prefix={self.usr}\n: ${{HA_BIN:={self.usr}/{helpers}}}\n: ${{HA_SBIN_DIR:=/usr/sbin}}\n",
            AGENT: f"#!/bin/sh\n{agent[0]}SENDARP=$HA_BIN/send_arp\n{agent[1]}NICINFO=`$FINDIF`\n",
        }.items():
            (self.usr / path).parent.mkdir(parents=True, exist_ok=True)
            (self.usr / path).write_text(text)
            (self.usr / path).chmod(0o755)

    @property
    def files(self) -> dict[str, tuple[str, int, int]]:
        """Contents, mode and inode of each file; a file that is written anew has another inode."""
        paths = {path: self.usr / path for path in (LIBRARY, AGENT)}
        return {
            path: (file.read_text(), file.stat().st_mode, file.stat().st_ino) for path, file in paths.items()
        }

    def run(self, version: str, shell: str = "dash") -> CompletedProcess[str]:
        text = script("classroom", "agents_version", version=version, usr=self.usr, agent=self.usr / AGENT)
        return self.sandbox.run(text, shell)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("agent", [WITH_LIBRARY, WITHOUT_LIBRARY], ids=["library", "program"])
@pytest.mark.parametrize(("helpers", "other"), [FOLDERS, FOLDERS[::-1]])
def test_the_lines_of_another_version_and_back(
    tmp_path: Path, helpers: str, other: str, agent: tuple[str, str], shell: str
) -> None:
    node = Node(tmp_path, helpers, agent)
    before = node.files
    assert node.run("other", shell).returncode == 0
    broken = node.files
    assert f": ${{HA_BIN:={node.usr}/{other}}}\n" in broken[LIBRARY][0]
    assert "FINDIF=$HA_BIN/findif\n" in broken[AGENT][0]
    assert node.run("own", shell).returncode == 0
    assert {path: one[:2] for path, one in node.files.items()} == {
        path: one[:2] for path, one in before.items()
    }


def test_good_files_are_not_written(tmp_path: Path) -> None:
    """Undoing runs on all nodes, also on those that were never broken or are repaired already."""
    node = Node(tmp_path, FOLDERS[0], WITH_LIBRARY)
    before = node.files
    assert node.run("own").returncode == 0
    assert node.files == before


def test_a_link_to_the_agent_stays_a_link(tmp_path: Path) -> None:
    """CentOS 6 has IPaddr as a link to IPaddr2."""
    node = Node(tmp_path, FOLDERS[0], WITH_LIBRARY)
    agent, target = node.usr / AGENT, node.usr / f"{AGENT}.real"
    agent.rename(target)
    agent.symlink_to(target)
    assert node.run("other").returncode == 0
    assert agent.is_symlink()
    assert "FINDIF=$HA_BIN/findif\n" in target.read_text()


def test_another_form_of_the_files_is_not_broken(tmp_path: Path) -> None:
    node = Node(tmp_path, FOLDERS[0], WITH_LIBRARY)
    (node.usr / LIBRARY).write_text("HA_BIN=/opt/helpers\n")
    before = node.files
    said = node.run("other")
    assert (said.returncode, node.files) == (1, before)
    assert "ocf-directories has no line ': ${HA_BIN:=" in said.stderr


def test_a_node_without_agents_needs_no_repair(tmp_path: Path) -> None:
    node = Node(tmp_path, FOLDERS[0], WITH_LIBRARY)
    for path in (LIBRARY, AGENT):
        (node.usr / path).unlink()
    said = node.run("own")
    assert (said.returncode, said.stderr) == (0, "")
