"""Root of a node that is a container cannot reach this machine's kernel settings or disks: docs/security.md."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from testinfra.host import Host

from cli.context import Context
from inventory.model import Node

CORE_PATTERN = "/proc/sys/kernel/core_pattern"
ATTEMPTS = {
    "write the core pattern": f'p=$(cat {CORE_PATTERN}) && echo "$p" > {CORE_PATTERN}',
    "write it through a new /proc": (
        'd=$(mktemp -d) && mount -t proc proc "$d" && p=$(cat "$d/sys/kernel/core_pattern")'
        ' && echo "$p" > "$d/sys/kernel/core_pattern"'
    ),
    "make /proc/sys writable": "mount -o remount,rw /proc/sys",
    "take the read-only mount away": "umount /proc/sys",
    "write it in a user namespace": (
        f"unshare -Urmpf --mount-proc sh -c 'p=$(cat {CORE_PATTERN}) && echo \"$p\" > {CORE_PATTERN}'"
    ),
    "take the mount away in a user namespace": "unshare -Urm umount /proc/sys",
    "make a device file of a disk": 'd=$(mktemp -d) && mknod "$d/disk" b 8 0',
    "mount a disk": 'd=$(mktemp -d) && mount -t ext4 /dev/sda "$d"',
    "mount sysfs": 'd=$(mktemp -d) && mount -t sysfs sysfs "$d"',
    "mount control groups": 'd=$(mktemp -d) && mount -t cgroup -o devices cgroup "$d"',
    "reboot this machine": "echo h > /proc/sysrq-trigger",
    "load a module": "insmod /lib/modules/x.ko || modprobe loop",
    "set the clock": "date -s '2001-01-01'",
}
"""What root of a node must not be able to do. Each is harmless here: it writes what is there already, or nothing."""


@pytest.fixture(scope="module")
def containers(context: Context, nodes: Mapping[Node, Host]) -> Mapping[Node, Host]:
    if not context.machines.provider.shares_kernel:
        pytest.skip("each node has a kernel of its own")
    return nodes


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_root_of_a_node_cannot(attempt: str, containers: Mapping[Node, Host]) -> None:
    for node, host in containers.items():
        done = host.run("sh -c %s", ATTEMPTS[attempt])
        assert done.rc != 0, f"root of {node.alias} can {attempt}"


def test_no_process_of_a_node_can_have_the_capabilities(containers: Mapping[Node, Host]) -> None:
    forbidden = {
        "SYS_ADMIN": 21,
        "MKNOD": 27,
        "SYS_MODULE": 16,
        "SYS_RAWIO": 17,
        "SYS_PTRACE": 19,
        "SYS_TIME": 25,
    }
    for node, host in containers.items():
        found = host.check_output(
            "sh -c %s", "cat /proc/[0-9]*/status | sed -n 's/^CapBnd:[[:space:]]*//p' | sort -u"
        )
        for line in found.splitlines():
            have = [name for name, bit in forbidden.items() if int(line, 16) >> bit & 1]
            assert not have, f"{node.alias}: {have}"


def test_a_node_still_sets_its_own_name(containers: Mapping[Node, Host]) -> None:
    for node, host in containers.items():
        assert host.check_output("sh -c %s", f"hostname other && uname -n; hostname {node.name}") == "other"
        assert host.check_output("uname -n") == node.name
