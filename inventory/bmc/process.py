"""One ipmi_sim(1) as a process of this machine: one command starts it, later commands find it again and end it.

Its pid file has the process's start time and the boot of this machine beside the pid (proc(5)). So another process
with the same pid is never ended.
"""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from inventory import files, waiting
from inventory.bmc.access import Bmc
from inventory.bmc.settings import PROGRAM, STATE
from inventory.errors import MachineError, TimedOut
from inventory.host import command
from inventory.waiting import Clock
from language.marking import marked

PID, OUTPUT = "pid", "output.log"
PROC = Path("/proc")
PRESENCE_PING = bytes.fromhex("0600ff06 000011be 80000000")
"""RMCP's ping, which a BMC answers without a login (ASF 2.0, 3.2.4.2)."""
STARTS_WITHIN, ENDS_WITHIN, ANSWERS_WITHIN = 10.0, 5.0, 1.0


@dataclass(frozen=True)
class Process:
    """A process that cannot be confused with another one: its pid, its start time (clock ticks), the boot's id."""

    pid: int
    started: str
    boot: str


def identify(pid: int, proc: Path = PROC) -> Process | None:
    """The process that has a pid now; None when there is none, or when it has ended (state Z)."""
    try:
        # The name, in parentheses, may have spaces; field 3 is the state, field 22 the start time.
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] == "Z" else Process(pid, fields[19], boot)


def running(folder: Path, proc: Path = PROC) -> Process | None:
    """The BMC of a folder, if it still runs."""
    try:
        pid, started, boot = (folder / PID).read_text().split()
        wanted = Process(int(pid), started, boot)
    except (OSError, ValueError):
        return None
    return wanted if identify(wanted.pid, proc) == wanted else None


def start(folder: Path, bmc: Bmc, clock: Clock) -> None:
    """Start the BMC whose files are in a folder, and wait until it answers. Raises MachineError, TimedOut."""
    (folder / STATE).mkdir(mode=0o700, exist_ok=True)
    (folder / OUTPUT).write_text("")
    pid = command.start(PROGRAM, folder / OUTPUT, folder)
    found = identify(pid)
    if found is not None:
        files.write_private(folder / PID, f"{found.pid} {found.started} {found.boot}\n")
    waiting.until(
        lambda: _ended(folder) or answers(bmc),
        bool,
        f"The BMC of {bmc.node.name} answers at {bmc.address}, UDP port {bmc.port}",
        deadline=STARTS_WITHIN,
        clock=clock,
        hint=f"Its messages are in {folder / OUTPUT}.",
    )
    if why := _ended(folder):
        raise MachineError(
            f"The BMC of {bmc.node.name} (ipmi_sim, UDP port {bmc.port} of {bmc.address}) ended at once: {why}",
            hint=marked(f"Is the port in use? ss -lunp | grep {bmc.port}"),
        )


def _ended(folder: Path) -> str:
    """What a BMC said before it ended; "" while it runs."""
    if running(folder):
        return ""
    lines = (folder / OUTPUT).read_text(errors="replace").splitlines()
    return " ".join(lines[-3:]) or "it gave no reason"


def stop(folder: Path, clock: Clock) -> None:
    """End the BMC of a folder, if it runs. Raises TimedOut."""
    if running(folder):
        for number, limit in ((signal.SIGTERM, ENDS_WITHIN), (signal.SIGKILL, ENDS_WITHIN)):
            if _end(folder, number, limit, clock):
                break
        else:
            raise MachineError(
                f"The BMC in {folder} does not end.", hint=f"Its process is in {folder / PID}."
            )
    (folder / PID).unlink(missing_ok=True)


def _end(folder: Path, number: signal.Signals, limit: float, clock: Clock) -> bool:
    found = running(folder)
    if found is None:
        return True
    try:
        os.kill(found.pid, number)
        waiting.until(
            lambda: running(folder) is None, bool, "The BMC ends", deadline=limit, every=0.05, clock=clock
        )
    except ProcessLookupError:
        return True
    except PermissionError as error:
        raise MachineError(
            f"The BMC in {folder} (process {found.pid}) belongs to another user.",
            hint="Run the command as the user who started the lab.",
        ) from error
    except TimedOut:
        return False
    return True


def answers(bmc: Bmc, limit: float = ANSWERS_WITHIN) -> bool:
    """Whether a BMC answers a presence ping from this machine within a limit (seconds)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(limit)
        try:
            probe.connect((str(bmc.address), bmc.port))
            probe.send(PRESENCE_PING)
            return bool(probe.recv(512))
        except OSError:
            return False
