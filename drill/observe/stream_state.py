"""What the lines of a node's stream (node_stream.sh) say: the node's state, and when it was true.

The node writes an answer after it has read the question. So the answer was true at some moment between the sending of
the question and the arrival of the answer, both by this machine's clock, also when the lines took long. After an event
of an address the node is only asked at once; so a late event never changes the time of a change. Membership was true
between the last answered question and its arrival, and the cluster's view between its own question and its arrival.
Sources: ip-monitor(8), corosync-quorumtool(8), crm_mon(8), proc(5), cluster.corosync_state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cluster import corosync_state, crm_mon, service_state
from cluster.corosync_state import Membership
from drill.observe.clock_offset import ClockOffset
from drill.record.timeline import NodeReading
from inventory.model import Lab, Node
from inventory.platforms.base import Platform
from inventory.remote import sections
from status import node_shell

_ADDRESS = re.compile(r"(?:\[ADDR\]\s*)?(?:Deleted )?\d+: \S+ +inet (\S+)")
_RING_BEGIN = "Quorum information"
_RING_NODES = re.compile(r"^Nodes:\s+(\d+)\s*$", re.M)
_RING_MEMBER = re.compile(r"^\s*(?:0x[0-9a-fA-F]+|\d+)\s+\d+\s+\S")
_CHANGE = "Diff:"
RING_S = 1.0
"""For so long after a session began, a reading waits for the members that corosync reports (seconds)."""
NONE = "-"
"""No process, in an answer."""


@dataclass
class StreamState:
    """The state of one node, as the lines of one session tell it. Times are in seconds of the record.

    `late_s`: shorter pauses of the node are ignored. `answered` is the last question with an answer; `asked` is when it
    was asked (None: none was answered). `news`: the cluster may have changed since its view was asked for.
    """

    lab: Lab
    platform: Platform
    node: Node
    late_s: float
    answered: int = field(default=0, init=False)
    asked: float | None = field(default=None, init=False)
    news: bool = field(default=True, init=False)
    hurry: bool = field(default=False, init=False)
    """The address may have changed: the node is to be asked at once."""
    viewing: int = field(default=0, init=False)
    """The question whose view is not complete yet; 0: none."""
    ring: Membership | None = field(default=None, init=False)
    """The last membership that corosync reported, if it still runs."""
    _questions: dict[int, float] = field(default_factory=dict, init=False)
    _first: float | None = field(default=None, init=False)
    """When the question of the first complete reading was asked."""
    _first_reading: bool = field(default=True, init=False)
    _uptime: float | None = field(default=None, init=False)
    _late: float = field(default=0.0, init=False)
    _held: bool | None = field(default=None, init=False)
    _web: str | None = field(default=None, init=False)
    _corosync: str = field(default="", init=False)
    _ring_lines: list[str] = field(default_factory=list, init=False)
    _view: list[str] = field(default_factory=list, init=False)
    _view_at: float = field(default=0.0, init=False)
    _view_asked: float | None = field(default=None, init=False)
    _cluster: crm_mon.ClusterState | None = field(default=None, init=False)

    def ask(self, number: int, at: float, *, view: bool) -> None:
        """Note a question that is sent now, and whether it asks for the cluster's view."""
        self._questions = {one: asked for one, asked in self._questions.items() if one >= self.answered}
        self._questions[number] = at
        self.hurry = False
        if view:
            self.viewing, self._view_at, self.news = number, at, False

    @property
    def corosync_runs(self) -> bool:
        """Whether a corosync runs that can answer: one that is neither stopped (T) nor dead (Z)."""
        return any(state not in "TZ" for state in self._corosync)

    def take(self, line: str) -> None:
        """Take one line of standard output. It never fails: a line that means nothing is left out."""
        word, _, rest = line.partition(" ")
        if word == "@beat":
            self._take_answer(rest.split())
        elif address := _ADDRESS.match(line):
            if address[1].split("/")[0] == str(self.lab.vip):
                self.hurry = self.news = True
        elif word == _CHANGE:
            self.news = True
        else:
            self._take_ring(line)

    def _take_answer(self, words: list[str]) -> None:
        if len(words) != 5 or not words[0].isdigit() or int(words[0]) not in self._questions:
            return
        number, uptime = int(words[0]), _number(words[1])
        asked = self._questions[number]
        if uptime is not None and self._uptime is not None and self.asked is not None:
            late = (uptime - self._uptime) - (asked - self.asked)
            if late >= self.late_s:
                self._late += late
        self.answered, self.asked, self._uptime = number, asked, uptime
        held = words[2] == "yes"
        self.news = self.news or held != self._held
        self._held = held
        web, corosync = ("" if word == NONE else word for word in words[3:])
        if (self._web, self._corosync) != (web, corosync):
            before = self.corosync_runs, self._web_state()
            self._web, self._corosync = web, corosync
            self.news = self.news or before != (self.corosync_runs, self._web_state())
        if not corosync.strip("Z"):
            self.ring, self._ring_lines = None, []

    def narrow(self, offset: ClockOffset, came: float) -> None:
        """Narrow the offset to the node's clock by the last answer, which came at this time of the record."""
        if self.asked is not None and self._uptime is not None:
            offset.take(self.asked, came, self._uptime)

    def _take_ring(self, line: str) -> None:
        """A line of corosync-quorumtool. A block is complete when it has as many members as it announced."""
        if line.startswith(_RING_BEGIN):
            self._ring_lines = []
        self._ring_lines.append(line)
        if _RING_MEMBER.match(line):
            text = "\n".join(self._ring_lines)
            announced = _RING_NODES.search(text)
            members = sum(1 for one in self._ring_lines if _RING_MEMBER.match(one))
            if announced and members == int(announced[1]):
                self.ring, self.news = corosync_state.membership(text, self.lab, self.platform.corosync), True

    def take_view(self, line: str) -> bool:
        """Take one line of standard error; whether the view is complete now."""
        word, _, number = line.partition(" ")
        if word == "@view":
            self._view = []
        if word != "@end" or number.strip() != str(self.viewing):
            self._view.append(line)
            return False
        parts = sections.read("\n".join(self._view))
        if not self.platform.events.ring:
            self.ring = corosync_state.membership(parts.get("ring", ""), self.lab, self.platform.corosync)
        self._cluster = node_shell.parse_state(parts.get("state", ""))
        self._view_asked, self.viewing, self._view = self._view_at, 0, []
        return True

    def give_up_view(self) -> None:
        """The view did not come: ask for it again."""
        self.viewing, self.news = 0, True

    def _web_state(self) -> str:
        return node_shell.web_state(self._web or "")

    def reading(self, at: float) -> NodeReading | None:
        """The state as a reading that arrived at a moment; None until address, processes and cluster are known."""
        if self.asked is None or self._held is None or self._web is None or self._view_asked is None:
            return None
        self._first = self.asked if self._first is None else self._first
        begins = self._first_reading and self.asked - self._first < RING_S
        if begins and self.corosync_runs and self.ring is None:
            return None  # the source of membership has just been started
        self._first_reading = False
        late, self._late = self._late, 0.0
        ring = self.ring if self.corosync_runs else None
        quorate = ring.quorate if ring is not None else None
        cluster = self._cluster
        if ring is not None and quorate is None and cluster is not None:
            quorate = cluster.quorate  # corosync 1.4 counts no votes; pacemaker counts them there
        locations = _locations(self.lab, cluster) if cluster is not None else {}
        return NodeReading(
            asked=self.asked,
            at=at,
            node=self.node.name,
            owns_vip=self._held,
            web=node_shell.web_state(self._web),
            quorate=quorate,
            members=ring.members if ring is not None else (),
            dc=(cluster.dc or "") if cluster is not None else "",
            corosync=self.corosync_runs,
            late=round(late, 2),
            placements={id_: nodes[0] if nodes else "" for id_, nodes in locations.items()},
            view_asked=self._view_asked,
        )


def _locations(lab: Lab, state: crm_mon.ClusterState) -> dict[str, tuple[str, ...]]:
    """Where each resource runs; of a clone the node with the address comes first, because it serves the clients."""
    address = state.where(lab.resource("address").id)
    found = {one.id: state.where(one.id) for one in lab.resources}
    for one in lab.services.resources:  # of a promotable clone, the node where it is promoted
        places = service_state.promoted if one.clone == "promotable" else service_state.where
        found |= {part.id: places(state, part.id) for part in one.parts}
    return {id_: tuple(sorted(nodes, key=lambda node: node not in address)) for id_, nodes in found.items()}


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
