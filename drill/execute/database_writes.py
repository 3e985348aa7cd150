"""Writes of a scenario to the database that the probe asks: the texts `write`, `read` and `remove` of drill.probe.

The numbers are written through the VIP, under a name that nobody else has. After the heal they are read through the
VIP, which gives the data of the service, and from each node's own server, which shows how far its copy is. Then the
numbers of this writer are removed, and no others.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from drill.execute.write_service import WriteService
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.observe.sql_request import SqlClient, SqlError, node_named
from drill.observe.sql_writer import SqlWriter
from drill.record.timeline import Event, Write
from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.journal import JournalEntry
from inventory.session import LabSession
from status.web_page import Fetch

JOURNALED = "numbers in the database of "
"""How the entry in the journal begins; the writer's name follows."""
READ_WITHIN_S = 20.0
"""The longest wait until the database gives its data, and again until a copy has them (seconds)."""
STATEMENT_S = 5.0
"""The limit of one statement that is no write of the client (seconds, on a machine of usual speed)."""
PROOF = 0
"""The number that is written to prove that the texts of lab.yaml work."""
_JOURNALED = re.compile(rf"{JOURNALED}(ha-lab-[0-9a-f]+)")


@dataclass(frozen=True)
class Numbers:
    """The numbers of one writer in the lab's database. `address` is where the server listens (default: the VIP)."""

    session: LabSession
    writer: str
    address: IPv4Address | None = None

    def read(self) -> tuple[int, ...]:
        """The numbers that are there. Raises LabError."""
        values = self._values("read")
        try:
            return tuple(sorted(map(int, values)))
        except ValueError:
            raise LabError(
                f"lab.yaml, drill.probe.read: the database answers {values[:3]}, which are no whole numbers",
                hint="the first column of its answer must be the numbers",
            ) from None

    def write(self, number: int) -> str:
        """Write a number; the node that acknowledged it. Raises LabError when no node is named."""
        named = next(iter(self._values("write", number)), "")
        if node := node_named(named, self.session.lab.nodes):
            return node
        raise LabError(
            f"lab.yaml, drill.probe.write: the database answers {named!r}, which is no node",
            hint="end it so that it gives the node's name, such as RETURNING current_setting('cluster_name')",
        )

    def remove(self) -> None:
        """Remove the numbers of this writer. Raises LabError."""
        self._values("remove")

    def _values(self, key: str, number: int = 0) -> tuple[str, ...]:
        lab = self.session.lab
        request = lab.drill.probe
        client = SqlClient(
            request,
            (str(self.address or lab.vip), request.port),
            lab.nodes,
            lab.patient(STATEMENT_S),
            fresh=True,
        )
        try:
            return client.values(request.statement(getattr(request, key), self.writer, number))
        except (OSError, SqlError) as error:
            raise LabError(
                f"lab.yaml, drill.probe.{key}: the database at {self.address or lab.vip} answers: {error}",
                hint="correct the statement in lab.yaml, or make its table and the rights of its user on the nodes",
            ) from error


@dataclass
class DatabaseWrites(WriteService):
    """Proves that write, read and remove do what they say; then writes, reads the data, and removes the numbers."""

    make_writer: Callable[[ProbeSettings, str, Callable[[], float], Callable[[Write], None]], Observer] = (
        SqlWriter
    )
    name: str = field(default_factory=lambda: f"ha-lab-{secrets.token_hex(6)}")
    _entry: JournalEntry | None = field(default=None, init=False)

    def _make(self) -> None:
        """Raises LabError; then the database has no number of this writer."""
        mine = Numbers(self.session, self.name)
        mine.read()  # a table that is missing shows before anything is written
        self._entry = self.session.journal.begin(f"{JOURNALED}{self.name}")
        try:
            mine.write(PROOF)
            self._expect("write", (PROOF,))
            mine.remove()
            self._expect("remove", ())
        except LabError:
            self._remove()
            raise

    def _expect(self, key: str, wanted: tuple[int, ...]) -> None:
        found = Numbers(self.session, self.name).read()
        if found != wanted:
            raise LabError(
                f"lab.yaml, drill.probe: after {key}, read gives the numbers {found} of a new writer, not {wanted}",
                hint=f"correct {key} or read in lab.yaml; nothing was broken",
            )

    def _writer(self) -> Observer:
        settings = ProbeSettings.of(self.session.lab)
        return self.make_writer(settings, self.name, self.recorder.since, self.recorder.write)

    def _read(self) -> None:
        """What cannot be read is not in the record, and a note says why."""
        served = self._latest("the service", Numbers(self.session, self.name), frozenset())
        stored = {}
        for node in self.session.lab.nodes if served is not None else ():
            own = self._latest(
                node.name, Numbers(self.session, self.name, node.address), frozenset(served or ())
            )
            if own is not None:
                stored[node.name] = own
        self.recorder.database(stored, served)

    def _latest(self, who: str, numbers: Numbers, wanted: frozenset[int]) -> tuple[int, ...] | None:
        """The numbers as soon as all wanted ones are there, or those that are there after a wait; None: not read."""
        latest: list[tuple[int, ...]] = []

        def ask() -> frozenset[int]:
            latest[:] = [numbers.read()]
            return frozenset(latest[0])

        what = f"{who}: the written numbers"
        try:
            waiting.until(ask, wanted.issubset, what, deadline=READ_WITHIN_S, clock=self.session.clock)
        except TimedOut as error:
            if not latest:
                self.recorder.event(Event(self.recorder.since(), "note", "not read", detail=error.message))
        return latest[0] if latest else None

    def _remove(self) -> None:
        if self._entry is None:
            return
        try:
            Numbers(self.session, self.name).remove()
        except LabError:
            return  # the entry stays in the journal, and the heal of the lab removes the numbers
        self.session.journal.mark_undone(self._entry)
        self._entry = None


def remove_left(
    session: LabSession, left: Iterable[JournalEntry], fetch: Fetch | None, tell: Callable[[str], None]
) -> None:
    """Remove the numbers that interrupted drills left, and tell it. `fetch` shows that the service can be reached."""
    for entry in left:
        if (found := _JOURNALED.fullmatch(entry.what)) and fetch is not None and fetch():
            try:
                Numbers(session, found[1]).remove()
            except LabError as error:
                tell(f"the numbers of {found[1]} stay in the database: {error.message}")
            else:
                tell(f"removed the {entry.what}")
