"""Runs that are killed after each of their commands in turn, and then made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from inventory.session import LabSession
from tests.support.fake_cluster import FakeCluster, Killed


def killed_and_run_again(
    make: Callable[[], FakeCluster], run: Callable[[LabSession], object], commands: int
) -> Iterator[FakeCluster]:
    """A new cluster for each number of commands below `commands`: its run was killed after so many, and made again."""
    for after in range(commands):
        cluster = make()
        cluster.kill_after = after
        with pytest.raises(Killed):
            run(cluster.session)
        cluster.kill_after = None
        run(cluster.session)
        yield cluster


def run_again_after_each_command(
    cluster: FakeCluster, run: Callable[[LabSession], object]
) -> Iterator[FakeCluster]:
    """As `killed_and_run_again`, but one run gives all states in which a killed one leaves the cluster.

    For a `run` that does nothing when it is killed: then only the commands before that matter.
    """
    cluster.left = []
    run(cluster.session)
    left, cluster.left = cluster.left, None
    assert left, "a run without commands cannot be killed between them"
    for one in left:
        one.ran, one.disturbed = [], []
        run(one.session)
        yield one
