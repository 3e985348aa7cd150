from __future__ import annotations

import pytest

from inventory.host import cgroups

V1 = "30 29 0:26 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
V2 = "31 29 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
TMPFS = "29 1 0:25 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs rw\n"


@pytest.mark.parametrize(
    ("mounts", "kind", "read_only"),
    [
        ("", None, False),
        (TMPFS + V1, "v1", False),
        (TMPFS + V1 + V2, "hybrid", False),
        ("24 23 0:21 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n", "v2", False),
        ("24 23 0:21 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n", "v2", True),
    ],
)
def test_cgroup(mounts: str, kind: str | None, read_only: bool) -> None:
    assert (cgroups.kind(mounts), cgroups.read_only(mounts)) == (kind, read_only)
