"""Makes the lab healthy again after an interrupted drill, from the journal and from readings of the nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from cluster import cib
from cluster.configuration import differences
from drill.execute import database_writes, lab_health
from drill.execute.injector import Injector
from drill.faults import registry as faults
from drill.faults import remedies, repair
from drill.faults.base import FaultScope, RemedyFactory, scopes, witness_scopes
from drill.scenarios.overrides import Overrides
from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.journal import JournalEntry
from inventory.model import Command, NodeAction
from inventory.remote.ssh import check
from inventory.session import LabSession
from inventory.sizes import every_node
from language.marking import marked
from status import health
from status.health import Trouble
from status.lab_status import LabStatus
from status.web_page import Fetch

ATTEMPTS = 3
"""The number of attempts to heal the lab."""
MEMBERSHIP_DEADLINE_S = 60.0
"""The longest time in which the running nodes must form a cluster with a DC (seconds)."""
SETTLE_DEADLINE_S = 60.0
"""The longest time in which the lab must then become healthy (seconds)."""
SAME_READINGS = 8
"""The wait ends early when this many readings in a row show the same permanent troubles."""


class NotConfigured(LabError):
    """Resources of lab.yaml are not configured in the cluster. A heal does not create them."""


@dataclass
class Recovery:
    """One heal of a lab. `say` gets a line for each thing that is done.

    `fetch` requests the floating address's page; without it none is judged. `built`: see Runner.built.
    """

    session: LabSession
    say: Callable[[str], None] = lambda line: None
    fetch: Fetch | None = None
    built: Overrides | None = None
    _done: list[str] = field(default_factory=list)

    def heal(self) -> tuple[str, ...]:
        """Heal until the lab is healthy. Gives what was done, one line each (none: the lab was healthy).

        Raises LabError with what could not be healed, NotConfigured with the missing resources.
        """
        left = self.session.journal.pending()
        for entry in left:
            where = f" on {entry.target}" if entry.target else ""
            self._tell(f"an interrupted drill left {entry.what}{where}")
        troubles: tuple[str, ...] = ()
        for _ in range(ATTEMPTS):
            try:
                self._power()
                lab_status = self.look()
                if not self._baseline(left):
                    self._configured(lab_status)
                troubles = _lines(self.troubles(lab_status)) or self._changed(left)
                if not troubles and not left:
                    # A lost standby may still have its old promotion score, so that it is no trouble.
                    self._injector.heal_services(self._tell)
                    break
                self._attempt(left)
                self._configured(self.look())
                found = self._settled()
                troubles = _lines(found) or self._changed(left)
                if found and health.are_permanent(found):
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
                hint=marked(
                    "./lab reset brings the cluster back to lab.yaml; ./lab down && ./lab up creates new nodes."
                ),
            )
        database_writes.remove_left(self.session, left, self.fetch, self._tell)
        for entry in left:
            self.session.journal.mark_undone(entry)
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

    def troubles(self, lab_status: LabStatus) -> tuple[Trouble, ...]:
        """What keeps the lab from being healthy."""
        return health.troubles(self.session.lab, lab_status, lab_health.expectation(self.built))

    def look(self) -> LabStatus:
        """Read the lab."""
        return lab_health.look(self.session, self.fetch)

    def _configured(self, lab_status: LabStatus) -> None:
        if missing := health.unconfigured(self.session.lab, lab_status, lab_health.expectation(self.built)):
            hint = "./lab provision configures what lab.yaml describes; a heal creates no resource."
            raise NotConfigured("; ".join(map(str, missing)), hint=hint)

    def _power(self) -> None:
        """Thaw frozen machines, boot stopped ones, and wait until all answer."""
        machines = self.session.lab.machines
        wanted = [NodeAction(one.name, power="thaw") for one in machines]
        wanted += [NodeAction(one.name, power="power_on") for one in machines]
        for action in wanted:
            for line in self._injector.run_action(action).splitlines():
                self._tell(f"{action.node}: {line}")
        for one in machines:
            self._injector.wait_for_node(one.name)

    def _attempt(self, left: tuple[JournalEntry, ...]) -> None:
        """Undo the journal's entries, newest first; then run all remedies; then restore the configuration."""
        for entry in reversed(left):
            try:
                for line in self._injector.run_undo(entry.undo):
                    self._tell(line)
            except LabError as error:  # the remedies below repair the nodes without the journal
                self._tell(f"could not be done: {error.message}")
        self._run_remedies(faults.WITNESS_REMEDIES, witness_scopes(self.session))
        self._run_remedies(faults.NODE_REMEDIES)
        waiting.until(
            lambda: self._missing(self._look_again()),
            lambda missing: not missing,
            f"{every_node(self.session.lab)} in one cluster with a DC",
            deadline=MEMBERSHIP_DEADLINE_S,
            clock=self.session.clock,
        )
        self._run_remedies(faults.CLUSTER_REMEDIES)
        self._restore(left)
        self._remove_second_owner()
        self._injector.heal_services(self._tell)

    def _run_remedies(
        self, remedies_to_run: tuple[RemedyFactory, ...], where: tuple[FaultScope, ...] | None = None
    ) -> None:
        for scope in self._scopes if where is None else where:
            action = NodeAction(
                scope.target.name,
                repair.repair_script(scope, remedies_to_run),
                deadline=120,
                why="heal",
                purpose="repair",
            )
            for line in self._injector.run_action(action).splitlines():
                self._tell(f"{scope.target.name}: {line}")

    def _look_again(self) -> LabStatus:
        """Read the lab while waiting: a command of the interrupted drill may take effect only now."""
        lab_status = self.look()
        if not all(one.reachable for one in lab_status.nodes.values()):
            self._power()
        if any(one.undone for one in lab_status.nodes.values()):
            self._run_remedies(faults.NODE_REMEDIES)
        return lab_status

    def _missing(self, lab_status: LabStatus) -> tuple[str, ...]:
        names = {node.name for node in self.session.lab.nodes}
        states = {node.name: one.state for node, one in lab_status.nodes.items()}
        return tuple(
            node for node, one in states.items() if not (one and one.dc and set(one.online) == names)
        )

    def _baseline(self, left: tuple[JournalEntry, ...]) -> str:
        return next((entry.baseline for entry in left if entry.baseline), "")

    def _changed(self, left: tuple[JournalEntry, ...]) -> tuple[str, ...]:
        """The differences of the configuration from the one before the interrupted drill."""
        baseline = self._baseline(left)
        if not baseline:
            return ()
        text = check(
            self.session.remote,
            Command(self.session.lab.node1.name, cib.COMMAND, "read the configuration", purpose="read-cib"),
        ).out
        return differences(cib.parse(baseline).configuration, cib.parse(text).configuration)

    def _restore(self, left: tuple[JournalEntry, ...]) -> None:
        """Restore the whole configuration section from the journal, when the configuration is different."""
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

    def _remove_second_owner(self) -> None:
        """Remove the address from a node when the cluster runs it on another node."""
        lab_status, address = self.look(), self.session.lab.resource("address").id
        for scope in self._scopes:
            one = lab_status.nodes[scope.target]
            placed_on = one.state.where(address) if one.state else ()
            if one.holds_vip and len(placed_on) == 1 and placed_on[0] != scope.target.name:
                text, why = remedies.remove_address(scope), "remove the address of a second owner"
                action = NodeAction(scope.target.name, text, why=why, purpose="remove-address")
                self._injector.run_action(action)
                self._tell(
                    f"{scope.target.name}: removed {self.session.lab.vip}, which the cluster runs on {placed_on[0]}"
                )

    def _settled(self) -> tuple[Trouble, ...]:
        """Wait until the lab is healthy or only permanent troubles are left. Gives the troubles that are left."""
        readings: list[tuple[Trouble, ...]] = []

        def ask() -> tuple[Trouble, ...]:
            readings.append(self.troubles(self._look_again()))
            return readings[-1]

        def permanent(found: tuple[Trouble, ...]) -> bool:
            return health.are_permanent(found) and readings[-SAME_READINGS:] == [found] * SAME_READINGS

        try:
            waiting.until(
                ask,
                lambda found: not found or permanent(found),
                "the lab is healthy",
                deadline=SETTLE_DEADLINE_S,
                clock=self.session.clock,
            )
        except TimedOut:
            if not readings:
                raise
        return readings[-1]


def _lines(found: tuple[Trouble, ...]) -> tuple[str, ...]:
    return tuple(map(str, found))
