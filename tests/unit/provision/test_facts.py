from __future__ import annotations

import dataclasses
import subprocess
from dataclasses import replace

import pytest

from cluster.cib import Cib
from cluster.configuration import Configuration
from cluster.crm_mon import ClusterState
from inventory.errors import CommandFailed, Unreachable
from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from inventory.remote.sections import MARK
from provision.facts import Facts, NodeFacts, gather, parse, readings
from provision.readings import FACTS
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session
from tests.support.shell_syntax import syntax_error

GOAL = fake_session("debian12")
NODE = GOAL.lab.node1


def recorded(name: str) -> NodeFacts:
    """What the readings printed on a Debian 12 node."""
    out = (CASES / "facts" / f"{name}.txt").read_text()
    return parse(GOAL, Result(readings(GOAL, NODE), 0, out, ""))


def test_a_fresh_node() -> None:
    found = recorded("fresh")
    assert (found.name, found.next_name) == ("bookworm", "bookworm")
    assert found.hosts.startswith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost")
    assert found.hosts.endswith("ip6-allrouters\n"), "to the byte, it is written back"
    assert found.missing == (), "the image holds the packages"
    assert found.agents == ("CTDB", "IPaddr", "IPaddr2", "apache")
    set_there = {"name", "next_name", "hosts", "agents", "resolves"}
    empty = NodeFacts()
    for field in dataclasses.fields(NodeFacts):
        if field.name not in set_there:
            assert getattr(found, field.name) == getattr(empty, field.name), field.name


def test_a_node_whose_cluster_runs_alone() -> None:
    found = recorded("running")
    assert (found.name, found.interface, found.node_id) == (NODE1, "eth0", "1")
    assert found.root_key.startswith("ssh-ed25519 AAAA")
    assert [key.split()[0] for key in found.host_keys] == ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"]
    assert found.conf == (CASES / "corosync" / "corosync-3.conf").read_text(), "to the byte, it is compared"
    assert found.authkey == "400 root:root 9f86d081884c7d65"
    assert (found.log_directory, found.corosync, found.pacemaker, found.stale) == (True, True, True, False)
    assert found.cib is not None
    assert found.cib.version == (0, 7, 4)
    assert found.cib.configuration == Configuration({"dc-deadtime": "2s"}, {})
    assert found.state is not None
    assert (found.state.dc, found.state.quorate, found.state.online) == (NODE1, False, (NODE1,))
    assert "no STONITH resources have been defined" in found.verify
    assert "starting up" in found.log
    assert found.page == "<h1>Node1.magedu.com</h1>"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_readings_are_shell(platform: str) -> None:
    command = readings(fake_session(platform), NODE)
    assert command.node == NODE1
    assert syntax_error(command.argv[2]) == ""
    assert command.line.count(MARK) == len(FACTS)


def test_every_field_has_its_fact() -> None:
    assert [fact.field for fact in FACTS] == [field.name for field in dataclasses.fields(NodeFacts)]


def test_a_reading_that_prints_nothing_or_rubbish_leaves_a_gap() -> None:
    out = f"\n{MARK}name\nnode1\n\n{MARK}cib\nSignon to CIB failed\n\n{MARK}state\n<html/>\n"
    found = parse(GOAL, Result(readings(GOAL, NODE), 0, out, ""))
    assert (found.name, found.cib, found.state, found.hosts) == ("node1", None, None, "")
    assert len(found.missing) == len(GOAL.platform.packages), "what is not said to be installed is missing"


def test_readings_that_fail_are_no_facts() -> None:
    result = Result(readings(GOAL, NODE), 1, "", "sudo: a password is required\n")
    with pytest.raises(CommandFailed) as caught:
        parse(GOAL, result)
    assert (
        caught.value.message == f"{NODE1}: the facts could not be read (exit 1): sudo: a password is required"
    )
    assert "./lab ssh" in caught.value.hint


def test_gather_asks_every_node_once() -> None:
    out = (CASES / "facts" / "running.txt").read_text()
    remote = FakeRemote(lambda command: (0, out, ""))
    found = gather(replace(GOAL, remote=remote))
    assert sorted(command.node for command in remote.ran) == [NODE1, NODE2]
    assert found.of(NODE) == recorded("running")
    with pytest.raises(Unreachable):
        gather(replace(GOAL, remote=FakeRemote(lambda command: None)))


STALE = """\
date() { [ "$1" = -f ] && cat || echo 2000000000.000000000; }
pidof() { [ "$pid_is" ] && echo $pid_is; }
cut() { [ "$3" = /proc/uptime ] && echo 1000.50 || echo $ticks; }
stat() { printf '%s\n' $changes; }
"""


@pytest.mark.parametrize(
    ("pid", "changes", "stale"),
    [
        # corosync began 500 seconds after the boot, which was at half a second past 1999998999
        ("7", "1999999490.1 1999999499.499", False),
        ("7", "1999999499.51", False),
        ("7", "1999999400.7 1999999499.75", True),
        ("7", "1999999499.75 1999999400.7", True),
        ("7", "2000003600.0", False),
        ("7", "", False),
        ("", "1999999600.0", False),
    ],
    ids=["before", "within the clocks' ticks", "key after", "conf after", "in the future", "no files", "down"],
)  # fmt: skip
def test_stale(pid: str, changes: str, stale: bool) -> None:
    [fact] = [one for one in FACTS if one.field == "stale"]
    settings = f"pid_is={pid} ticks=50000 changes='{changes}'\n"
    script = settings + STALE + fact.reading(GOAL, NODE)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert fact.parse(GOAL, done.stdout) is stale, done.stderr


def cib(epoch: int, **properties: str) -> Cib:
    return Cib(Configuration(properties, {}), (0, epoch, 0), (), {})


def state(quorate: bool, dc: str | None) -> ClusterState:
    return ClusterState(dc, quorate, (), (), (), {})


@pytest.mark.parametrize(
    ("one", "other", "newest"),
    [
        (NodeFacts(cib=cib(3)), NodeFacts(cib=cib(4, a="1")), {"a": "1"}),
        (NodeFacts(cib=cib(9)), NodeFacts(cib=cib(4, a="1"), pacemaker=True), {"a": "1"}),
        (NodeFacts(), NodeFacts(cib=cib(4, a="1")), {"a": "1"}),
    ],
    ids=["the newer on disk", "the running one", "the only one"],
)
def test_whose_cib_counts(one: NodeFacts, other: NodeFacts, newest: dict[str, str]) -> None:
    for pair in ((one, other), (other, one)):
        found = Facts(dict(zip((NODE1, NODE2), pair, strict=True))).cib
        assert found is not None
        assert found.properties == newest
    assert Facts({NODE1: NodeFacts()}).cib is None


def test_whose_state_counts() -> None:
    best = state(True, NODE1)
    for other in (state(False, NODE2), state(False, None), None):
        for pair in ((best, other), (other, best)):
            nodes = {name: NodeFacts(state=one) for name, one in zip((NODE1, NODE2), pair, strict=True)}
            assert Facts(nodes).state is best
    assert Facts({NODE1: NodeFacts()}).state is None


@pytest.mark.parametrize(
    ("names", "interface"),
    [(("eth1", "eth1"), "eth1"), (("eth1", "eth0"), ""), (("eth1", ""), "eth1"), (("", ""), "")],
)
def test_the_interface_of_both(names: tuple[str, str], interface: str) -> None:
    nodes = {node: NodeFacts(interface=name) for node, name in zip((NODE1, NODE2), names, strict=True)}
    assert Facts(nodes).interface == interface


def test_no_key_leaves_its_node() -> None:
    text = readings(GOAL, NODE).line
    assert "sha256sum <" in text, "of the authkey only its sum is read"
    assert "id_ed25519\n" not in text, "of root's key only the public half"
    assert Command.script(NODE1, text).stdin is None
