"""Runs faults: written down, armed, injected, proven, healed, proven again. The only interpreter of `drill.faults`.

What is broken is healed on the way out, whatever happens; what a killed process leaves is in the
journal, and armed on the node itself. Seconds throughout.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from drill.execute import signals
from drill.execute.journal import Entry, Journal
from drill.faults import background, remedies
from drill.faults.base import Act, Fault, Proof, Scene
from inventory import waiting
from inventory.errors import CommandFailed, LabError, Unreachable
from inventory.model import Command, Lab, Node
from inventory.remote.ssh import Remote
from inventory.waiting import CLOCK, Clock

TIMER_S = 300.0
"""After this a node heals itself, when nobody did."""
LANDS_S = 15.0
BOOTS_S = 90.0
"""The longest that a node may take until it answers again after power or processors are back."""
HEALS_S = 60.0

Mark = Callable[[str, str, str], None]
"""Told as it happens: kind (inject, landed, heal, healed, note), node, detail."""


class Power(Protocol):
    """The machines' power: `inventory.providers.machines.Machines`, or a fake."""

    def power_off(self, node: Node) -> None:
        """Cut the power."""

    def power_on(self, node: Node) -> None:
        """Boot."""

    def freeze(self, node: Node) -> None:
        """Stop the processors."""

    def thaw(self, node: Node) -> None:
        """Let them run on."""

    def frozen(self, node: Node) -> bool:
        """Whether they are stopped."""
        ...

    def running(self) -> dict[str, bool]:
        """Whether each node's machine runs."""
        ...


class NotLanded(LabError):
    """The fault could not be shown to be there: whatever is seen then proves nothing."""


class NotAvailable(LabError):
    """The provider has no way to this fault."""


@dataclass(frozen=True)
class Wound:
    """A fault at a node, begun and not healed yet."""

    fault: Fault
    scene: Scene
    entry: Entry


def heal_acts(fault: Fault, scene: Scene) -> tuple[Act, ...]:
    """What heals a fault: power first, then one text on the node."""
    node = scene.target.name
    power = (Act(node, power=fault.power, why=f"{fault.power} {node}"),) if fault.power else ()
    text = remedies.mending(scene, remedies.of(fault))
    return (*power, Act(node, text, deadline=HEALS_S, why=f"heal {fault.name}"))


def arm_acts(fault: Fault, scene: Scene, seconds: float = TIMER_S) -> tuple[Act, ...]:
    """Lay the heal on the node under a timer, so that it comes even when nobody can reach the node."""
    if not fault.armed:
        return ()
    name = f"timer-{fault.name}"
    heal = remedies.mending(scene, fault.heals)
    text = f"sleep {seconds:g}\n( {heal}\n)\ntouch {background.FOLDER}/{name}.fired"
    again = remedies.mending(scene, (remedies.overslept(fault.name), remedies.timer(fault.name)))
    launch = background.launch(name, text, seconds + HEALS_S)
    return (
        Act(scene.target.name, f"{again}\n{launch}", why=f"arm the heal of {fault.name} in {seconds:g} s"),
    )


def healed_proofs(fault: Fault, scene: Scene) -> tuple[Proof, ...]:
    """What shows that a fault is healed."""
    return (
        Proof(scene.target.name, remedies.wrong(scene, remedies.of(fault)), what=f"{fault.name} is healed"),
    )


@dataclass
class Injector:
    """Breaks nodes and mends them, over ssh and by the machines' power."""

    lab: Lab
    remote: Remote
    power: Power
    journal: Journal
    mark: Mark = lambda kind, node, detail: None
    clock: Clock = CLOCK
    timer_s: float = TIMER_S

    @contextlib.contextmanager
    def broken(self, fault: Fault, *scenes: Scene, baseline: str = "") -> Iterator[tuple[Wound, ...]]:
        """The fault at one node or both, proven; healed on leaving, also by an exception or a signal.

        `baseline` is the CIB's XML before anything was changed. Raises NotAvailable before anything is
        done, NotLanded or CommandFailed after healing, TimedOut when the heal cannot be proven.
        """
        wounds: list[Wound] = []
        with signals.interruptible():
            try:
                for scene in scenes:
                    wounds.append(self.begin(fault, scene, baseline))
                for wound in wounds:
                    self.arm(wound)
                for wound in wounds:
                    self.inject(wound)
                for wound in wounds:
                    self.prove(wound)
                yield tuple(wounds)
            finally:
                with signals.undisturbed():
                    self.heal(*wounds)

    def begin(self, fault: Fault, scene: Scene, baseline: str = "") -> Wound:
        """Write down what is about to happen. Nothing is done yet. Raises NotAvailable."""
        why = fault.unavailable.get(scene.provider)
        if why:
            raise NotAvailable(f"{fault.name} cannot be had with {scene.provider}: {why}.")
        acts = heal_acts(fault, scene)
        entry = self.journal.begin(fault.name, target=scene.target.name, mends=acts, baseline=baseline)
        return Wound(fault, scene, entry)

    def arm(self, wound: Wound) -> None:
        """Lay the heal on the node under a timer. The node is still whole."""
        for act in arm_acts(wound.fault, wound.scene, self.timer_s):
            self.act(act)

    def inject(self, wound: Wound) -> None:
        """Do it to its end: half of it would come true after the heal. Raises CommandFailed, MachineError."""
        node = wound.scene.target.name
        self.mark("inject", node, wound.fault.name)
        with signals.undisturbed():
            for act in wound.fault.inject(wound.scene):
                self.act(replace(act, script=background.underway(act.script)) if act.script else act)

    def prove(self, wound: Wound, deadline: float = LANDS_S) -> None:
        """Ask the node, or its power, until the fault is seen. Raises NotLanded with the last answer."""
        node = wound.scene.target.name
        try:
            for proof in wound.fault.landed(wound.scene):
                self._until(proof, deadline)
                self.mark("landed", node, proof.what)
        except LabError as error:
            self.mark("not_landed", node, error.message)
            raise NotLanded(f"{wound.fault.name} did not land on {node}: {error.message}") from error

    def heal(self, *wounds: Wound) -> tuple[str, ...]:
        """Mend, prove it, strike it out; what the nodes say they did. All are tried; the first error is raised."""
        said: list[str] = []
        errors: list[LabError] = []
        for wound in wounds:
            node = wound.scene.target.name
            self.mark("heal", node, wound.fault.name)
            try:
                lines = self.mend(wound.entry.mends)
                said += lines
                if early := [line for line in lines if remedies.RAN_OUT in line]:
                    # It did not last until now, so what was seen lately was not seen of this fault.
                    self.mark("not_landed", node, early[0])
                for proof in healed_proofs(wound.fault, wound.scene):
                    self._until(proof, HEALS_S)
                self.journal.strike(wound.entry)
                self.mark("healed", node, wound.fault.name)
            except LabError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return tuple(said)

    def mend(self, acts: tuple[Act, ...]) -> list[str]:
        """Do the acts of a heal, waiting for a node that is on its way up; what they said they did."""
        said: list[str] = []
        for act in acts:
            if act.script:
                self.answers(act.node)
            for line in self.act(act).splitlines():
                said.append(f"{act.node}: {line}")
                self.mark("note", act.node, line)
        return said

    def answers(self, node: str, deadline: float = BOOTS_S) -> None:
        """Wait until a node answers on its management path. Raises TimedOut."""
        command = Command(node, ("true",), deadline=5)
        hint = "./lab up boots what is down; ./lab doctor looks at this machine."
        waiting.until(
            lambda: self.remote.run(command).good,
            bool,
            f"{node} answers over ssh",
            deadline=deadline,
            clock=self.clock,
            hint=hint,
        )

    def act(self, act: Act) -> str:
        """Do one act; what it printed. Power words are done only where they change something."""
        if act.power:
            return self._powered(act)
        command = Command.script(act.node, act.script, why=act.why, deadline=act.deadline)
        try:
            result = self.remote.run(command)
        except Unreachable:
            if act.cuts:
                return ""
            raise
        if not result.good and not act.cuts:
            raise CommandFailed(
                f"{act.node}: {act.why}: exit {result.status}: {(result.err.strip() or result.out.strip())[-400:]}",
                hint="./lab heal puts the lab right; ./lab ssh looks at the node.",
            )
        return result.out

    def _powered(self, act: Act) -> str:
        node = self.lab.node(act.node)
        if act.power == "thaw" and not self.power.frozen(node):
            return ""
        if act.power == "power_on" and self.power.running()[node.name]:
            return ""
        words = {"power_on": "booted", "thaw": "thawed", "power_off": "powered off", "freeze": "frozen"}
        assert act.power is not None
        getattr(self.power, act.power)(node)
        return f"{words[act.power]}\n"

    def _until(self, proof: Proof, deadline: float) -> None:
        waiting.until(
            lambda: self._answer(proof),
            lambda answer: answer == "yes",
            f"{proof.node}: {proof.what}",
            deadline=deadline,
            clock=self.clock,
        )

    def _answer(self, proof: Proof) -> str:
        node = self.lab.node(proof.node)
        if proof.power == "off":
            return "yes" if not self.power.running()[node.name] else "the machine runs"
        if proof.power == "frozen":
            return "yes" if self.power.frozen(node) else "the machine is not paused"
        result = self.remote.run(Command.script(proof.node, proof.script, why=proof.what, deadline=20))
        return result.out.strip() or result.err.strip() or "nothing"
