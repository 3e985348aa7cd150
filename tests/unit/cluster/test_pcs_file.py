from __future__ import annotations

from typing import get_args

import pytest

from cluster import pcs
from cluster.pcs_file import takes_file
from inventory.model import Colocation, Location, Order
from inventory.platforms.base import PcsGeneration

GENERATIONS = get_args(PcsGeneration)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_adds_to_the_configuration_takes_a_file(generation: PcsGeneration) -> None:
    for argv in (
        pcs.property_set(generation, "stonith-enabled", "false"),
        pcs.resource_create(generation, "WebServer", "lsb:apache2"),
        pcs.colocation(generation, Colocation("WebServer", "WebIP", 1000000)),
        pcs.order(generation, Order("WebIP", "WebServer")),
        pcs.location(generation, Location("here", "WebServer", "node1", 500)),
    ):
        assert takes_file(argv), argv
    # The document's `rsc defaults` is of a pcs that is never used in this way.
    assert takes_file(pcs.defaults_stickiness(generation, 100)) is (generation != "0.9.26")


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_needs_the_cluster_does_not(generation: PcsGeneration) -> None:
    for argv in (
        pcs.resource_delete(generation, "WebServer"),
        pcs.cleanup(generation, "WebServer"),
        pcs.move(generation, "WebServer", "node2"),
        pcs.status(generation),
        ("cibadmin", "--delete", "--xml-text", "<rsc_order id='one'/>"),
        ("crm_resource", "-r", "WebIP", "-p", "nic", "-v", "eth1"),
    ):
        assert not takes_file(argv), argv
