"""The program that ipmi_sim(1) calls for the power of one node: get power, set power 0 or 1, set reset 1.

Its arguments are the home of a lab, the alias of a node, and ipmi_sim's words. It switches only the machine of that
node of that lab, by its provider's own commands. It refuses any other word with exit status 1, which IPMI passes on.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from inventory import homes, log, waiting
from inventory.bmc import faults, power_log, secret
from inventory.errors import LabError, MachineError
from inventory.host import command
from inventory.providers import choice, removal
from inventory.providers.base import Provider

ON = ("running", "paused")
"""The states in which a machine has power."""
ORDERS = {"set power 0": (False,), "set power 1": (True,), "set reset 1": (False, True)}
"""The orders that switch the power, each with its switches: False is off."""


def main(words: Sequence[str]) -> int:
    """Execute the order; print the power when the order asks for it. Return the exit status. Raises no LabError."""
    home, alias, *order = words
    state = Path(home) / homes.STATE
    try:
        provider = choice.read(state / removal.CHOICE).provider_data
        obey(provider, Path(home), alias, order)
    except LabError as error:
        _note(state, alias, f"{' '.join(order)}: {error.message}")
        return 1
    return 0


def obey(provider: Provider, home: Path, alias: str, order: Sequence[str]) -> None:
    """Print or switch the power of the node's machine. Raises MachineError."""
    waiting.let_pass(faults.wait_s(secret.folder(home / homes.STATE) / alias), clock=waiting.CLOCK)
    id_ = removal.made_ids(home).get(alias, "")
    if not id_:
        raise MachineError(f"{alias} has no machine.")
    if list(order) == ["get", "power"]:
        sys.stdout.write(f"power:{int(provider.state(id_) in ON)}\n")
        return
    wanted = ORDERS.get(" ".join(order))
    if wanted is None:
        raise MachineError("this BMC knows only: get power, set power 0 or 1, set reset 1.")
    if id_ not in provider.machines_of(home):
        raise MachineError(f"the machine {id_} is not one of this lab.")
    log.begin(home / homes.STATE)
    log.note(f"BMC of {alias}: {' '.join(order)}")
    _note(home / homes.STATE, alias, " ".join(order))
    for on in wanted:
        _switch(provider, id_, power_log.path(home / homes.STATE, alias), on=on)


def _switch(provider: Provider, id_: str, file: Path, *, on: bool) -> None:
    """Switch a machine on or off, unless it already is: a BMC reports success in both cases. Raises MachineError.

    The machine's state is read afterwards: it is in the log when the machine certainly has power, or has none.
    """
    power_log.begun(file, on=on)
    if (provider.state(id_) in ON) != on:
        command.check(provider.power.booting(id_) if on else provider.power.argv("power_off", id_))
        if (provider.state(id_) in ON) != on:
            raise MachineError(f"the machine {id_} is not {power_log.WORDS[on]} afterwards.")
    power_log.done(file, on=on)


def _note(state: Path, alias: str, text: str) -> None:
    """Add a line to the BMC's own log, which the fence agents of the nodes do not see."""
    power_log.note(power_log.path(state, alias), text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
