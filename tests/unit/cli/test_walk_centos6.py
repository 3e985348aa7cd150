"""`./lab walk` on centos6: the document's own commands and words, over outputs that a real old stack printed."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cli import walk_step
from inventory.model import Command, Result
from provision.steps.registry import STEPS, find
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_session import fake_session
from tests.support.old_stack import FOLDER, old_lab, recorded, shown_after

LOG = "corosync-log-node1-start-to-end-state.txt"
STATUS = recorded("pcs-0.9.26.txt").partition("Corosync Nodes:")[0]
CONFIG = recorded("pcs-0.9.26.txt").partition("Corosync Nodes:")[2]
SAID = {
    "pcs status": STATUS,
    "pcs config": CONFIG,
    "pcs property list": CONFIG[CONFIG.index("Cluster Properties:") :],
    "pcs constraint all": shown_after(recorded("move-away.txt"), "pcs constraint all"),
    "pcs cluster cib": recorded("cibadmin-Q-end-state.xml"),
    "crm_simulate -sL": recorded("crm_simulate-sL.txt"),
    "rpm -q pcs": "pcs-0.9.26-10.el6.noarch\n",
}
"""What a node prints, by command: all recorded but the name of pcs's package."""
DOCUMENT = {
    "names": ["uname -n"],
    "ssh": ["ssh -o BatchMode=yes node2 date"],
    "packages": ["yum -q -y install", "rpm -q pcs"],
    "authkey": ["scp -p", "ls -l /etc/corosync/authkey"],
    "start": [
        "service corosync start",
        "ssh -o BatchMode=yes node2.magedu.com 'service corosync start'",
        "grep -e 'Corosync Cluster Engine' -e 'configuration file' /var/log/cluster/corosync.log",
        "grep TOTEM /var/log/cluster/corosync.log",
        "grep ERROR: /var/log/cluster/corosync.log | grep -v unpack_resources",
        "grep pcmk_startup /var/log/cluster/corosync.log",
        "pcs status",
        "Corosync Cluster Engine ('1.4.1'): started and ready to provide service.",
        "Successfully read main configuration file",
        "[TOTEM ] Initializing transport (UDP/IP Multicast).",
        "[TOTEM ] The network interface [172.30.100.15] is now up.",
        "A processor joined or left the membership and a new membership was formed.",
        "pcmk_startup: CRM: Initialized",
        "The plugin is not supported in this environment",
        "Current DC: node2.magedu.com - partition with quorum",
        "2 Nodes configured, 2 expected votes",
        "Online: [ node1.magedu.com node2.magedu.com ]",
    ],
    "no-stonith": [
        "crm_verify -L -V",
        "pcs property set stonith-enabled=false",
        "pcs cluster cib | grep stonith",
        'name="stonith-enabled" value="false"',
        "pcs config",
    ],
    "look-around": [
        "pcs resource standards",
        "pcs resource providers",
        "pcs resource agents ocf:heartbeat",
        "pcs resource describe ocf:heartbeat:IPaddr",
    ],
    "floating-address": [
        "pcs resource create WebIP ocf:heartbeat:IPaddr ip=172.30.100.11 cidr_netmask=16 nic=eth1",
        "op monitor interval=30s",
        "WebIP (ocf::heartbeat:IPaddr): Started node1.magedu.com",
        "Any change of the configuration starts one",
    ],
    "no-quorum-policy": ["pcs property set no-quorum-policy=ignore", " no-quorum-policy: ignore"],
    "stickiness": ["pcs resource rsc defaults resource-stickiness=100", "WebIP allocation score on node1"],
    "pages": ["cat /var/www/html/index.html", "chkconfig httpd off"],
    "web-server": ["pcs resource create WebServer lsb:httpd op monitor interval=10s"],
    "colocation": [
        "pcs constraint colocation add WebServer WebIP INFINITY",
        "WebServer with WebIP (INFINITY)",
    ],
    "order": ["pcs constraint order WebIP then WebServer", "start WebIP then start WebServer (Mandatory)"],
    "location": [
        "pcs constraint location add webserver_on_node1 WebServer node1.magedu.com 500",
        "Enabled on: node1.magedu.com (score:500) (id:webserver_on_node1)",
    ],
}
"""By step: what the walkthrough types on CentOS 6.4, and what is seen."""


class OldNodes:
    """The nodes in memory; what only looks gets the recorded answers, and a grep really greps the recorded log."""

    def __init__(self, nodes: FakeCluster) -> None:
        self.nodes, self.session = nodes, nodes.session

    def run(self, command: Command) -> Result:
        if command.purpose != "show-state":
            return self.nodes.run(command)
        line = command.line.replace("/var/log/cluster/corosync.log", str(FOLDER / LOG))
        first, pipe, rest = line.partition(" | ")
        if first.startswith("grep "):
            return Result(command, 0, shell(line), "")
        said = SAID.get(first, f"({first})\n")
        return Result(command, 0, shell(rest, said) if pipe else said, "")


def shell(line: str, stdin: str = "") -> str:
    return subprocess.run(["sh", "-c", line], input=stdin, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the walk shows of each step, on fresh nodes."""
    folder: Path = tmp_path_factory.mktemp("lab")
    fake = FakeCluster(fake_session("centos6", lab=old_lab()))
    for machine in fake.machines.values():
        machine.boot.add("httpd")
    session = replace(fake.session, remote=OldNodes(fake))
    context, shown = fake_context(session, lambda: "", folder), {}
    for step in STEPS:
        with walk_step.out.capture() as captured:
            walk_step.show(context, session, step)
        shown[step.id] = captured.get()
    return shown


@pytest.mark.parametrize("step", DOCUMENT)
def test_the_documents_own_commands_and_words(walked: dict[str, str], step: str) -> None:
    shown = " ".join(walked[step].replace("\n  | ", "\n").split())
    assert [words for words in DOCUMENT[step] if " ".join(words.split()) not in shown] == []


def test_the_document_has_each_step() -> None:
    assert [step.id for step in STEPS if step.id not in DOCUMENT] == [
        "corosync.conf", "log-directory", "leftovers",
    ]  # fmt: skip
    assert find("start").number == "3"


def test_nothing_of_another_system_is_shown(walked: dict[str, str]) -> None:
    shown = "\n".join(walked.values())
    found = re.findall(r"systemctl|apt-get|dnf |knet|corosync-cmapctl|pcs --version|/etc/hostname", shown)
    assert found == []


def test_the_old_configuration_file_is_written(walked: dict[str, str]) -> None:
    assert "ver: 0" in walked["corosync.conf"]
    assert "[root@node1]# mkdir -p /var/log/cluster" in walked["log-directory"]
