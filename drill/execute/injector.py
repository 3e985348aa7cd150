"""Runs faults: written down, armed, injected, proven, healed, proven again. The only interpreter of `drill.faults`.

What is broken is healed on the way out, whatever happens; what a killed process leaves is in the
journal, and armed on the node itself. Seconds throughout.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from drill.execute import signals
from drill.faults import background, remedies, repair
from drill.faults.base import Fault, FaultScope, Proof
from inventory import waiting
from inventory.errors import CommandFailed, LabError, Unreachable
from inventory.journal import JournalEntry
from inventory.model import Command, NodeAction
from inventory.session import LabSession

TIMER_S = 300.0
"""After this a node heals itself, when nobody did."""
LANDS_S = 15.0
BOOTS_S = 90.0
"""The longest that a node may take until it answers again after power or processors are back."""
HEALS_S = 60.0

OnEvent = Callable[[str, str, str], None]
"""Told as it happens: kind (inject, landed, heal, healed, note), node, detail."""


class NotInEffect(LabError):
    """The fault could not be shown to be there: whatever is seen then proves nothing."""


class NotAvailable(LabError):
    """The provider has no way to this fault."""


@dataclass(frozen=True)
class ActiveFault:
    """A fault at a node, begun and not healed yet."""

    fault: Fault
    scope: FaultScope
    entry: JournalEntry


def heal_actions(fault: Fault, scope: FaultScope) -> tuple[NodeAction, ...]:
    """What heals a fault: power first, then one text on the node."""
    node = scope.target.name
    power = (NodeAction(node, power=fault.power, why=f"{fault.power} {node}"),) if fault.power else ()
    text = repair.repair_script(scope, remedies.of(fault))
    return (*power, NodeAction(node, text, deadline=HEALS_S, why=f"heal {fault.name}"))


def arm_actions(fault: Fault, scope: FaultScope, seconds: float = TIMER_S) -> tuple[NodeAction, ...]:
    """Lay the heal on the node under a timer, so that it comes even when nobody can reach the node."""
    if not fault.armed:
        return ()
    name = f"timer-{fault.name}"
    heal = repair.repair_script(scope, fault.remedies)
    text = f"sleep {seconds:g}\n( {heal}\n)\ntouch {background.FOLDER}/{name}.fired"
    again = repair.repair_script(scope, (remedies.timer_fired(fault.name), remedies.timer(fault.name)))
    launch = background.launch(name, text, seconds + HEALS_S)
    return (
        NodeAction(
            scope.target.name, f"{again}\n{launch}", why=f"arm the heal of {fault.name} in {seconds:g} s"
        ),
    )


def healed_proofs(fault: Fault, scope: FaultScope) -> tuple[Proof, ...]:
    """What shows that a fault is healed."""
    return (
        Proof(
            scope.target.name,
            repair.still_broken_script(scope, remedies.of(fault)),
            what=f"{fault.name} is healed",
        ),
    )


@dataclass
class Injector:
    """Breaks nodes and mends them, over ssh and by the machines' power."""

    session: LabSession
    event: OnEvent = lambda kind, node, detail: None
    timer_s: float = TIMER_S

    @contextlib.contextmanager
    def injected(
        self, fault: Fault, *scopes: FaultScope, baseline: str = ""
    ) -> Iterator[tuple[ActiveFault, ...]]:
        """The fault at one node or both, proven; healed on leaving, also by an exception or a signal.

        `baseline` is the CIB's XML before anything was changed. Raises NotAvailable before anything is
        done, NotInEffect or CommandFailed after healing, TimedOut when the heal cannot be proven.
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
        """Write down what is about to happen. Nothing is done yet. Raises NotAvailable."""
        if why := fault.refusal(self.session):
            raise NotAvailable(f"{why}.")
        actions = heal_actions(fault, scope)
        entry = self.session.journal.begin(
            fault.name, target=scope.target.name, undo=actions, baseline=baseline
        )
        return ActiveFault(fault, scope, entry)

    def arm(self, active_fault: ActiveFault) -> None:
        """Lay the heal on the node under a timer. The node is still whole."""
        for action in arm_actions(active_fault.fault, active_fault.scope, self.timer_s):
            self.run_action(action)

    def inject(self, active_fault: ActiveFault) -> None:
        """Do it to its end: half of it would come true after the heal. Raises CommandFailed, MachineError."""
        node = active_fault.scope.target.name
        self.event("inject", node, active_fault.fault.name)
        with signals.undisturbed():
            for action in active_fault.fault.inject(active_fault.scope):
                self.run_action(
                    replace(action, script=background.underway(action.script)) if action.script else action
                )

    def prove(self, active_fault: ActiveFault, deadline: float = LANDS_S) -> None:
        """Ask the node, or its power, until the fault is seen. Raises NotInEffect with the last answer."""
        node = active_fault.scope.target.name
        try:
            for proof in active_fault.fault.in_effect(active_fault.scope):
                self._until(proof, deadline)
                self.event("landed", node, proof.what)
        except LabError as error:
            self.event("not_landed", node, error.message)
            raise NotInEffect(
                f"{active_fault.fault.name} is not in effect on {node}: {error.message}"
            ) from error

    def heal(self, *active_faults: ActiveFault) -> tuple[str, ...]:
        """Mend, prove it, strike it out; what the nodes say they did. All are tried; the first error is raised."""
        said: list[str] = []
        errors: list[LabError] = []
        for active_fault in active_faults:
            node = active_fault.scope.target.name
            self.event("heal", node, active_fault.fault.name)
            try:
                lines = self.run_undo(active_fault.entry.undo)
                said += lines
                if early := [line for line in lines if remedies.RAN_OUT in line]:
                    # It did not last until now, so what was seen lately was not seen of this fault.
                    self.event("not_landed", node, early[0])
                for proof in healed_proofs(active_fault.fault, active_fault.scope):
                    self._until(proof, HEALS_S)
                self.session.journal.strike(active_fault.entry)
                self.event("healed", node, active_fault.fault.name)
            except LabError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return tuple(said)

    def run_undo(self, actions: tuple[NodeAction, ...]) -> list[str]:
        """Do the acts of a heal, waiting for a node that is on its way up; what they said they did."""
        said: list[str] = []
        for action in actions:
            if action.script:
                self.wait_for_node(action.node)
            for line in self.run_action(action).splitlines():
                said.append(f"{action.node}: {line}")
                self.event("note", action.node, line)
        return said

    def wait_for_node(self, node: str, deadline: float = BOOTS_S) -> None:
        """Wait until a node answers on its management path. Raises TimedOut."""
        command = Command(node, ("true",), deadline=5)
        hint = "./lab up boots what is down; ./lab doctor looks at this machine."
        waiting.until(
            lambda: self.session.remote.run(command).good,
            bool,
            f"{node} answers over ssh",
            deadline=deadline,
            clock=self.session.clock,
            hint=hint,
        )

    def run_action(self, action: NodeAction) -> str:
        """Do one act; what it printed. Power words are done only where they change something."""
        if action.power:
            return self._set_power(action)
        command = Command.script(action.node, action.script, why=action.why, deadline=action.deadline)
        try:
            result = self.session.remote.run(command)
        except Unreachable:
            if action.cuts:
                return ""
            raise
        if not result.good and not action.cuts:
            raise CommandFailed(
                f"{action.node}: {action.why}: exit {result.status}: "
                f"{(result.err.strip() or result.out.strip())[-400:]}",
                hint="./lab heal puts the lab right; ./lab ssh looks at the node.",
            )
        return result.out

    def _set_power(self, action: NodeAction) -> str:
        node = self.session.lab.node(action.node)
        if action.power == "thaw" and not self.session.machines.frozen(node):
            return ""
        if action.power == "power_on" and self.session.machines.running()[node.name]:
            return ""
        words = {"power_on": "booted", "thaw": "thawed", "power_off": "powered off", "freeze": "frozen"}
        assert action.power is not None
        getattr(self.session.machines, action.power)(node)
        return f"{words[action.power]}\n"

    def _until(self, proof: Proof, deadline: float) -> None:
        waiting.until(
            lambda: self._ask(proof),
            lambda answer: answer == "yes",
            f"{proof.node}: {proof.what}",
            deadline=deadline,
            clock=self.session.clock,
        )

    def _ask(self, proof: Proof) -> str:
        node = self.session.lab.node(proof.node)
        if proof.power == "off":
            return "yes" if not self.session.machines.running()[node.name] else "the machine runs"
        if proof.power == "frozen":
            return "yes" if self.session.machines.frozen(node) else "the machine is not paused"
        result = self.session.remote.run(
            Command.script(proof.node, proof.script, why=proof.what, deadline=20)
        )
        return result.out.strip() or result.err.strip() or "nothing"
