from __future__ import annotations

from typing import get_args

import pytest

from cluster import pcs_cluster
from inventory.errors import ConfigError
from inventory.platforms.base import PcsGeneration
from tests.support.example_lab import example_lab

NODES = example_lab().nodes
HOSTS = "node1.magedu.com addr=172.16.100.15 node2.magedu.com addr=172.16.100.16"


@pytest.mark.parametrize("generation", get_args(PcsGeneration))
def test_words(generation: PcsGeneration) -> None:
    if generation.startswith("0.9"):
        with pytest.raises(ConfigError, match="host auth"):
            pcs_cluster.host_auth(generation, NODES)
        with pytest.raises(ConfigError, match="cannot set up this cluster"):
            pcs_cluster.setup(generation, "lab", NODES, 60)
        return
    assert pcs_cluster.host_auth(generation, NODES) == f'pcs host auth {HOSTS} -u hacluster -p "$(cat)"'
    assert pcs_cluster.setup(generation, "my lab", NODES, 60) == (
        f"pcs cluster setup 'my lab' {HOSTS} --start --wait=60"
    )
