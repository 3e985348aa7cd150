"""lab.yaml's `quorum` and `witness`: the settings that they change, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import feasible
from drill.observe import node_watch
from inventory.config.described import described
from inventory.config.lab_yaml import parse
from inventory.config.numbered import numbered
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.platforms.refusals import refusal
from inventory.platforms.registry import PLATFORMS
from inventory.platforms.settings import in_image, with_settings
from inventory.providers import node_image
from tests.support.example_lab import example_lab
from tests.support.witness_lab import witness_lab

TEXT = (Path(__file__).parents[4] / "lab.yaml").read_text()
WITNESS = "witness: {name: witness.magedu.com, address: 172.16.100.17}\n"


def lab(text: str) -> Lab:
    return parse(text + TEXT, "lab.yaml", judge=feasible.problems)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        lab(text)
    assert error.value.hint.endswith("nothing was changed")
    return [line.strip() for line in error.value.message.splitlines()[1:]]


@pytest.mark.parametrize("lines", ["", "quorum: nodes\n", "quorum:\n", f"quorum: nodes\n{WITNESS}", WITNESS])
def test_only_the_nodes_vote_unless_lab_yaml_says_otherwise(lines: str) -> None:
    assert lab(lines) == lab("")
    assert lab(lines).witness is None
    assert lab(lines).machines == lab("").nodes


def test_a_third_vote_changes_what_it_needs_and_nothing_else() -> None:
    plain, found = lab(""), lab(f"quorum: qdevice\n{WITNESS}")
    assert found.witness is not None
    assert found.witness.algorithm == "ffsplit", "the default of corosync-qdevice"
    assert [one.alias for one in found.machines] == ["node1", "node2", "witness"]
    assert dict(found.properties) == {**plain.properties, "no-quorum-policy": "stop"}
    assert found.corosync == plain.corosync
    assert list(feasible.doubts(found)) == []


def test_two_node_is_off_with_a_witness_and_also_with_fencing() -> None:
    text = TEXT.replace("two_node: false", "two_node: true")
    found = parse(f"quorum: qdevice\n{WITNESS}{text}", "lab.yaml")
    fenced = lab(f"quorum: qdevice\nfencing: ipmi\n{WITNESS}")
    assert not found.corosync.two_node
    assert not fenced.corosync.two_node
    assert fenced.properties["stonith-enabled"] == "true"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("quorum: qdevice\n", "but no witness; allowed: with the key witness, such as witness: {name:"),
        ("quorum: qdisk\n", 'quorum: found "qdisk"; allowed: nodes, qdevice'),
        (f"quorum: qdevice\n{WITNESS.replace('.17', '.15')}", "this one is the address of node1.magedu.com"),
        (f"quorum: qdevice\n{WITNESS.replace('.17', '.11')}", "this one is the floating address (vip)"),
        (f"quorum: qdevice\n{WITNESS.replace('172.16', '10.1')}", "this one is outside the network"),
        (f"quorum: qdevice\n{WITNESS.replace('.100.17', '.0.1')}", "the address of this host"),
        (f"quorum: qdevice\n{WITNESS.replace('witness.', 'node2.')}", "node2.magedu.com is a node"),
        (f"quorum: qdevice\n{WITNESS.replace('witness.magedu.com', 'witness')}", "this one has no domain"),
        (f"quorum: qdevice\n{WITNESS.replace('}', ', algorithm: lsm}')}", "did you mean lms?"),
        (f"quorum: qdevice\n{WITNESS.replace('}', ', votes: 3}')}", "unknown key"),
        ("witness: {name: witness.magedu.com}\n", "the key address is missing"),
    ],
)
def test_each_mistake_is_one_clear_message(lines: str, told: str) -> None:
    [line] = mistakes(lines)
    assert told in line
    assert line.startswith("line ")


def test_the_algorithm_fits_the_number_of_nodes() -> None:
    third = "\n  - {name: node3.magedu.com, address: 172.16.100.18}\nvip:"
    text = TEXT.replace("\nvip:", third, 1)
    found = parse(f"quorum: qdevice\n{WITNESS}{text}", "lab.yaml")
    assert found.witness is not None
    assert found.witness.algorithm == "lms", "ffsplit is for an even number of nodes"
    ffsplit = WITNESS.replace("}", ", algorithm: ffsplit}")
    with pytest.raises(ConfigError, match="lms; ffsplit is for an even number of nodes, and there are 3"):
        parse(f"quorum: qdevice\n{ffsplit}{text}", "lab.yaml")


def test_the_witness_of_another_lab_of_the_folder_has_another_address() -> None:
    found = numbered(witness_lab(), 2)
    assert found.witness is not None
    assert str(found.witness.machine.address) == "198.18.2.17"
    assert found.machines[-1] == found.witness.machine


def test_a_record_says_which_algorithm_decides() -> None:
    assert described(witness_lab("lms"))["witness.algorithm"] == "lms"
    assert not [key for key in described(example_lab()) if key.startswith("witness")]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_packages_or_a_reason(platform: str) -> None:
    system = PLATFORMS[platform]
    why = refusal(system, witness_lab())
    assert bool(why) is not bool(system.qdevice_packages)
    assert bool(system.witness_packages) is bool(system.qdevice_packages)
    assert with_settings(system, example_lab()) == system
    assert in_image(system, example_lab()) == system, "the image of a lab without a witness stays the same"


def test_the_quorum_device_is_a_service_of_the_cluster() -> None:
    found = with_settings(PLATFORMS["debian12"], witness_lab())
    assert found.cluster_services == ("corosync", "corosync-qdevice", "pacemaker")
    assert with_settings(found, witness_lab()) == found
    assert "corosync-qnetd" not in found.packages


def test_a_drill_polls_the_quorum_because_no_event_tells_that_a_vote_came_or_went() -> None:
    plain, found = PLATFORMS["debian12"], with_settings(PLATFORMS["debian12"], witness_lab())
    assert "corosync-quorumtool -s" not in node_watch.stream(example_lab(), plain)
    assert "corosync-quorumtool -s" in node_watch.stream(witness_lab(), found)


@pytest.mark.parametrize("platform", [name for name, one in PLATFORMS.items() if one.qdevice_packages])
def test_the_image_has_both_sides_and_no_keys(platform: str) -> None:
    plain, found = PLATFORMS[platform], in_image(PLATFORMS[platform], witness_lab())
    assert {"corosync-qdevice", "corosync-qnetd"} <= set(found.packages)
    if found.image is None:
        return
    lines = "\n".join(node_image.recipe(found).lines)
    assert "rm -rf /etc/corosync/qnetd/nssdb" in lines
    assert "nssdb" not in "\n".join(node_image.recipe(plain).lines)
    assert node_image.recipe(found).tag != node_image.recipe(plain).tag


def test_the_document_s_system_is_refused() -> None:
    told = refusal(PLATFORMS["centos6"], witness_lab())
    assert told == "quorum is qdevice, but corosync 1.4 of centos6 knows no quorum device"
