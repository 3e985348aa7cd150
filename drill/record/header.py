"""The header of a timeline: what is known about one run of one scenario besides what was observed.

Every class is plain data. A field with the value None was not recorded; a check that needs it gives UNKNOWN.
The names of the fields are the names in the file (see drill.record.timeline_file).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Store = Literal["files", "database"]
"""Where the numbers of a scenario with writes are: in a file of each node, or in a database that replicates."""
FORMAT = 2
"""The version of the file format that this lab writes. It reads this version and version 1."""


@dataclass(frozen=True)
class Prediction:
    """The outage that the live configuration predicts (seconds); `most` is None when it has no upper bound.

    `lines` are the calculation, one for each phase. Raises ValueError when `least` is above `most`.

    `coverage`: the outage of a healthy cluster is from `least` to `most` with this probability (0 to 1). None: the two
    are the limits of what is possible at all; `source` says why no interval with a coverage could be computed.
    `possible` are those limits beside an interval with a coverage (seconds; None as upper limit: there is none).
    `likely` is the narrowest interval (seconds) with the smaller coverage `likely_coverage`: it says what is usual, and
    no verdict depends on it. None: too little was measured.
    `source` says where the figures come from. `contention`: the interval is valid while the processors of the drill's
    machine are at most so contended (0 to 1, see Header.contention; None: not known).
    """

    least: float
    most: float | None = None
    lines: tuple[str, ...] = ()
    coverage: float | None = None
    possible: tuple[float, float | None] | None = None
    source: str = ""
    contention: float | None = None
    likely: tuple[float, float] | None = None
    likely_coverage: float | None = None

    def __post_init__(self) -> None:
        if self.most is not None and self.least > self.most:
            raise ValueError(f"least ({self.least:g} s) is above most ({self.most:g} s)")


@dataclass(frozen=True)
class ProbeFigures:
    """How well the HTTP probe kept its rate: time slots, missed slots, and the longest delay of a request (seconds)."""

    slots: int
    missed: int
    worst_late: float


@dataclass(frozen=True)
class CheckRow:
    """One check that judges this timeline: its id (see drill.checks.registry) and its parameters."""

    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Awaited:
    """One condition that the scenario waited for, for at most `within` seconds.

    `at` is the time when it became true (seconds of the record). None: it did not, and `last` is the last state.
    """

    what: str
    within: float
    at: float | None = None
    last: str = ""


@dataclass(frozen=True)
class OperationEntry:
    """One operation from the cluster's history (lrm_rsc_op in the CIB): a start, a stop or a monitor.

    `at` is the time on that node's own clock (whole seconds since 1970). Never compare times of two nodes.
    `rc` is the agent's exit status, `call` is pacemaker's number of the operation on that node.
    """

    resource: str
    operation: str
    node: str
    at: float
    rc: int = 0
    call: int | None = None

    @property
    def summary(self) -> str:
        """The operation in one line, for people."""
        call = "" if self.call is None else f", call {self.call}"
        return f"{self.node}: {self.operation} {self.resource} at {self.at:.0f} (node's clock{call}, rc {self.rc})"


@dataclass(frozen=True)
class FailCount:
    """How often a resource failed on a node; 1000000 is the cluster's INFINITY."""

    resource: str
    node: str
    count: int


@dataclass(frozen=True)
class NodePause:
    """A line of corosync's log: the node did not run for so long (seconds) that the token was in danger."""

    node: str
    seconds: float


@dataclass(frozen=True)
class LoggedMoment:
    """A line of a node's journal (cluster.cluster_journal): the moment of the record, known to `within` seconds.

    Moments of the same node have almost the same error, so their difference is more exact than `within`. `resource` and
    `on` (a node) are those that the line names.
    """

    node: str
    at: float
    within: float
    kind: str
    resource: str = ""
    on: str = ""


@dataclass(frozen=True)
class Captured:
    """What the cluster of one node said at a moment of the record: the outputs of its own programs, "" for none.

    `label` names the moment. `cib`: `cibadmin -Q`. `scores`: `crm_simulate -sL`. `votes`: `corosync-quorumtool -s`, or
    the members in corosync 1.4's objects.
    """

    label: str
    node: str
    at: float
    cib: str = ""
    scores: str = ""
    votes: str = ""


@dataclass(frozen=True)
class OrderRow:
    """One order constraint of lab.yaml: `first` starts before `then`, and stops after it."""

    first: str
    then: str


@dataclass(frozen=True)
class Header:
    """What is known about one run of one scenario. Some fields are set during the run.

    `fault` names the injected faults, separated by commas; "" when nothing is injected. `overrides` summarises how the
    starting state differs from lab.yaml. `budget_s` is the longest outage that a client may see.
    `resources` are the resources of lab.yaml that exist in the scenario's last state, with the services tied to them;
    `orders` are all those of lab.yaml. `lab` is the lab's number in its folder.
    `described` has the values of lab.yaml that can change what is measured, by key.
    `seed` selected the random targets. `patience` is lab.yaml's factor of the drill's time limits and tolerances.
    `stops_node`: a fault of the scenario can stop a node itself (None: an older record, which does not say).
    `second_try`: this record replaces the scenario's record before it, whose verdict was UNKNOWN.

    Set during the run: `roles` maps active, passive, dc, target and peer to nodes, as they were at the first injection;
    with three nodes or more, also last, the node with the highest nodeid. Several nodes of a role have spaces between.
    `watched_processors` is their number on the drill's own machine; `pauses` are those in corosync's log.
    `witness` is the reason why ARP on the lab's network was not recorded; "" when it was.
    `clients` maps the clients `connecting` and `routed` to the reason why they did not run; "" when they ran.
    `syn_linear` is net.ipv4.tcp_syn_linear_timeouts of this machine's kernel: so many retransmissions of a SYN
    come one second apart before the intervals (1, 2, 4 s ...) double. None: the kernel has no such value; they double
    from the beginning.
    `token_s` and `consensus_s` are those of the running corosync. `before` and `after` are the lines of the
    configuration. `logged` are the moments from the nodes' journals. `contention` is the share of the time from the
    first move to the last one in which a program of the drill's machine waited for a processor (0 to 1);
    `contention_before` is that of the ten seconds before the prediction. `leftovers` are constraints that a ban or a
    move left behind.
    `stored` has the numbers of the writes that each node has after the heal, in its file of the counter service or in
    its own server of the database (None: nothing was read). `store` says which of the two it is. `served` are the
    numbers that the database gives through the VIP after the heal (None: not read, or there is no database).
    `captured` has what the cluster's own programs said at the moments that the scenario names.
    `error` is the drill's own failure.
    `reset_s` is the time from the record's end until lab.yaml's configuration was restored.
    """

    format: int = FORMAT
    scenario: str = "unnamed"
    fault: str = ""
    stops_node: bool | None = None
    title: str = ""
    why: str = ""
    step: str = ""
    overrides: str = ""
    seed: int | None = None
    nodes: tuple[str, ...] = ()
    url: str = ""
    probe_hz: float | None = None
    resources: tuple[str, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    platform: str = ""
    provider: str = ""
    budget_s: float | None = None
    second_try: bool = False
    patience: float = 1.0
    lab: int = 1
    described: Mapping[str, str] = field(default_factory=dict)
    # set during the run
    roles: Mapping[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    token_s: float | None = None
    consensus_s: float | None = None
    before: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None
    leftovers: tuple[str, ...] | None = None
    watched_processors: int | None = None
    pauses: tuple[NodePause, ...] | None = None
    witness: str | None = None
    clients: Mapping[str, str] | None = None
    syn_linear: int | None = None
    awaited: tuple[Awaited, ...] | None = None
    operations: tuple[OperationEntry, ...] | None = None
    failcounts: tuple[FailCount, ...] | None = None
    logged: tuple[LoggedMoment, ...] | None = None
    contention: float | None = None
    contention_before: float | None = None
    probe: ProbeFigures | None = None
    stored: Mapping[str, tuple[int, ...]] | None = None
    store: Store = "files"
    served: tuple[int, ...] | None = None
    captured: tuple[Captured, ...] = ()
    error: str = ""
    reset_s: float | None = None

    @property
    def dc_lost(self) -> bool | None:
        """Whether the first fault hit the DC; None when a role is not known."""
        if not {"dc", "target"} <= self.roles.keys():
            return None
        return self.roles["dc"] == self.roles["target"]
