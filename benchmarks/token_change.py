"""Gives the running lab another token with the steps of `./lab provision`, and afterwards lab.yaml's token again.

The change is in the journal before it is made. When a benchmark is killed, `./lab status` reports it, and `./lab heal`
or `./lab provision` brings lab.yaml's corosync.conf back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from benchmarks.steady import Steady
from cluster import corosync_conf, corosync_state
from drill.execute import signals
from inventory.config.lab_yaml import LONGEST_TOKEN_MS, SHORTEST_TOKEN_MS, shortest_consensus_ms
from inventory.errors import ConfigError, LabError
from inventory.journal import JournalEntry
from inventory.model import Command, Lab, NodeAction
from inventory.remote.script import script
from inventory.remote.ssh import run_all
from inventory.session import LabSession
from inventory.sizes import running_token_ms
from provision import apply
from provision.steps import corosync_conf as conf_step
from provision.steps import start
from provision.steps.base import service_script

ENTRY = "another token in corosync.conf (bench token)"
"""The name of the change in the journal."""
STEPS = (conf_step.CONFIGURATION, start.STEP)


def with_token(lab: Lab, token_ms: int) -> Lab:
    """The lab with another token, and the consensus that corosync.conf(5) wants for it. Raises ConfigError."""
    if not SHORTEST_TOKEN_MS <= token_ms <= LONGEST_TOKEN_MS:
        raise ConfigError(
            f"token {token_ms} ms: the lab does not allow this token.",
            hint=f"--values takes numbers from {SHORTEST_TOKEN_MS} to {LONGEST_TOKEN_MS} (milliseconds).",
        )
    if token_ms == lab.corosync.token_ms:
        return lab
    consensus = shortest_consensus_ms(token_ms, len(lab.nodes))
    changed = replace(lab.corosync, token_ms=token_ms, consensus_ms=consensus)
    return replace(lab, corosync=changed)


def undo(session: LabSession) -> tuple[NodeAction, ...]:
    """The actions that restore lab.yaml's corosync.conf on all nodes. After them, a heal starts the cluster."""
    platform, lab = session.platform, session.lab
    text = script(
        __package__,
        "restore_corosync_conf",
        conf=corosync_conf.PATH,
        text=corosync_conf.configuration(lab, platform.corosync),
        token=_running_token_ms(session),
        timings=corosync_state.timings_script(platform.corosync),
        stop_cluster=service_script(session, "stop", reverse=True),
    )
    return tuple(
        NodeAction(node.name, text, deadline=180, why="corosync.conf as in lab.yaml", purpose="repair")
        for node in reversed(lab.nodes)
    )


@dataclass
class TokenChange:
    """The token of a running lab. `session` has lab.yaml's description; `steady` waits until the lab is healthy."""

    session: LabSession
    steady: Steady
    say: Callable[[str], None] = lambda line: None
    _entry: JournalEntry | None = field(default=None, init=False)

    def set(self, token_ms: int) -> LabSession:
        """Make all nodes run with a token, unless they already do. Return the session of the lab with it.

        Raises LabError when a node runs with another token afterwards; ConfigError for a token that is not allowed.
        """
        session = replace(self.session, lab=with_token(self.session.lab, token_ms))
        if not self._runs_with(session):
            self.say(f"corosync.conf: token {token_ms} ms, consensus {session.lab.corosync.consensus_ms} ms")
            pending = self.session.journal.pending()
            if self._entry is None or all(one.id != self._entry.id for one in pending):
                self._entry = self.session.journal.begin(ENTRY, undo=undo(self.session))
            self._apply(session)
        return session

    def restore(self) -> None:
        """Bring lab.yaml's configuration back, and mark the change as undone. Raises LabError."""
        if self._entry is None:
            return
        self.say("restoring lab.yaml's corosync.conf")
        self._apply(self.session)
        self.session.journal.mark_undone(self._entry)
        self._entry = None

    def _apply(self, session: LabSession) -> None:
        apply.run_batch(session, STEPS)
        self.verify(session)
        self.steady.wait(session)
        self.verify(session)  # a lab that had to be healed has lab.yaml's token again

    def verify(self, session: LabSession) -> None:
        """Raise LabError unless all nodes run with the token of a session's lab."""
        if not self._runs_with(session):
            found = ", ".join(f"{token:g} s" for token, _ in self.live())
            raise LabError(
                f"corosync does not run with the token {session.lab.corosync.token_ms} ms, but with {found}.",
                hint="./lab heal brings the configuration of lab.yaml back.",
            )

    def _runs_with(self, session: LabSession) -> bool:
        wanted = (_running_token_ms(session) / 1000, session.lab.corosync.consensus_ms / 1000)
        return all(one == wanted for one in self.live())

    def live(self) -> tuple[tuple[float, float], ...]:
        """Token and consensus of the corosync that runs on each node (seconds); (0, 0) where none answers."""
        text = corosync_state.timings_script(self.session.platform.corosync)
        commands = [
            Command.script(
                node.name, text, why="token and consensus", deadline=10, ok=(0, 1), purpose="read-totem-times"
            )
            for node in self.session.lab.nodes
        ]
        return tuple(_timings(result.out) for result in run_all(self.session.remote, commands))


def _running_token_ms(session: LabSession) -> int:
    """The token with which corosync runs: without a nodelist it adds nothing for more nodes."""
    nodes = len(session.lab.nodes) if session.platform.has_nodelist else 0
    return running_token_ms(session.lab.corosync.token_ms, nodes)


def _timings(text: str) -> tuple[float, float]:
    try:
        return corosync_state.timings(text)
    except LabError:
        return 0.0, 0.0


@contextlib.contextmanager
def token_change(change: TokenChange) -> Iterator[TokenChange]:
    """Restore lab.yaml's token at the end, also after an error or a signal."""
    with signals.interruptible():
        try:
            yield change
        finally:
            with signals.undisturbed():
                change.restore()
