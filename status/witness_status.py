"""One reading of the witness: its machine, and whether it gives votes (corosync-qnetd runs)."""

from __future__ import annotations

from dataclasses import dataclass

from cluster import qdevice
from inventory.errors import LabError
from inventory.model import Command, Witness
from inventory.session import LabSession
from status.node_status import MachineState, machine_states

RUNS = "yes"


@dataclass(frozen=True)
class WitnessStatus:
    """The status of the witness. `runs`: its service runs."""

    machine: MachineState = "unknown"
    reachable: bool = False
    runs: bool = False

    @property
    def trouble(self) -> str:
        """Why it gives no vote; "" when it does."""
        if self.machine in ("off", "paused"):
            return f"its machine is {self.machine}"
        if not self.reachable:
            return "does not answer over ssh"
        return "" if self.runs else f"{qdevice.WITNESS_SERVICE} does not run"


def reading(witness: Witness) -> Command:
    """The command that reads the witness."""
    text = f"! pidof -s {qdevice.WITNESS_SERVICE} >/dev/null || echo {RUNS}"
    return Command.script(
        witness.machine.name, text, why="read the witness", deadline=20, purpose="read-witness"
    )


def look(session: LabSession, machine: MachineState = "unknown") -> WitnessStatus | None:
    """Read the witness; None in a lab without one. A witness whose machine is off or paused is not asked."""
    witness = session.lab.witness
    if witness is None:
        return None
    if machine in ("off", "paused"):
        return WitnessStatus(machine)
    try:
        result = session.remote.run(reading(witness))
    except LabError:
        return WitnessStatus(machine_states((witness.machine,), session.machines)[witness.machine])
    return WitnessStatus("running", result.good, result.out.strip() == RUNS)
