"""Scripts and parsers over what a live old stack printed: each sees what people saw there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from cluster import cib, pcs
from drill.faults.base import shell
from drill.scenarios.building_blocks import FAILURE_COUNTED
from inventory.model import INFINITY, Location
from inventory.platforms.registry import PLATFORMS
from provision.readings import FACTS
from status import node_shell
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_session
from tests.support.old_stack import recorded, shown_after
from tests.support.shell_sandbox import SHELLS, Sandbox

CENTOS6 = PLATFORMS["centos6"]
EVERY_SHELL = pytest.mark.parametrize("program", SHELLS)


@EVERY_SHELL
@pytest.mark.parametrize(("state", "says"), [("maintenance", "yes"), ("up", ""), ("standby", "")])
def test_the_proof_of_maintenance(sandbox: Sandbox, program: str, state: str, says: str) -> None:
    sandbox.answer({"crm_mon -X -r": recorded(f"crm_mon-X-r-{state}.xml")})
    assert sandbox.run(shell("prove_maintenance_mode"), program).stdout.strip() == says


@EVERY_SHELL
@pytest.mark.parametrize(("node", "says"), [(NODE2, "yes"), (NODE1, "")])
def test_the_proof_of_a_standby(sandbox: Sandbox, program: str, node: str, says: str) -> None:
    sandbox.answer({"crm_mon -X -r": recorded("crm_mon-X-r-standby.xml")})
    assert sandbox.run(shell("prove_standby", node=node), program).stdout.strip() == says


@EVERY_SHELL
@pytest.mark.parametrize(
    ("state", "wrong"), [("web-killed", True), ("start-failed", True), ("after-cleanup", False)]
)
def test_failures_that_need_a_cleanup(sandbox: Sandbox, program: str, state: str, wrong: bool) -> None:
    """crm_mon's XML shows none of them."""
    sandbox.answer(
        {
            "pidof crmd": "12",
            "crm_mon -X -r": recorded(f"crm_mon-X-r-{state}.xml"),
            "cibadmin -Q -o status": recorded(f"cibadmin-Q-{state}.xml").partition("<status>")[2],
        }
    )
    text = shell("repair_failures", cluster_process="crmd", cleanup="true")
    done = sandbox.run(f"{text}\nif is_wrong; then echo wrong; fi", program)
    assert (done.stdout == "wrong\n") is wrong


@EVERY_SHELL
@pytest.mark.parametrize(
    ("command", "file", "left"),
    [
        ("crm_resource -M -r WebServer", "move-away.txt", "cli-standby-WebServer"),
        (f"pcs resource move WebServer {NODE2}", "pcs-move-unmove.txt", "cli-prefer-WebServer"),
        ("pcs resource unmove WebServer", "pcs-move-unmove.txt", ""),
    ],
)
def test_what_a_move_left_is_found_and_deleted(
    sandbox: Sandbox, program: str, command: str, file: str, left: str
) -> None:
    said = recorded(file)
    constraints = shown_after(said, "cibadmin -Q -o constraints" if "away" in file else command)
    sandbox.answer(
        {
            "pidof crmd": "12",
            "cibadmin -Q": {"runs": "cat {root}/cib"},
            "pcs constraint rm": {"does": ": > {root}/cib"},
        }
    )
    (sandbox.root / "cib").write_text(constraints)
    text = shell(
        "repair_leftover_constraints", cluster_process="crmd", delete_constraint='pcs constraint rm "$1"'
    )
    done = sandbox.run(f"{text}\nis_wrong || exit 0; put_right || exit 1; is_wrong || echo clean", program)
    assert (done.returncode, done.stdout) == (0, "clean\n" if left else "")
    assert sandbox.calls == ([f"pcs constraint rm {left}"] if left else [])


def test_what_a_move_left_is_read_as_a_location() -> None:
    """It is a rule on #uname there."""
    text = shown_after(recorded("move-away.txt"), "cibadmin -Q -o constraints")
    found = cib.parse(f"<cib><configuration>{text}</configuration></cib>")
    assert found.leftovers == ("cli-standby-WebServer",)
    assert Location("", "WebServer", NODE1, -INFINITY) in found.configuration.locations


@pytest.mark.parametrize("state", ["peer-offline", "peer-restarted-at-once", "maintenance", "after-cleanup"])
def test_the_clusters_own_attributes_are_nobodys_leftovers(state: str) -> None:
    found = cib.parse(recorded(f"cibadmin-Q-{state}.xml"))
    assert found.failcounts == {}
    assert found.configuration.transient == {}


def test_crm_resource_has_the_options_that_the_lab_uses() -> None:
    said = recorded("crm_resource-help.txt")
    known = {word for line in said.splitlines() for word in re.findall(r"(?<![\w-])-{1,2}[\w-]+", line[:40])}
    used = [
        pcs.ban("0.9.26", "WebServer", NODE1), pcs.cleanup("0.9.26", "WebServer"), pcs.refresh("0.9.26", "WebServer"),
        pcs.disable("0.9.26", "WebServer"), pcs.enable("0.9.26", "WebServer"),
        ("crm_resource", "-l"), ("crm_resource", "-W", "-r", "WebServer"), ("crm_resource", "--list-agents"),
        ("crm_resource", "--show-metadata"),
    ]  # fmt: skip
    for argv in used:
        assert {word for word in argv if word.startswith("-")} <= known, argv
    assert not {"-B", "--ban", "--clear"} & known


@EVERY_SHELL
def test_what_starts_at_boot(sandbox: Sandbox, program: str) -> None:
    lines = {line.split()[0]: line for line in recorded("sysv.txt").splitlines() if ":off" in line}
    for unit, says in (("corosync", ""), ("httpd", ""), ("iptables", "enabled\n")):
        sandbox.answer({f"chkconfig --list {unit}": lines[unit]})
        assert sandbox.run(CENTOS6.services.enabled_reading(unit), program).stdout == says


@dataclass(frozen=True)
class Read:
    """A fact's shell text on node1 of centos6."""

    field: str

    def text(self) -> str:
        session = fake_session("centos6")
        [fact] = [one for one in FACTS if one.field == self.field]
        return fact.reading(session, session.lab.node1)


@EVERY_SHELL
def test_the_nodes_id(sandbox: Sandbox, program: str) -> None:
    sandbox.answer({"corosync-cfgtool -s": recorded("corosync-cfgtool-s.txt")})
    assert sandbox.run(Read("node_id").text(), program).stdout == "258219692\n"


@EVERY_SHELL
@pytest.mark.parametrize(
    ("line", "busy"),
    [
        ("Status of crmd@node1.magedu.com: S_PENDING (ok)", True),
        ("Status of crmd@node1.magedu.com: S_IDLE (ok)", False),
        ("Status of crmd@node2.magedu.com: S_NOT_DC (ok)", False),
        ("No messages received in 30 seconds.. aborting", False),
    ],
)
def test_whether_the_dc_is_busy(sandbox: Sandbox, program: str, line: str, busy: bool) -> None:
    assert line in recorded("crmadmin-S.txt"), "recorded"
    sandbox.answer({"crmadmin -S": line})
    assert (sandbox.run(node_shell.dc_at_work(NODE1, 10), program).stdout == "yes\n") is busy


OLD, NEW = "Online: [ {} ]\n{}\n", "Node List:\n  * Online: [ {} ]\n  * {}\n"
"""The lines with the nodes that crm_mon of pacemaker 1.1.8 and 2.1 prints."""
OLD_ANSWER, NEW_ANSWER = (
    f"Status of crmd@{NODE2}: S_NOT_DC (ok)",
    f"Controller on {NODE2} in state S_IDLE: ok",
)
NO_ANSWER = "No messages received in 30 seconds.. aborting"
THIRD = "node3.magedu.com"


@EVERY_SHELL
@pytest.mark.parametrize(
    ("crm_mon", "answer", "unanswered"),
    [
        (OLD.format(f"{NODE1} {NODE2}", ""), OLD_ANSWER, ""),
        (OLD.format(f"{NODE1} {NODE2}", ""), NO_ANSWER, NODE2),
        (OLD.format(NODE1, f"OFFLINE: [ {NODE2} ]"), NO_ANSWER, ""),
        (NEW.format(f"{NODE1} {NODE2}", ""), NEW_ANSWER, ""),
        (NEW.format(f"{NODE1} {NODE2}", ""), "", NODE2),
        (NEW.format(NODE1, f"OFFLINE: [ {NODE2} ]"), "", ""),
        (NEW.format(NODE1, f"Node {NODE2}: pending"), "", ""),
        (NEW.format(f"{NODE1} {NODE2} {THIRD}", ""), "", NODE2),
        (NEW.format(f"{NODE1} {THIRD}", ""), "", THIRD),
        ("", "", ""),
    ],
)
def test_the_first_node_that_sends_no_answer(
    sandbox: Sandbox, program: str, crm_mon: str, answer: str, unanswered: str
) -> None:
    assert f"Online: [ {NODE1} {NODE2} ]\n" in recorded("crm_mon-1-r-f-A-up.txt"), "recorded"
    sandbox.answer({"crm_mon -1": crm_mon, f"crmadmin -S {NODE2}": answer, f"crmadmin -S {THIRD}": ""})
    assert sandbox.run(node_shell.unanswered([NODE2, THIRD], 10), program).stdout.strip() == unanswered


def test_a_counted_failure_is_shown_to_people() -> None:
    assert FAILURE_COUNTED.shows in recorded("crm_mon-1-r-f-web-killed.txt")
    assert FAILURE_COUNTED.shows not in recorded("crm_mon-1-r-f-A-up.txt")
