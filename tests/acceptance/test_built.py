"""What the walkthrough builds, looked at on the real nodes with testinfra: steps 1 to 7.1, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from testinfra.host import Host

from cli.context import Context
from cli.overview import look
from cluster import corosync_conf, corosync_log
from inventory.host.versions import numbers
from inventory.model import Lab, Node
from provision.facts import Facts, gather
from provision.plan import plan
from provision.steps.registry import STEPS

pytestmark = pytest.mark.smoke
Nodes = Mapping[Node, Host]


@pytest.fixture(scope="module")
def facts(context: Context) -> Facts:
    return gather(context.session)


def test_the_versions_are_the_platforms(nodes: Nodes, context: Context) -> None:
    platform = context.session.platform
    for node, host in nodes.items():
        assert f"{host.check_output('pcs --version')}.".startswith(f"{platform.pcs}."), f"pcs on {node.alias}"
        said = host.check_output("crm_mon --version")
        release = numbers(platform.pacemaker)[:2]
        assert f"Pacemaker {'.'.join(map(str, release))}." in said, (
            f"{platform.name} says {platform.pacemaker}"
        )


def test_each_node_has_its_name(nodes: Nodes) -> None:
    for node, host in nodes.items():
        assert host.check_output("uname -n") == node.name, (
            "step 1.1: the cluster knows a node by its uname -n"
        )
        assert host.file("/etc/hostname").content_string.strip() == node.name, (
            "the name must survive a reboot"
        )


def test_names_mean_cluster_addresses(nodes: Nodes, lab: Lab) -> None:
    for here, host in nodes.items():
        for node in lab.nodes:
            for name in (node.name, node.alias):
                found = {
                    line.split()[0] for line in host.check_output("getent ahostsv4 %s", name).splitlines()
                }
                assert found == {str(node.address)}, (
                    f"step 1.1: on {here.alias}, {name} means {found}; a 127.0.x.x line in /etc/hosts does that"
                )


def test_root_reaches_root(nodes: Nodes, lab: Lab) -> None:
    for node, host in nodes.items():
        for peer in lab.peers(node):
            said = host.check_output(
                "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes %s uname -n", peer.alias
            )
            assert said == peer.name, (
                f"step 1.2: root of {node.alias} must reach root of {peer.alias} without a password"
            )


def test_corosync_files_are_the_same(nodes: Nodes) -> None:
    for path in (corosync_conf.PATH, corosync_conf.AUTHKEY):
        sums = {node.alias: host.file(path).sha256sum for node, host in nodes.items()}
        assert len(set(sums.values())) == 1, (
            f"step 2: {path} must be byte for byte the same on both nodes: {sums}"
        )
    for node, host in nodes.items():
        key = host.file(corosync_conf.AUTHKEY)
        assert (key.mode, key.user, key.group) == (corosync_conf.AUTHKEY_MODE, "root", "root"), (
            f"authkey on {node.alias}"
        )
        assert host.file("/var/log/cluster").is_directory, "step 2.4"


def test_log_shows_a_good_start(nodes: Nodes, context: Context) -> None:
    for node, host in nodes.items():
        log = corosync_log.since_start(host.file(context.session.platform.cluster_log).content_string)
        missing = corosync_log.missing_log_lines(context.session.platform.corosync, node, log)
        assert not missing, (
            f"step 3.2: {context.session.platform.cluster_log} on {node.alias} does not show that {missing}"
        )
        assert corosync_log.unexpected_errors(log) == (), f"step 3.2: errors in the log on {node.alias}"


def test_crm_verify_is_silent(nodes: Nodes) -> None:
    for node, host in nodes.items():
        said = host.run("crm_verify -L -V")
        assert (said.rc, said.stdout + said.stderr) == (0, ""), (
            f"step 4.2: crm_verify on {node.alias} has objections"
        )


def test_only_the_cluster_starts_the_web_server(nodes: Nodes, context: Context) -> None:
    for node, host in nodes.items():
        unit = host.service(context.session.platform.web_service)
        assert not unit.is_enabled, (
            f"step 7: {unit.name} must not start at boot on {node.alias}: the cluster starts it"
        )


def test_everything_is_as_described(context: Context, facts: Facts) -> None:
    needed = plan(context.session, facts)
    assert needed.empty, [(part.step.id, part.commands, part.problems) for part in needed.steps]
    assert len(STEPS) >= 17


def test_the_vip_answers_with_the_active_nodes_page(context: Context) -> None:
    seen = look(context)
    assert seen.troubles == ()
    [active] = [node for node in seen.nodes if node.holds_vip]
    assert active.name.lower() in seen.page.lower(), (
        "the page must be that of the node which holds the address"
    )
    assert set(seen.resources.values()) == {(active.name,)}, "step 7.1: both resources on that node"
