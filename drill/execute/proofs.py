"""Asks the nodes, the machines and the BMCs for the proofs that a fault is in effect, or healed."""

from __future__ import annotations

from drill.execute import bmc_power
from drill.faults.base import Proof
from inventory import waiting
from inventory.model import Command
from inventory.session import LabSession


def wait(session: LabSession, proof: Proof, deadline: float, purpose: str) -> None:
    """Wait until a proof is there, for at most `deadline` seconds. Raises TimedOut with the last answer."""
    waiting.until(
        lambda: _ask(session, proof, purpose),
        lambda answer: answer == "yes",
        f"{proof.node}: {proof.what}",
        deadline=deadline,
        clock=session.clock,
    )


def _ask(session: LabSession, proof: Proof, purpose: str) -> str:
    """The answer: "yes", or why not yet."""
    node = session.lab.machine_called(proof.node)
    if proof.power == "off":
        return "yes" if not session.machines.running()[node.name] else "the machine runs"
    if proof.bmc:
        return bmc_power.ask(session, proof.node, proof.bmc)
    if proof.power == "frozen":
        return "yes" if session.machines.frozen(node) else "the machine is not paused"
    result = session.remote.run(
        Command.script(proof.node, proof.script, why=proof.what, deadline=20, purpose=purpose)
    )
    return result.out.strip() or result.err.strip() or "no output"
