"""Makes the lab healthy again, whatever an interrupted drill left: from the journal, and from a look at the nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from cluster import cib
from cluster.configuration import differences
from drill.execute import lab_health
from drill.execute.injector import Injector
from drill.faults import registry as faults
from drill.faults import remedies, repair
from drill.faults.base import FaultScope, RemedyFactory, scopes
from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.journal import JournalEntry
from inventory.model import Command, NodeAction
from inventory.remote.ssh import check
from inventory.session import LabSession
from status import health
from status.health import Trouble
from status.lab_status import LabStatus
from status.web_page import Fetch

ROUNDS = 3
MEETS_S = 60.0
"""The longest that two running nodes may take to form a cluster with a DC."""
SETTLES_S = 60.0
"""The longest that the resources may then take to run where they should."""
STAYS = 8
"""So many looks in a row must show the same troubles that no waiting ends, before the waiting ends."""


class NotConfigured(LabError):
    """Resources of lab.yaml are not in the cluster: no healing makes them."""


@dataclass
class Recovery:
    """One healing of a lab; `say` is told each thing that is done, as it is done.

    `fetch` asks the floating address for the page; without it no page is judged.
    """

    session: LabSession
    say: Callable[[str], None] = lambda line: None
    fetch: Fetch | None = None
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
                seen = self.look()
                if not self._baseline(left):
                    self._configured(seen)
                troubles = _lines(self.troubles(seen)) or self._changed(left)
                if not troubles and not left:
                    break
                self._round(left)
                self._configured(self.look())
                found = self._settled()
                troubles = _lines(found) or self._changed(left)
                if found and health.lasting(found):
                    break
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
                hint="./lab reset brings the cluster back to lab.yaml; ./lab down && ./lab up makes the nodes anew.",
            )
        for entry in left:
            self.session.journal.strike(entry)
        return tuple(self._done)

    @property
    def _scopes(self) -> tuple[FaultScope, ...]:
        return scopes(self.session)

    @property
    def _injector(self) -> Injector:
        return Injector(self.session)

    def _tell(self, line: str) -> None:
        self._done.append(line)
        self.say(line)

    def troubles(self, seen: LabStatus) -> tuple[Trouble, ...]:
        """What keeps the lab from being healthy."""
        return health.troubles(self.session.lab, seen, lab_health.expectation())

    def look(self) -> LabStatus:
        """The lab at this moment."""
        return lab_health.look(self.session, self.fetch)

    def _configured(self, seen: LabStatus) -> None:
        missing = health.unconfigured(self.session.lab, seen)
        if missing:
            hint = "./lab provision configures what lab.yaml describes; no healing makes a resource."
            raise NotConfigured("; ".join(map(str, missing)), hint=hint)

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
        self._mend(faults.NODE_REMEDIES)
        waiting.until(
            lambda: self._missing(self._watch()),
            lambda missing: not missing,
            "both nodes in one cluster with a DC",
            deadline=MEETS_S,
            clock=self.session.clock,
        )
        self._mend(faults.CLUSTER_REMEDIES)
        self._restore(left)
        self._stale()

    def _mend(self, what: tuple[RemedyFactory, ...]) -> None:
        for scope in self._scopes:
            action = NodeAction(
                scope.target.name,
                repair.repair_script(scope, what),
                deadline=120,
                why="heal",
                purpose="repair",
            )
            for line in self._injector.run_action(action).splitlines():
                self._tell(f"{scope.target.name}: {line}")

    def _watch(self) -> LabStatus:
        """Look while waiting: what the interrupted drill was about to do may come true only now."""
        seen = self.look()
        if not all(one.reachable for one in seen.nodes.values()):
            self._power()
        if any(one.undone for one in seen.nodes.values()):
            self._mend(faults.NODE_REMEDIES)
        return seen

    def _missing(self, seen: LabStatus) -> tuple[str, ...]:
        names = {node.name for node in self.session.lab.nodes}
        return tuple(
            node.name
            for node, one in seen.nodes.items()
            if one.state is None or one.state.dc is None or set(one.state.online) != names
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
            Command(self.session.lab.node1.name, cib.COMMAND, "read the configuration", purpose="read-cib"),
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
        node, why = self.session.lab.node1.name, "restore the configuration"
        check(self.session.remote, Command(node, argv, why, stdin=text, purpose="replace-cib-section"))
        for line in changed:
            self._tell(f"restored the configuration: {line}")

    def _stale(self) -> None:
        """Take the address off a node whose cluster, whole again, runs it on the other."""
        seen = self.look()
        address = self.session.lab.resource("address").id
        for scope in self._scopes:
            one = seen.nodes[scope.target]
            owners = one.state.where(address) if one.state else ()
            if one.holds_vip and len(owners) == 1 and owners[0] != scope.target.name:
                self._injector.run_action(
                    NodeAction(
                        scope.target.name,
                        remedies.remove_address(scope),
                        why="one owner",
                        purpose="remove-address",
                    )
                )
                self._tell(f"{scope.target.name}: took {self.session.lab.vip} off, which {owners[0]} owns")

    def _settled(self) -> tuple[Trouble, ...]:
        """Wait until nothing is wrong any more, or only what no waiting ends; what still is wrong."""
        looks: list[tuple[Trouble, ...]] = []

        def ask() -> tuple[Trouble, ...]:
            looks.append(self.troubles(self._watch()))
            return looks[-1]

        def over(found: tuple[Trouble, ...]) -> bool:
            return health.lasting(found) and looks[-STAYS:] == [found] * STAYS

        try:
            waiting.until(
                ask,
                lambda found: not found or over(found),
                "the lab is healthy",
                deadline=SETTLES_S,
                clock=self.session.clock,
            )
        except TimedOut:
            if not looks:
                raise
        return looks[-1]


def _lines(found: tuple[Trouble, ...]) -> tuple[str, ...]:
    return tuple(map(str, found))
