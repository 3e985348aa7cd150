"""centos9 on nodes that behave as EL9 where it matters: the product's own way, with the base image of a registry.

The base image has real dnf and rpm over RPMs with EL9's names, made from Debian's files (tests/lookalike/el9): httpd
with its unit and process name, IPaddr2 and no init scripts, a firewalld that runs, a repository `highavailability`
that is off, crm_simulate's newer output, packages that are only recommended. Only the base image is another one than
that of quay.io, by lab.yaml's `images`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.local_registry import LocalRegistry, docker
from tests.support.lookalike import base_image
from tests.support.scratch_lab import ScratchLab, scratch_lab

PREFIX = "10.234."
"""The first two numbers of the lab's addresses."""
UP, SHORT, WHOLE = 1800.0, 600.0, 10800.0
"""Deadlines (seconds): make the node image and build the lab; one command; all acceptance tests or all mutations."""


@pytest.fixture(scope="module")
def lab(registry: LocalRegistry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder = tmp_path_factory.mktemp("el9")
    reference = registry.push(base_image(folder), "centos/centos:stream9")
    changes = {"provider": "docker", "images": {"centos9": reference}}
    with scratch_lab(folder / "lab", changes, PREFIX, {"DOCKER_BUILDKIT": "0"}) as made:
        made.lab("up", "--platform", "centos9", deadline=UP)
        yield made
        tag = made.lab("image", "--platform", "centos9", deadline=SHORT).split()[-1]
    docker("rmi", tag, reference)


def on(lab: ScratchLab, node: str, script: str) -> str:
    return lab.lab("ssh", node, script, deadline=SHORT)


@pytest.mark.smoke
def test_the_nodes_look_like_el9(lab: ScratchLab) -> None:
    """What this proof stands on: without it the other tests prove nothing about EL9."""
    said = on(
        lab,
        "node1",
        "rpm -q corosync pacemaker pcs resource-agents httpd hostname; ! rpm -q nfs-utils; ! rpm -q curl-minimal;"
        " systemctl is-active firewalld; firewall-cmd --list-services; pidof httpd >/dev/null && echo httpd runs;"
        " ls /usr/lib/ocf/resource.d/heartbeat; ls /etc/init.d; command -v dpkg apt-get; crm_simulate -sL",
    )
    assert (
        len(re.findall(r"^(?:corosync|pacemaker|pcs|resource-agents|httpd|hostname)-.*\.el9", said, re.M))
        == 6
    )
    assert "package nfs-utils is not installed" in said, "only recommended"
    assert "package curl-minimal is not installed" in said, "replaced by curl: --allowerasing"
    assert "\nactive\n" in said
    assert re.search(r"^.*\bhigh-availability\b.*\bhttp\b", said, re.M)
    assert "httpd runs" in said
    assert "\nIPaddr2\n" in said
    assert "\nIPaddr\n" not in said
    assert not re.search(r"^(apache2|httpd|corosync|pacemaker)$", said, re.M), "no init scripts"
    assert "/dpkg" not in said
    assert re.search(r"^  \* pcmk__primitive_assign: WebIP allocation score", said, re.M)


@pytest.mark.smoke
def test_a_second_provision_does_nothing(lab: ScratchLab) -> None:
    assert "Nothing to do" in lab.lab("provision", deadline=SHORT)


@pytest.mark.smoke
def test_status_and_checks(lab: ScratchLab) -> None:
    seen = lab.lab("status", deadline=SHORT)
    assert "docker, centos9; partition with quorum" in seen
    assert re.search(r"^WebIP +700 +0 *$", seen, re.M), "the score table is there"
    checked = lab.lab("check", deadline=SHORT)
    assert re.search(r"^(\d+) PASS$", checked, re.M), checked


@pytest.mark.smoke
def test_a_graceful_stop_fits_the_prediction_of_this_system(lab: ScratchLab) -> None:
    said = lab.lab("drill", "stickiness-100", deadline=SHORT)
    assert "FAIL" not in said


@pytest.mark.smoke
def test_reset(lab: ScratchLab) -> None:
    lab.lab("reset", "6.1", deadline=SHORT)
    lab.lab("reset", deadline=SHORT)
    assert "Nothing to do" in lab.lab("provision", deadline=SHORT)


@pytest.mark.parametrize("tests", ["acceptance", "mutation"])
def test_whole(tests: str, lab: ScratchLab) -> None:
    lab.pytest("-v", f"tests/{tests}", deadline=WHOLE)
