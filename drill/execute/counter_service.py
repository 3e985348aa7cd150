"""The counter service: clients write numbers through the VIP, and the node that serves acknowledges each of them.

It is a CGI program of the nodes' own web server. Each node has a file of its own; there is no shared disk and no
replica. It exists only while a scenario with `writes` runs, in a lab with the document's web server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drill.execute.write_service import WriteService
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.observe.writer import PATH, Writer
from drill.record.timeline import Write
from inventory import waiting
from inventory.errors import LabError
from inventory.journal import JournalEntry
from inventory.model import Command, Node, NodeAction
from inventory.remote.script import script
from inventory.remote.ssh import check
from status.web_page import page_of

FOLDER = "/var/lib/ha-lab-counter"
CONF = "ha-lab-counter.conf"
ANSWERS_WITHIN_S = 20.0
"""The longest time until the web server has read its settings again (seconds)."""


@dataclass
class CounterService(WriteService):
    """Makes the service on all nodes, and reads the file of each node at the end."""

    make_writer: Callable[[ProbeSettings, Callable[[], float], Callable[[Write], None]], Observer] = Writer
    _entries: list[JournalEntry] = field(default_factory=list, init=False)

    def _make(self) -> None:
        """Raises CommandFailed, TimedOut; what is made by then is in the journal."""
        for node in self.session.lab.nodes:
            self._install(node)
        for node in self.session.lab.nodes:
            self._prove(node)

    def _writer(self) -> Observer:
        settings = ProbeSettings.of(self.session.lab)
        return self.make_writer(settings, self.recorder.since, self.recorder.write)

    def _read(self) -> None:
        self.recorder.stored({node.name: self._stored(node) for node in self.session.lab.nodes})

    def _install(self, node: Node) -> None:
        platform = self.session.platform
        undo = NodeAction(
            node.name, self._removal(), why="remove the counter service", purpose="remove-counter"
        )
        self._entries.append(
            self.session.journal.begin("the counter service", target=node.name, undo=(undo,))
        )
        program = script(__package__, "counter", answer=page_of(node), file=f"{FOLDER}/writes")
        text = script(
            __package__,
            "install_counter",
            folder=FOLDER,
            conf=self._conf,
            modules=platform.web_modules,
            path=PATH,
            program=f"#!/bin/sh\n{program}",
            process=platform.web_process,
        )
        check(
            self.session.remote,
            Command.script(node.name, text, why="make the counter service", purpose="install-counter"),
        )

    def _prove(self, node: Node) -> None:
        text = script(__package__, "prove_counter", path=PATH, process=self.session.platform.web_process)
        command = Command.script(node.name, text, why="the counter service", purpose="prove-counter")
        waiting.until(
            lambda: self.session.remote.run(command).out,
            lambda answer: answer.strip() == "yes",
            f"{node.name}: the counter service answers",
            deadline=ANSWERS_WITHIN_S,
            clock=self.session.clock,
        )

    def _stored(self, node: Node) -> tuple[int, ...]:
        """The numbers in a node's file, in the order in which they were written. Raises CommandFailed, Unreachable."""
        command = Command(
            node.name, ("cat", f"{FOLDER}/writes"), "what is written", deadline=20, purpose="read-writes"
        )
        return tuple(int(line) for line in check(self.session.remote, command).out.split())

    def _remove(self) -> None:
        """Remove the service. What could not be removed stays in the journal, and the heal of the lab removes it."""
        for entry in self._entries:
            [action] = entry.undo
            try:
                done = self.session.remote.run(action.command)
            except LabError:
                continue
            if done.good:
                self.session.journal.mark_undone(entry)

    @property
    def _conf(self) -> str:
        return f"{self.session.platform.web_include}/{CONF}"

    def _removal(self) -> str:
        process = self.session.platform.web_process
        return script(__package__, "remove_counter", folder=FOLDER, conf=self._conf, process=process)
