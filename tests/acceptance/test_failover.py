"""The first thing a student does: stop corosync on the active node, and watch the service move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.context import Site
from cli.overview import Overview, look
from inventory import waiting
from inventory.model import Command
from inventory.platforms.registry import cluster_services, service

DEADLINE = 120.0


def _healthy(site: Site) -> Overview:
    return waiting.until(
        lambda: look(site), lambda seen: not seen.troubles, "The lab is healthy", deadline=DEADLINE
    )


def _services(site: Site, node: str, action: str) -> Command:
    units = cluster_services(site.goal.system)
    script = " && ".join(" ".join(service(site.goal.system, action, unit)) for unit in units)  # type: ignore[arg-type]
    return Command.script(node, script, deadline=90)


@pytest.fixture
def active(site: Site) -> Iterator[str]:
    """The node that serves; its cluster services are started again afterwards, whatever happened."""
    before = _healthy(site)
    [name] = [node.name for node in before.nodes if node.holds_vip]
    yield name
    site.remote.run(_services(site, name, "start"))
    _healthy(site)


def test_the_peer_takes_over_when_corosync_stops_on_the_active_node(site: Site, active: str) -> None:
    peer = site.lab.peer(site.lab.node(active)).name
    stopped = site.remote.run(Command(active, service(site.goal.system, "stop", "corosync"), deadline=90))
    assert stopped.good, stopped.err
    page = waiting.until(
        site.fetch,
        lambda text: peer in text.lower(),
        f"{site.lab.url} answers with the page of {peer}",
        deadline=DEADLINE,
        hint="pcs status on the peer: is the partition without quorum, and what is no-quorum-policy?",
    )
    assert peer in page.lower()
    seen = waiting.until(
        lambda: look(site),
        lambda one: one.dc == peer and not one.quorate,
        f"{peer} is DC of a partition WITHOUT quorum: one of two votes is no majority (two_node is off)",
        deadline=DEADLINE,
    )
    holders = [node.name for node in seen.nodes if node.holds_vip]
    assert holders == [peer], "one holder of the address, the peer"
