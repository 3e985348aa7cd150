"""The files from which ipmi_sim(1) makes one BMC. Pure. Sources: ipmi_lan(5), ipmi_sim_cmd(5)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

from inventory.bmc.access import USER, Bmc

LAN, COMMANDS, CONTROL, STATE = "lan.conf", "commands", "control", "state"
ADD = "mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr"
"""Adds the one management controller, with the data of ipmi_sim's own example."""
PROGRAM = ("ipmi_sim", "-n", "-c", LAN, "-f", COMMANDS, "-s", STATE)
"""The command, in the folder of the BMC: all paths are relative, so that the folder may have any name."""


def texts(bmc: Bmc, password: str, chassis: tuple[str, ...]) -> Mapping[str, str]:
    """The files of a BMC by name. `chassis` is the command that reads and switches the power of its node."""
    return {
        LAN: _lan(bmc, password),
        COMMANDS: f"mc_setbmc 0x20\n{ADD}\nmc_enable 0x20\n",
        CONTROL: f'#!/bin/sh\nexec {shlex.join(chassis)} "$@"\n',
    }


def _lan(bmc: Bmc, password: str) -> str:
    """The interface and the only user. User 1 would be the anonymous one. Without a guid there is no IPMI 2.0."""
    return f"""name "{bmc.node.alias}"
set_working_mc 0x20
  startlan 1
    addr {bmc.address} {bmc.port}
    priv_limit admin
    allowed_auths_admin md5
    guid {uuid5(NAMESPACE_DNS, bmc.node.name).hex}
  endlan
  chassis_control "./{CONTROL}"
  user 2 true "{USER}" "{password}" admin 10 md5
"""


def chassis_command(python: str, root: Path, home: Path, alias: str) -> tuple[str, ...]:
    """The command that ipmi_sim calls for the power of a node: `inventory.bmc.chassis` of the code in `root`."""
    return ("env", f"PYTHONPATH={root}", python, "-m", "inventory.bmc.chassis", str(home), alias)
