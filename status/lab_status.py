"""The lab at one moment: every node's status, the page that clients get, and what an interrupted drill left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from cluster.crm_mon import ClusterState
from inventory import journal, waiting
from inventory.bmc import service
from inventory.errors import LabError, TimedOut
from inventory.journal import JournalEntry
from inventory.model import Node
from inventory.session import LabSession
from inventory.waiting import Clock
from status import node_status, web_page, witness_status
from status.node_status import Extra, MachineState, NodeStatus, no_extra
from status.web_page import Fetch, WebPage
from status.witness_status import WitnessStatus

REST_WAIT_S = 5.0
"""`at_rest` begins no further reading after this time (seconds)."""
T = TypeVar("T")


@dataclass(frozen=True)
class LabStatus:
    """The lab as read. `page` is None when the floating address was not asked."""

    nodes: Mapping[Node, NodeStatus]
    page: WebPage | None = None
    pending: tuple[JournalEntry, ...] = ()
    """What a drill started and did not undo."""
    drill: str = ""
    """The process of a drill or a heal that is running on the lab; "" when there is none."""
    bmcs: Mapping[Node, str] = field(default_factory=dict)
    """Why the BMC of a node does not work, by node; nothing for one that works, and without fencing."""
    witness: WitnessStatus | None = None
    """The status of the witness; None without one."""

    @property
    def best(self) -> ClusterState | None:
        """The cluster as a quorate node sees it; without one, as a node with a DC sees it, or as any node sees it."""
        states = [one.state for one in self.nodes.values() if one.state is not None]
        return max(states, key=lambda state: (state.quorate, state.dc is not None), default=None)

    @property
    def owners(self) -> tuple[Node, ...]:
        """The nodes that hold the floating address."""
        return tuple(node for node, one in self.nodes.items() if one.holds_vip)

    @property
    def about_to_change(self) -> bool:
        """A DC is busy, or corosync delivers no messages: resources may start, stop or move soon."""
        return any(one.dc_at_work or one.unanswered for one in self.nodes.values())


def look(
    session: LabSession,
    fetch: Fetch | None = None,
    extra: Extra = no_extra,
    machines: Mapping[Node, MachineState] | None = None,
) -> LabStatus:
    """Read nodes, witness and page at the same time; see `node_status.look`. Without `fetch` no page is requested."""
    third = session.lab.witness
    state = machines.get(third.machine, "unknown") if machines and third else "unknown"
    with ThreadPoolExecutor(max_workers=2) as pool:
        page = pool.submit(web_page.ask, fetch) if fetch else None
        witness = pool.submit(witness_status.look, session, state)
        nodes = node_status.look(session, extra, machines)
        return LabStatus(
            nodes,
            page.result() if page else None,
            session.journal.pending(),
            journal.running_drill(session.journal.path.parent),
            service.silent(session.journal.path.parent, session.lab),
            witness.result(),
        )


def at_rest(read: Callable[[], T], about_to_change: Callable[[T], bool], clock: Clock) -> T:
    """Read, and read again while resources may move soon (at most REST_WAIT_S); the last reading.

    Raises what `read` raises.
    """
    last: list[T | LabError] = []

    def once() -> T | LabError:
        try:
            last[:] = [read()]
        except LabError as error:
            last[:] = [error]
        return last[0]

    with contextlib.suppress(TimedOut):
        waiting.until(
            once,
            lambda seen: isinstance(seen, LabError) or not about_to_change(seen),
            "nothing is about to change",
            deadline=REST_WAIT_S,
            clock=clock,
        )
    if isinstance(last[0], LabError):
        raise last[0]
    return last[0]
