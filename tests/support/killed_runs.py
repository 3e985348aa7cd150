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
