"""The first thing a student does: stop corosync on the active node, and watch the service move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.context import Context
from cli.overview import look
from inventory import waiting
from inventory.model import Command
from inventory.platforms.base import ServiceAction
from tests.support.healthy_lab import healthy

pytestmark = pytest.mark.smoke
DEADLINE = 120.0


def _services(context: Context, node: str, action: ServiceAction) -> Command:
    platform = context.session.platform
    script = " && ".join(
        " ".join(platform.services.command(action, unit)) for unit in platform.cluster_services
    )
    return Command.script(node, script, deadline=90)


@pytest.fixture
def active(context: Context) -> Iterator[str]:
    """The node that serves; its cluster services are started again afterwards, whatever happened."""
    before = healthy(context)
    [name] = [node.name for node in before.nodes if node.holds_vip]
    yield name
    context.remote.run(_services(context, name, "start"))
    healthy(context)


def test_the_peer_takes_over_when_corosync_stops_on_the_active_node(context: Context, active: str) -> None:
    peer = context.lab.peers(context.lab.node(active))[0].name
    stopped = context.remote.run(
        Command(active, context.session.platform.services.command("stop", "corosync"), deadline=90)
    )
    assert stopped.good, stopped.err
    page = waiting.until(
        context.fetch,
        lambda text: peer in text.lower(),
        f"{context.lab.url} answers with the page of {peer}",
        deadline=DEADLINE,
        clock=context.clock,
        hint="pcs status on the peer: is the partition without quorum, and what is no-quorum-policy?",
    )
    assert peer in page.lower()
    seen = waiting.until(
        lambda: look(context),
        lambda one: one.dc == peer and not one.quorate,
        f"{peer} is DC of a partition WITHOUT quorum: one of two votes is no majority (two_node is off)",
        deadline=DEADLINE,
        clock=context.clock,
    )
    holders = [node.name for node in seen.nodes if node.holds_vip]
    assert holders == [peer], "one holder of the address, the peer"
