"""What keeps `prepare` from making machines, and what keeps machines from answering. Each error has its remedy."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.errors import ConfigError, MachineError
from inventory.host import networks
from inventory.host.network_conflicts import LabNetwork, network_conflicts
from inventory.model import Lab
from inventory.providers import registry
from inventory.providers.base import LabFolder, Provider

NodeRows = list[dict[str, str]]
"""The nodes, and the witness, as .lab/machines.yaml has them: alias, name, address."""


def node_rows(lab: Lab) -> NodeRows:
    """The nodes of a lab, and its witness."""
    return [{"alias": one.alias, "name": one.name, "address": str(one.address)} for one in lab.machines]


def refuse_other_nodes(made: NodeRows, lab: Lab) -> None:
    """Raise ConfigError when the machines were made for other nodes than those of lab.yaml."""
    wanted = node_rows(lab)
    if made != wanted:
        have, now = (", ".join(f"{row['name']} {row['address']}" for row in rows) for rows in (made, wanted))
        raise ConfigError(
            f"nodes: this folder's machines are {have}; lab.yaml has {now}.",
            hint="./lab down first, then ./lab up with the other nodes.",
        )


def refuse_conflicts(chosen: Provider, folder: LabFolder) -> None:
    """Raise MachineError when the lab's addresses are taken on this host."""
    lab = folder.lab
    wanted = LabNetwork(lab, str(folder.home), folder.bridge, chosen, tuple(registry.providers().values()))
    found = network_conflicts(networks.read(chosen.networks()), wanted)
    fatal = [conflict for conflict in found if conflict.fatal]
    if fatal:
        causes = "; ".join(conflict.found for conflict in fatal)
        raise MachineError(f"The addresses {lab.network} are taken: {causes}.", hint=fatal[0].remedy)


def silent_because(
    ids: Mapping[str, str], frozen: Mapping[str, bool], running: Mapping[str, bool]
) -> MachineError | None:
    """Why nodes cannot answer, by the states of their machines; None when all of them run."""
    if missing := [name for name, id_ in ids.items() if not id_]:
        return MachineError(
            f"No machine for {', '.join(missing)}.", hint="./lab up makes and starts the nodes."
        )
    if paused := [name for name, is_paused in frozen.items() if is_paused]:
        return MachineError(
            f"Frozen: {', '.join(paused)}.", hint="./lab heal or ./lab up lets the nodes run on."
        )
    if off := [name for name, runs in running.items() if not runs]:
        return MachineError(f"Not running: {', '.join(off)}.", hint="./lab up boots the nodes.")
    return None
