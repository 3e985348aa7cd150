"""Makes the lab healthy again, whatever an interrupted drill left: from the journal, and from a look at the nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from cluster import cib
from cluster.configuration import differences
from drill.execute.injector import Injector
from drill.faults import remedies, repair
from drill.faults.base import FaultScope, RemedyFactory, scopes
from drill.scenarios.overrides import Overrides
from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.journal import JournalEntry
from inventory.model import Command, Node, NodeAction
from inventory.remote.ssh import check
from inventory.session import LabSession
from status import health
from status.health import NodeStatus

ROUNDS = 3
MEETS_S = 60.0
"""The longest that two running nodes may take to form a cluster with a DC."""
SETTLES_S = 60.0
"""The longest that the resources may then take to run where they should."""


class NotConfigured(LabError):
    """Resources of lab.yaml are not in the cluster: no healing makes them."""


@dataclass
class Recovery:
    """One healing of a lab; `say` is told each thing that is done, as it is done."""

    session: LabSession
    say: Callable[[str], None] = lambda line: None
    _done: list[str] = field(default_factory=list)

    def heal(self) -> tuple[str, ...]:
        """Heal all that is found, until the lab is healthy; what was done, a line each (none: it was well).

        Raises LabError with what could not be healed, NotConfigured with resources that are not there.
        """
        left = self.session.journal.pending()
        for entry in left:
            self._tell(
                f"an interrupted drill left {entry.what}" + (f" on {entry.target}" if entry.target else "")
            )
        troubles: tuple[str, ...] = ()
        for _ in range(ROUNDS):
            try:
                self._power()
                views = health.look(self.session.remote, self._scenes)
                if not self._baseline(left):
                    self._configured(views)
                troubles = health.troubles(self.session.lab, views) or self._changed(left)
                if not troubles and not left:
                    break
                self._round(left)
                self._configured(health.look(self.session.remote, self._scenes))
                troubles = self._settled(left)
            except NotConfigured:
                raise
            except LabError as error:
                troubles = (error.message,)
            if not troubles:
                break
        if troubles:
            lines = "".join(f"\n  - {line}" for line in troubles)
            raise LabError(
                f"The lab could not be healed:{lines}",
                hint="./lab down && ./lab up makes it anew; ./lab status shows it.",
            )
        for entry in left:
            self.session.journal.strike(entry)
        return tuple(self._done)

    @property
    def _scenes(self) -> tuple[FaultScope, ...]:
        return scopes(self.session)

    @property
    def _injector(self) -> Injector:
        return Injector(self.session)

    def _tell(self, line: str) -> None:
        self._done.append(line)
        self.say(line)

    def _configured(self, views: Mapping[Node, NodeStatus]) -> None:
        missing = health.unconfigured(self.session.lab, views, Overrides())
        if missing:
            hint = "./lab provision configures what lab.yaml describes; no healing makes a resource."
            raise NotConfigured("; ".join(missing), hint=hint)

    def _power(self) -> None:
        """Frozen nodes run on, stopped ones boot, and all answer."""
        wanted = [NodeAction(node.name, power="thaw") for node in self.session.lab.nodes]
        wanted += [NodeAction(node.name, power="power_on") for node in self.session.lab.nodes]
        for action in wanted:
            for line in self._injector.run_action(action).splitlines():
                self._tell(f"{action.node}: {line}")
        for node in self.session.lab.nodes:
            self._injector.wait_for_node(node.name)

    def _round(self, left: tuple[JournalEntry, ...]) -> None:
        """What the journal says, newest first; then all that can be wrong on a node; then the configuration."""
        for entry in reversed(left):
            try:
                for line in self._injector.run_undo(entry.undo):
                    self._tell(line)
            except LabError as error:  # what follows looks at the nodes themselves
                self._tell(f"could not be done: {error.message}")
        self._mend(remedies.NODE)
        waiting.until(
            lambda: self._missing(self._watch()),
            lambda missing: not missing,
            "both nodes in one cluster with a DC",
            deadline=MEETS_S,
            clock=self.session.clock,
        )
        self._mend(remedies.POLICY)
        self._restore(left)
        self._stale()

    def _mend(self, what: tuple[RemedyFactory, ...]) -> None:
        for scope in self._scenes:
            action = NodeAction(
                scope.target.name, repair.repair_script(scope, what), deadline=120, why="heal"
            )
            for line in self._injector.run_action(action).splitlines():
                self._tell(f"{scope.target.name}: {line}")

    def _watch(self) -> dict[Node, NodeStatus]:
        """Look while waiting: what the interrupted drill was about to do may come true only now."""
        views = health.look(self.session.remote, self._scenes)
        if not all(view.reachable for view in views.values()):
            self._power()
        if any(view.left for view in views.values()):
            self._mend(remedies.NODE)
        return views

    def _missing(self, views: Mapping[Node, NodeStatus]) -> tuple[str, ...]:
        names = {node.name for node in self.session.lab.nodes}
        return tuple(
            node.name
            for node, view in views.items()
            if view.state is None or view.state.dc is None or set(view.state.online) != names
        )

    def _baseline(self, left: tuple[JournalEntry, ...]) -> str:
        return next((entry.baseline for entry in left if entry.baseline), "")

    def _changed(self, left: tuple[JournalEntry, ...]) -> tuple[str, ...]:
        """How the configuration differs from what it was before the interrupted drill."""
        baseline = self._baseline(left)
        if not baseline:
            return ()
        text = check(
            self.session.remote,
            Command(self.session.lab.node1.name, cib.COMMAND, why="read the configuration"),
        ).out
        return differences(cib.parse(baseline).configuration, cib.parse(text).configuration)

    def _restore(self, left: tuple[JournalEntry, ...]) -> None:
        """Put the whole configuration section back as the journal has it, where it means something else."""
        changed = self._changed(left)
        if not changed:
            return
        section = ElementTree.fromstring(self._baseline(left)).find("configuration")  # noqa: S314 (our own journal)
        assert section is not None
        text = ElementTree.tostring(section, encoding="unicode")
        argv = ("cibadmin", "-R", "-o", "configuration", "-p")
        check(
            self.session.remote,
            Command(self.session.lab.node1.name, argv, stdin=text, why="restore the configuration"),
        )
        for line in changed:
            self._tell(f"restored the configuration: {line}")

    def _stale(self) -> None:
        """Take the address off a node whose cluster, whole again, runs it on the other."""
        views = health.look(self.session.remote, self._scenes)
        address = self.session.lab.resource("address").id
        for scope in self._scenes:
            view = views[scope.target]
            others = view.state.where(address) if view.state else ()
            if view.holds_vip and len(others) == 1 and others[0] != scope.target.name:
                self._injector.run_action(
                    NodeAction(scope.target.name, remedies.remove_address(scope), why="one owner")
                )
                self._tell(f"{scope.target.name}: took {self.session.lab.vip} off, which {others[0]} owns")

    def _settled(self, left: tuple[JournalEntry, ...]) -> tuple[str, ...]:
        """Wait until nothing is wrong any more; what still is."""
        last: list[tuple[str, ...]] = [()]

        def ask() -> tuple[str, ...]:
            last[0] = health.troubles(self.session.lab, self._watch())
            return last[0]

        try:
            waiting.until(
                ask,
                lambda found: not found,
                "the lab is healthy",
                deadline=SETTLES_S,
                clock=self.session.clock,
            )
        except TimedOut:
            return last[0]
        return self._changed(left)
