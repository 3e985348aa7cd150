"""The whole provisioning against two nodes in memory: it converges, whatever it finds and wherever it was killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from cluster import corosync_conf
from cluster.configuration import differences
from cluster.desired import desired
from inventory.model import Location, Order
from inventory.platforms.registry import PLATFORMS
from provision import apply, reset
from provision.facts import Facts, gather
from provision.plan import plan
from provision.steps.registry import STEPS, find
from tests.support import changed_facts
from tests.support.example_lab import NODE1, NODE2, nodes
from tests.support.fake_cluster import FakeCluster, Killed, Machine
from tests.support.fake_session import fake_session
from tests.support.killed_runs import run_again_after_each_command

EVERY = pytest.mark.parametrize("platform", PLATFORMS)


def run(fake_cluster: FakeCluster, kill_after: int | None = None) -> int:
    """Provision once more; `ran` and `disturbed` tell of this run only."""
    fake_cluster.ran, fake_cluster.disturbed, fake_cluster.kill_after = [], [], kill_after
    return apply.run(fake_cluster.session)


@cache
def built(platform: str) -> FakeCluster:
    fake_cluster = FakeCluster(fake_session(platform))
    run(fake_cluster)
    return fake_cluster


@cache
def number_of_commands(platform: str) -> int:
    fake_cluster = FakeCluster(fake_session(platform))
    return run(fake_cluster)


def facts(fake_cluster: FakeCluster) -> Facts:
    return gather(fake_cluster.session)


def converged(fake_cluster: FakeCluster) -> None:
    found = facts(fake_cluster)
    left = plan(fake_cluster.session, found)
    assert left.empty, f"still needed: {[(one.step.id, one.commands, one.problems) for one in left.steps]}"
    assert found.cib is not None
    want = desired(fake_cluster.session.lab, fake_cluster.session.platform, interface="eth1")
    assert differences(want, found.cib) == ()
    assert fake_cluster.current == {"WebIP": NODE1, "WebServer": NODE1}
    assert fake_cluster.keys_made == 1
    assert run(fake_cluster) == 0, "a second run has nothing to do"


@EVERY
def test_from_nothing(platform: str) -> None:
    fake_cluster = built(platform).copy()
    converged(fake_cluster)
    texts = [machine.files[corosync_conf.PATH] for machine in fake_cluster.machines.values()]
    assert texts[0] == texts[1]
    assert {machine.key_mode for machine in fake_cluster.machines.values()} == {"400"}
    assert not any(machine.boot for machine in fake_cluster.machines.values()), "the cluster starts by hand"
    assert not any("127.0.1.1" in machine.files["/etc/hosts"] for machine in fake_cluster.machines.values())
    assert all(
        "127.0.0.1 localhost" in machine.files["/etc/hosts"] for machine in fake_cluster.machines.values()
    )


@EVERY
@pytest.mark.parametrize("count", [3, 8])
def test_more_nodes_from_nothing(platform: str, count: int) -> None:
    fake_cluster = FakeCluster(fake_session(platform, nodes=nodes(count)))
    run(fake_cluster)
    converged(fake_cluster)
    machines = fake_cluster.machines.values()
    assert len({machine.files[corosync_conf.PATH] for machine in machines}) == 1
    assert len({machine.files[corosync_conf.AUTHKEY] for machine in machines}) == 1
    for machine in machines:
        keys = machine.files["/root/.ssh/authorized_keys"]
        others = [one for one in machines if one is not machine]
        assert all(one.files["rootkey"] in keys for one in others), (
            "root of each node may log in on each other node"
        )


@EVERY
def test_a_third_node_joins_two(platform: str) -> None:
    """The authkey, the ssh keys and the files of the running nodes stay; only what names the nodes is written anew."""
    fake_cluster = FakeCluster(fake_session(platform, nodes=nodes(3)))
    run(fake_cluster)
    fake_cluster.boot_anew(fake_cluster.session.lab.nodes[2])
    run(fake_cluster)
    converged(fake_cluster)


@EVERY
def test_node2_is_started_from_node1(platform: str) -> None:
    fake_cluster = FakeCluster(fake_session(platform))
    run(fake_cluster)
    starts = [c for c in fake_cluster.ran if "start corosync" in c.line or "corosync start" in c.line]
    assert [command.node for command in starts] == [NODE1, NODE1]
    assert [command.argv[:4] == ("ssh", "-o", "BatchMode=yes", NODE2) for command in starts] == [False, True]


@EVERY
def test_killed_after_any_command(platform: str) -> None:
    for fake_cluster in run_again_after_each_command(FakeCluster(fake_session(platform)), apply.run):
        converged(fake_cluster)


@EVERY
def test_killed_again_and_again(platform: str) -> None:
    fake_cluster = FakeCluster(fake_session(platform))
    for _ in range(number_of_commands(platform)):
        try:
            run(fake_cluster, kill_after=3)
        except Killed:
            continue
        break
    converged(fake_cluster)


@EVERY
@pytest.mark.parametrize("name", [NODE1, NODE2])
def test_a_node_destroyed_and_booted_anew_joins(platform: str, name: str) -> None:
    fake_cluster = built(platform).copy()
    node = fake_cluster.session.lab.node(name)
    key = fake_cluster.machines[NODE1].files[corosync_conf.AUTHKEY]
    fake_cluster.boot_anew(node)
    run(fake_cluster)
    stopped = [what for what in fake_cluster.disturbed if "stopped" in what or "outside" in what]
    assert stopped == [], "the running node's services are left alone"
    assert {machine.files[corosync_conf.AUTHKEY] for machine in fake_cluster.machines.values()} == {key}
    peer = fake_cluster.session.lab.peers(node)[0].name
    touched = [
        c.line
        for c in fake_cluster.ran
        if c.node == peer and c.stdin is None and not c.line.startswith(("scp", "ssh"))
    ]
    assert touched == []
    converged(fake_cluster)


@EVERY
@pytest.mark.parametrize("name", [NODE1, NODE2])
def test_killed_while_a_new_node_joins(platform: str, name: str) -> None:
    whole = built(platform).copy()
    key = whole.machines[NODE1].files[corosync_conf.AUTHKEY]
    whole.boot_anew(whole.session.lab.node(name))
    for fake_cluster in run_again_after_each_command(whole, apply.run):
        assert not [what for what in fake_cluster.disturbed if "stopped" in what or "outside" in what]
        assert {machine.files[corosync_conf.AUTHKEY] for machine in fake_cluster.machines.values()} == {key}
        converged(fake_cluster)


def web_at_boot(one: Machine) -> None:
    one.boot.add(PLATFORMS["debian12"].web_service)


def other_key(one: Machine) -> None:
    one.files[corosync_conf.AUTHKEY] = "another key"
    one.changed[corosync_conf.AUTHKEY] = one.began + 1


def name_on_loopback(one: Machine) -> None:
    one.files["/etc/hosts"] += f"127.0.1.1 {one.node.name}\n"


def name_in_capitals(one: Machine) -> None:
    one.files["/etc/hosts"] += f"172.16.100.99 {one.node.name.upper()} {one.node.alias.title()}\n"


def other_token(one: Machine) -> None:
    one.files[corosync_conf.PATH] = one.files[corosync_conf.PATH].replace("token: 3000", "token: 1000")


def halted(one: Machine) -> None:
    one.running.clear()


def without_pacemaker(one: Machine) -> None:
    one.running.discard("pacemaker")


def stray_property(one: Machine) -> None:
    assert one.cib
    one.cib.properties["no-quorum-policy"] = "stop"


def without_colocation(one: Machine) -> None:
    assert one.cib
    one.cib.constraints = {id_: c for id_, c in one.cib.constraints.items() if "colocation" not in id_}


def order_twice(one: Machine) -> None:
    assert one.cib
    one.cib.constraints["again"] = Order("WebIP", "WebServer")


def unmanaged_and_unwatched(one: Machine) -> None:
    assert one.cib
    web = one.cib.resources["WebServer"]
    one.cib.resources["WebServer"] = dataclasses.replace(web, operations={}, meta={"is-managed": "false"})


def another_prefix(one: Machine) -> None:
    assert one.cib
    address = one.cib.resources["WebIP"]
    one.cib.resources["WebIP"] = dataclasses.replace(
        address, attributes={**address.attributes, "cidr_netmask": "24"}
    )


def without_resources(one: Machine) -> None:
    assert one.cib
    one.cib.resources.clear()
    one.cib.constraints.clear()


DAMAGES: tuple[Callable[[Machine], None], ...] = (
    web_at_boot, other_key, name_on_loopback,
        name_in_capitals, other_token, halted, without_pacemaker,
    stray_property, without_colocation, order_twice, without_resources,
    unmanaged_and_unwatched, another_prefix,
)  # fmt: skip


@pytest.mark.parametrize("name", [NODE1, NODE2])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_was_broken_is_mended(damage: Callable[[Machine], None], name: str) -> None:
    fake_cluster = built("debian12").copy()
    damage(fake_cluster.machines[name])
    fake_cluster.settle()
    assert not plan(fake_cluster.session, facts(fake_cluster)).empty, "the damage is seen"
    assert run(fake_cluster) > 0
    converged(fake_cluster)


def group_in_the_way(one: Machine) -> None:
    """As most tutorials teach it: both resources in a group, and neither colocation nor order."""
    assert one.cib
    without_resources(one)
    members = "".join(f"<primitive id='{id_}' class='lsb' type='x'/>" for id_ in ("WebIP", "WebServer"))
    one.cib.raw["resources"] = f"<group id='web'>{members}</group>"


def optional_order_in_the_way(one: Machine) -> None:
    assert one.cib
    one.cib.constraints = {id_: c for id_, c in one.cib.constraints.items() if not isinstance(c, Order)}
    one.cib.raw["constraints"] = "<rsc_order id='o' first='WebIP' then='WebServer' kind='Optional'/>"


def all_stopped_by_default(one: Machine) -> None:
    assert one.cib
    one.cib.defaults["target-role"] = "Stopped"


def failures_ignored(one: Machine) -> None:
    assert one.cib
    one.cib.raw["op_defaults"] = (
        "<meta_attributes id='m'><nvpair id='n' name='on-fail' value='ignore'/></meta_attributes>"
    )


def standby_until_reboot(one: Machine) -> None:
    assert one.cib
    pair = "<nvpair id='n' name='standby' value='on'/>"
    one.cib.raw["status"] = (
        f"<node_state uname='{NODE2}'><transient_attributes><instance_attributes id='s'>{pair}"
        "</instance_attributes></transient_attributes></node_state>"
    )


def resources_under_other_ids(one: Machine) -> None:
    """What a lab.yaml with other ids left: its resources, and a location under an id that is wanted."""
    assert one.cib
    old = {"vip": one.cib.resources["WebIP"], "web": one.cib.resources["WebServer"]}
    one.cib.resources.clear()
    one.cib.resources.update({id_: dataclasses.replace(value, id=id_) for id_, value in old.items()})
    one.cib.constraints = {
        "webserver_on_node1": Location("webserver_on_node1", "web", NODE1, 500),
        "o": Order("vip", "web"),
    }


FOREIGN: tuple[Callable[[Machine], None], ...] = (
    group_in_the_way, optional_order_in_the_way, all_stopped_by_default, failures_ignored, standby_until_reboot,
    resources_under_other_ids,
)  # fmt: skip


@EVERY
@pytest.mark.parametrize("way", [run, lambda fake: reset.run(fake.session)], ids=["provision", "reset"])
@pytest.mark.parametrize("damage", FOREIGN, ids=lambda damage: damage.__name__)
def test_what_lab_yaml_does_not_have_goes(
    damage: Callable[[Machine], None], way: Callable[[FakeCluster], int], platform: str
) -> None:
    fake_cluster = built(platform).copy()
    damage(fake_cluster.machines[NODE1])
    fake_cluster.settle()
    assert not plan(fake_cluster.session, facts(fake_cluster)).empty, "it is seen"
    assert way(fake_cluster) > 0
    converged(fake_cluster)


@pytest.mark.parametrize("damage", [*DAMAGES, *FOREIGN], ids=lambda damage: damage.__name__)
def test_a_reset_mends_whatever_it_finds(damage: Callable[[Machine], None]) -> None:
    fake_cluster = built("debian12").copy()
    damage(fake_cluster.machines[NODE1])
    fake_cluster.settle()
    reset.run(fake_cluster.session)
    converged(fake_cluster)
    assert reset.run(fake_cluster.session) == 0


def test_a_shorter_lab_yaml_takes_away() -> None:
    """lab.yaml without constraints and with fewer properties: what it had before is foreign now."""
    fake_cluster = built("debian12").copy()
    shorter = fake_session(
        "debian12", colocations=(), orders=(), locations=(), properties={"stonith-enabled": "false"}
    )
    fake_cluster.session = replace(shorter, remote=fake_cluster)
    assert run(fake_cluster) == 1, "one replacement"
    found = facts(fake_cluster)
    assert found.cib is not None
    assert found.cib.constraints == ()
    assert found.cib.properties == {"stonith-enabled": "false"}
    assert run(fake_cluster) == 0


def means_the_same(one: Machine) -> None:
    """Mends by other words than provisioning's: pacemaker's defaults said outright, a location by `prefers`."""
    assert one.cib
    wish = one.cib.constraints.pop("webserver_on_node1")
    one.cib.constraints[f"location-WebServer-{NODE1}-500"] = wish
    one.cib.properties["maintenance-mode"] = "false"
    web = one.cib.resources["WebServer"]
    meta = {"target-role": "Started", "is-managed": "true"}
    one.cib.resources["WebServer"] = dataclasses.replace(web, meta=meta)


@EVERY
def test_what_means_the_same_is_left_alone(platform: str) -> None:
    fake_cluster = built(platform).copy()
    means_the_same(fake_cluster.machines[NODE1])
    converged(fake_cluster)
    assert reset.run(fake_cluster.session) == 0


def test_both_nodes_halted_and_one_made_anew() -> None:
    fake_cluster = built("debian12").copy()
    key = fake_cluster.machines[NODE2].files[corosync_conf.AUTHKEY]
    halted(fake_cluster.machines[NODE2])
    fake_cluster.boot_anew(fake_cluster.session.lab.node1)
    run(fake_cluster)
    assert fake_cluster.machines[NODE1].files[corosync_conf.AUTHKEY] == key
    assert not [command for command in fake_cluster.ran if command.argv[0] == "pcs"], (
        "node2's CIB is still the cluster's"
    )
    converged(fake_cluster)


def test_a_changed_description_stops_all_before_one_starts() -> None:
    fake_cluster = built("debian12").copy()
    changed = fake_session("debian12", corosync={"token_ms": 5000, "consensus_ms": 6000})
    fake_cluster.session = replace(changed, remote=fake_cluster)
    run(fake_cluster)
    about = [
        c.line.split(" ")[1] if c.argv[0] == "sh" else "start"
        for c in fake_cluster.ran
        if "systemctl" in c.line
    ]
    assert about == ["stop", "stop", "start", "start"]
    converged(fake_cluster)


@EVERY
@pytest.mark.parametrize("step", STEPS[STEPS.index(find("start")) :], ids=lambda step: step.id)
def test_reset_to_a_step_and_back(platform: str, step: object) -> None:
    fake_cluster = built(platform).copy()
    last = next(one for one in STEPS if one is step)
    steps = STEPS[: STEPS.index(last) + 1]
    reset.run(fake_cluster.session, last)
    assert plan(fake_cluster.session, facts(fake_cluster), steps).empty
    found = facts(fake_cluster)
    assert found.cib is not None
    want = reset.wanted(fake_cluster.session, found, steps)
    assert differences(want, found.cib) == (), "later steps left nothing behind"
    assert list(reset.commands(fake_cluster.session, found, steps)) == []
    run(fake_cluster)
    converged(fake_cluster)


def test_a_reset_forgets_failures_before_a_monitor_changes() -> None:
    """Seen on pacemaker 1.1.8: with a failure remembered, a changed interval blocks a transition for 80 s."""
    other = {"resources": {"WebServer": {"operations": {"monitor": "2s"}}}}
    for cib, first in (
        (other, "clean up the failures before a monitor changes"),
        ({}, "clean up the failures"),
    ):
        session, read = changed_facts.found("centos6", {"cib": cib})
        nodes = {
            name: replace(one, state=replace(one.state, failcounts={("WebServer", NODE1): 1}))
            for name, one in read.nodes.items()
            if one.state
        }
        commands = list(reset.commands(session, replace(read, nodes=nodes), STEPS))
        assert commands[0].why == first
        assert commands[-1].why == "clean up the failures", "and what failed while it was changed"
