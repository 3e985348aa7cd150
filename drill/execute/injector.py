"""Runs a fault: write it into the journal, arm the timer, inject, prove, heal, prove the heal.

Only this module runs the data of `drill.faults`. A fault is always healed at the end, also after an error or a signal.
In case this process is killed, the heal is in the journal, and a timer on the node runs it too.
All times are in seconds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from drill.execute import bmc_power, node_clock, proofs, signals
from drill.faults import background, node_script, repair
from drill.faults.base import Fault, FaultScope, scopes
from drill.record.timeline import EventKind
from inventory import waiting
from inventory.errors import CommandFailed, LabError, TimedOut, Unreachable
from inventory.journal import JournalEntry
from inventory.model import Command, NodeAction
from inventory.session import LabSession
from language.marking import marked

PROOF_DEADLINE_S = 15.0
"""The longest time from the injection of a fault to the proof that it is in effect (seconds)."""
SERVICES_DEADLINE_S = 180.0
"""For the repair of a node's resources by lab.yaml's script (seconds): a standby is copied anew."""
BOOT_DEADLINE_S = 90.0
"""The longest time until a node answers after it was powered on or thawed (seconds)."""
OnEvent = Callable[[EventKind, str, str], None]
"""Called for each event, with its kind, node and detail."""

OnSwitch = Callable[[str, bool, float], None]
"""Called when a node's power was switched: node, whether it is on, when it was asked for (seconds of the clock)."""


class NotInEffect(LabError):
    """It is not proven that the fault is in effect, so the record proves nothing."""


class NotAvailable(LabError):
    """The provider does not support this fault."""


@dataclass(frozen=True)
class ActiveFault:
    """A fault that was started on a node and is not healed yet."""

    fault: Fault
    scope: FaultScope
    entry: JournalEntry


@dataclass
class Injector:
    """Injects and heals faults, over ssh and by the machines' power.

    `event` and `switched` are called as their types say; `timer_s` is the time after which a node heals itself.
    """

    session: LabSession
    event: OnEvent = lambda kind, node, detail: None
    switched: OnSwitch = lambda node, on, asked: None
    timer_s: float = repair.TIMER_S

    @contextlib.contextmanager
    def injected(
        self, fault: Fault, *scopes: FaultScope, baseline: str = ""
    ) -> Iterator[tuple[ActiveFault, ...]]:
        """A fault on one or both nodes: in effect inside the block, healed after it, also after an exception or signal.

        `baseline` is the CIB's XML before anything was changed. Raises NotAvailable before anything is done,
        NotInEffect or CommandFailed after healing, TimedOut when it cannot be proven that the fault is healed.
        """
        active_faults: list[ActiveFault] = []
        with signals.interruptible():
            try:
                for scope in scopes:
                    active_faults.append(self.begin(fault, scope, baseline))
                for active_fault in active_faults:
                    self.arm(active_fault)
                for active_fault in active_faults:
                    self.inject(active_fault)
                for active_fault in active_faults:
                    self.prove(active_fault)
                yield tuple(active_faults)
            finally:
                with signals.undisturbed():
                    self.heal(*active_faults)

    def begin(self, fault: Fault, scope: FaultScope, baseline: str = "") -> ActiveFault:
        """Write the fault and its heal into the journal, and do nothing else. Raises NotAvailable."""
        if reason := fault.refusal(self.session):
            raise NotAvailable(f"{reason}.")
        actions = repair.heal_actions(fault, scope)
        entry = self.session.journal.begin(
            fault.name, target=scope.target.name, undo=actions, baseline=baseline
        )
        return ActiveFault(fault, scope, entry)

    def arm(self, active_fault: ActiveFault) -> None:
        """Arm the timer on the node, before the fault is injected."""
        for action in repair.arm_actions(active_fault.fault, active_fault.scope, self.timer_s):
            self.run_action(action)

    def inject(self, active_fault: ActiveFault) -> None:
        """Inject the fault. No signal interrupts this: the rest of the fault could take effect after the heal.

        Raises CommandFailed, MachineError.
        """
        node = active_fault.scope.target.name
        self.event("inject", node, active_fault.fault.name)
        with signals.undisturbed():
            for action in active_fault.fault.inject(active_fault.scope):
                script = background.in_foreground(action.script) if action.script else ""
                self.run_action(replace(action, script=script, purpose="inject-fault"))

    def prove(self, active_fault: ActiveFault, deadline: float = PROOF_DEADLINE_S) -> None:
        """Read the node, or its machine's power, until the fault is proven to be in effect.

        Raises NotInEffect with the last answer.
        """
        node = active_fault.scope.target.name
        try:
            for proof in active_fault.fault.in_effect(active_fault.scope):
                proofs.wait(self.session, proof, deadline, "prove-fault")
                self.event("landed", node, proof.what)
        except LabError as error:
            self.event("not_landed", node, error.message)
            raise NotInEffect(
                f"{active_fault.fault.name} is not in effect on {node}: {error.message}"
            ) from error

    def heal(self, *active_faults: ActiveFault) -> tuple[str, ...]:
        """Heal faults, prove it, and remove them from the journal. Gives the messages of the nodes.

        All faults are tried; then the first error is raised.
        """
        messages: list[str] = []
        errors: list[LabError] = []
        for active_fault in active_faults:
            node = active_fault.scope.target.name
            self.event("heal", node, active_fault.fault.name)
            try:
                lines = self.run_undo(active_fault.entry.undo)
                messages += lines
                if early := [line for line in lines if repair.TIMER_FIRED in line]:
                    # The fault ended before this heal, so the end of the record does not show its effect.
                    self.event("not_landed", node, early[0])
                messages += self._prove_healed(active_fault)
                self.session.journal.mark_undone(active_fault.entry)
                self.event("healed", node, active_fault.fault.name)
            except LabError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return tuple(messages)

    def _prove_healed(self, active_fault: ActiveFault) -> list[str]:
        """Wait until a fault is healed; repeat its heal once when that takes long. Gives the messages of the repeat."""
        wanted = repair.healed_proofs(active_fault.fault, active_fault.scope)
        try:
            for proof in wanted:
                proofs.wait(self.session, proof, repair.HEAL_AGAIN_S, "prove-repair")
            return []
        except TimedOut:
            messages = self.run_undo(active_fault.entry.undo)
            for proof in wanted:
                proofs.wait(self.session, proof, repair.HEAL_DEADLINE_S, "prove-repair")
            return messages

    def heal_services(self, tell: Callable[[str], None] = lambda line: None) -> None:
        """Repair what lab.yaml's script calls broken, on each node, and tell the messages."""
        actions = (
            NodeAction(
                one.target.name,
                repair.repair_script(one, wanted),
                deadline=SERVICES_DEADLINE_S,
                why="heal the resources of lab.yaml",
                purpose="repair",
            )
            for one in scopes(self.session)
            if (wanted := node_script.after_heal(one))
        )
        for line in self.run_undo(tuple(actions)):
            tell(line)

    def run_undo(self, actions: tuple[NodeAction, ...]) -> list[str]:
        """Do the actions of a heal and give their messages. Waits for a node that boots."""
        messages: list[str] = []
        for action in actions:
            if action.script:
                self.wait_for_node(action.node)
            for line in self.run_action(action).splitlines():
                messages.append(f"{action.node}: {line}")
                self.event("note", action.node, line)
        return messages

    def wait_for_node(self, node: str, deadline: float = BOOT_DEADLINE_S) -> None:
        """Wait until a node answers over ssh. Raises TimedOut."""
        command = Command(node, ("true",), deadline=5, purpose="wait-for-node")
        hint = "./lab up boots the nodes; ./lab doctor checks this machine."
        waiting.until(
            lambda: self.session.remote.run(command).good,
            bool,
            f"{node} answers over ssh",
            deadline=deadline,
            clock=self.session.clock,
            hint=hint,
        )

    def run_action(self, action: NodeAction) -> str:
        """Do one action and give its output. Power is switched only when that changes the machine's state."""
        if action.power:
            return self._set_power(action)
        if action.bmc:
            return bmc_power.act(self.session, action.node, action.bmc)
        try:
            result = self.session.remote.run(action.command)
        except Unreachable:
            if action.cuts:
                return ""
            raise
        if not result.good and not action.cuts:
            raise CommandFailed(
                f"{action.node}: {action.why}: exit {result.status}: "
                f"{(result.err.strip() or result.out.strip())[-400:]}",
                hint="./lab heal repairs the lab; ./lab ssh opens a shell on the node.",
            )
        return result.out

    def _set_power(self, action: NodeAction) -> str:
        node = self.session.lab.machine_called(action.node)
        if action.power == "thaw" and not self.session.machines.frozen(node):
            return ""
        if action.power == "power_on" and self.session.machines.running()[node.name]:
            return ""
        messages = {
            "power_on": marked("booted"),
            "thaw": marked("thawed"),
            "power_off": marked("powered off"),
            "freeze": marked("frozen"),
        }
        assert action.power is not None
        asked = self.session.clock.now()
        getattr(self.session.machines, action.power)(node)
        if action.power in ("power_on", "power_off"):
            self.switched(node.name, action.power == "power_on", asked)
        if action.power == "thaw" and self.session.provider.stops_clock:
            self.wait_for_node(action.node)
            self.run_action(node_clock.setting(action.node))
        return f"{messages[action.power]}\n"
