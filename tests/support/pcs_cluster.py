"""A cluster of somebody else for the tests of `./lab adopt`: plain pcs commands on machines that the lab only boots.

The commands are those of the benchmark of the ordinary way (benchmarks/pcs_way.py), typed over ssh.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.pcs_way import PcsWay
from cli.building import prepare_machines
from cli.context import Context
from cli.progress import ConsoleProgress
from inventory.bmc import secret, service
from inventory.bmc.access import CIPHER, USER, Bmc, bmcs
from inventory.config import lab_yaml
from inventory.errors import LabError
from inventory.host.command import Output
from inventory.model import IPMI, Command, Node
from language import fast_yaml
from tests.support.scratch_lab import ROOT

INTERFACE = "eth1"
"""The interface of the lab's containers in the cluster's network; eth0 is that of the management path."""


@dataclass(frozen=True)
class BootedNodes:
    """The machines of a lab that is booted and never provisioned (see benchmarks.pcs_way.Nodes)."""

    context: Context

    def make(self) -> None:
        self.context.machines.up()

    def remove(self) -> None:
        service.stop(self.context.home)
        self.context.machines.destroy()
        self.context.machines.release()

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        command = Command.script(
            node.name, text, why="type", stdin=stdin, deadline=deadline, purpose="type-by-hand"
        )
        result = self.context.remote.run(command)
        return Output(command.argv, result.status, result.out, result.err)

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        done = self.run(node, text, stdin=stdin, deadline=deadline)
        if not done.good:
            raise LabError(f"{node.name}: {text}: exit {done.status}\n{done.last()}")
        return done.out


@dataclass(frozen=True)
class PcsCluster:
    """The cluster. `machines` is the lab whose machines it has; no command of that lab works on the cluster."""

    machines: Context
    nodes: BootedNodes

    @property
    def ssh_config(self) -> Path:
        return self.machines.machines.ssh_config()

    def pcs(self, *words: str, node: int = 0) -> str:
        """Type a command on a node."""
        return self.nodes.check(self.machines.lab.nodes[node], shlex.join(words), deadline=120)

    def configuration(self) -> str:
        """Every byte of the CIB's configuration section."""
        return self.pcs("cibadmin", "-Q", "-o", "configuration")

    def files(self) -> str:
        """The files of the cluster, the packages and the running processes of the cluster, on each node."""
        text = (
            "cat /etc/corosync/corosync.conf; ls -lR --time-style=full-iso /etc/corosync /etc/pacemaker /etc/apache2; "
            "dpkg -l | sha256sum; pgrep -a 'corosync|pacemakerd'"
        )
        return "\n".join(self.nodes.check(node, text) for node in self.machines.lab.nodes)

    def never_restart_web(self) -> None:
        """On each node, stop systemd from restarting a killed Apache, as the owner would."""
        text = (
            "d=/etc/systemd/system/apache2.service.d; mkdir -p $d && printf '[Service]\\nRestart=no\\n' > $d/own.conf"
            " && systemctl daemon-reload"
        )
        for node in self.machines.lab.nodes:
            self.nodes.check(node, text)

    def fence(self) -> None:
        """Give each node a fence device, as its owner would: a BMC with a password in the CIB, and fencing on."""
        password = secret.password(self.machines.home / ".lab")
        for one in bmcs(self.machines.lab):
            self.pcs("pcs", "stonith", "create", f"fence-{one.node.alias}", *device(one, password))
            self.pcs("pcs", "constraint", "location", f"fence-{one.node.alias}", "avoids", one.node.name)
        self.pcs("pcs", "property", "set", "stonith-enabled=true")

    def unfence(self) -> None:
        """Take the fence devices away."""
        self.pcs("pcs", "property", "set", "stonith-enabled=false")
        for one in bmcs(self.machines.lab):
            self.pcs("pcs", "stonith", "delete", f"fence-{one.node.alias}")


def device(bmc: Bmc, password: str) -> tuple[str, ...]:
    """The agent and the options of a fence device."""
    options = {
        "ip": bmc.address,
        "ipport": bmc.port,
        "username": USER,
        "password": password,
        "lanplus": 1,
        "cipher": CIPHER,
        "pcmk_host_list": bmc.node.name,
    }
    return ("fence_ipmilan", *(f"{name}={value}" for name, value in options.items()))


@contextmanager
def pcs_cluster(folder: Path, changes: Mapping[str, object]) -> Iterator[PcsCluster]:
    """A cluster of three nodes on machines in `folder`, made by plain pcs; it is removed at the end.

    `changes` are keys of lab.yaml's top level with their new values. The machines have BMCs; the cluster does not use
    them before `fence`.
    """
    described = fast_yaml.read((ROOT / "examples" / "three" / "lab.yaml").read_text("utf-8")) | changes
    folder.mkdir(parents=True)
    plain = lab_yaml.parse(yaml.safe_dump(described, sort_keys=False), "the plain cluster")
    (folder / "lab.yaml").write_text(yaml.safe_dump({**described, "fencing": IPMI}, sort_keys=False), "utf-8")
    context = Context(folder)
    nodes = BootedNodes(context)
    try:
        prepare_machines(context, ConsoleProgress())
        system = context.machines.choice.platform_data
        PcsWay(plain, nodes, system, context.fetch, context.clock, INTERFACE).build()
        context.ready_bmcs(lambda line: None)
        yield PcsCluster(context, nodes)
    finally:
        nodes.remove()
