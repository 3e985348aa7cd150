"""The machines of an adopted cluster: they answer over ssh or not, and nobody switches them here."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from inventory import files, waiting
from inventory.errors import ConfigError, LabError, MachineError, TimedOut
from inventory.model import Command, Lab, Node
from inventory.providers import choice as choices
from inventory.providers import preconditions
from inventory.providers.choice import Choice
from inventory.providers.machines import CHOICE, Machines
from inventory.providers.ssh import NOT_OURS
from inventory.remote.ssh import AS_ROOT, Ssh
from inventory.waiting import Clock

CONSENT = "owner.json"
"""The file in the lab's state that says that its user may break this cluster."""
FLAG = "--i-own-this-cluster"
BOOT_S = 300.0
"""The longest time in which a machine that reboots must answer again (seconds)."""


def machines_of(root: Path, lab: Lab) -> Machines:
    """The machines under the nodes of a lab: the lab's own ones, or those of an adopted cluster."""
    return AdoptedMachines(root, lab) if lab.adopted else Machines(root, lab)


class AdoptedMachines(Machines):
    """The machines of an adopted cluster."""

    @property
    def choice(self) -> Choice:
        """The record that `./lab adopt` made. Raises MachineError when there is none in this folder."""
        try:
            return super().choice
        except MachineError as error:
            raise MachineError(
                "This folder has no record of an adoption: .lab/machines.yaml is missing or damaged.",
                hint="Adopt the cluster again: ./lab adopt --help",
            ) from error

    def record(self, route: str) -> None:
        """Write the record of an adoption; `route` says how the floating address is reached (routes.signature)."""
        self.state.mkdir(parents=True, exist_ok=True)
        choices.write(
            self.state / CHOICE,
            Choice(
                self.lab.provider, self.lab.platform, "", route, "adopted", preconditions.node_rows(self.lab)
            ),
        )

    def ids(self) -> dict[str, str]:
        """The name of each node in the ssh_config."""
        return {node.name: node.ssh_host for node in self.lab.nodes}

    def ssh_config(self) -> Path:
        """The owner's ssh_config. Raises MachineError when the file is gone."""
        self._ssh_files.make_control_folder()
        path = self.root / Path(self.lab.ssh_config).expanduser()
        if not path.is_file():
            raise MachineError(
                f"{path}: there is no such ssh_config.", hint="Correct ssh_config in lab.yaml."
            )
        return path

    def remote(self) -> Ssh:
        """The ssh connections to the nodes. Raises MachineError."""
        tools = self.choice.platform_data.tools
        return Ssh(self.ssh_config(), self.ids(), self.control, self.lab.patience, tools.kills_later, AS_ROOT)

    def running(self) -> dict[str, bool]:
        """Whether each node answers over ssh."""
        remote = self.remote()

        def answers(node: Node) -> bool:
            try:
                return remote.run(Command(node.name, ("true",), deadline=5, purpose="wait-for-node")).good
            except LabError:
                return False

        with ThreadPoolExecutor(len(self.lab.nodes)) as pool:
            return dict(zip(self.ids(), pool.map(answers, self.lab.nodes), strict=True))

    def trouble(self) -> MachineError | None:
        """Which nodes do not answer over ssh; None when all do."""
        silent = [name for name, answers in self.running().items() if not answers]
        if not silent:
            return None
        return MachineError(
            f"No answer over ssh: {', '.join(silent)}.", hint=f"By hand: ssh -F {self.ssh_config()}"
        )

    def frozen(self, node: Node) -> bool:
        """See Machines: nobody pauses an adopted machine from here."""
        return False

    def power_on(self, node: Node) -> None:
        """Wait until a node that boots answers: only its owner can switch it on. Raises MachineError."""
        try:
            waiting.until(
                lambda: self.running()[node.name],
                bool,
                f"{node.name} answers",
                deadline=BOOT_S,
                every=1.0,
                clock=Clock(patience=self.lab.patience),
            )
        except TimedOut as error:
            raise MachineError(
                f"{node.name} does not answer, and {NOT_OURS}.", hint="Switch it on by hand, then ./lab heal."
            ) from error

    def require_consent(self) -> None:
        """See MachinePower. Raises ConfigError until the owner has agreed for the nodes of this lab.yaml."""
        try:
            found: Any = json.loads((self.state / CONSENT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if found != self._cluster():
            names = ", ".join(node.name for node in self.lab.nodes)
            raise ConfigError(
                f"A drill breaks the cluster of {names}, and {NOT_OURS}. Nothing was done.",
                hint=f"When you may break it: ./lab drill {FLAG} ..., or pytest {FLAG}; needed once for this lab.yaml.",
            )

    def consent(self) -> None:
        """Note that the owner has agreed to break the cluster of this lab.yaml."""
        self.state.mkdir(parents=True, exist_ok=True)
        files.write(self.state / CONSENT, json.dumps(self._cluster()) + "\n")

    def _cluster(self) -> list[list[str]]:
        """What the consent is for: the nodes and the floating address."""
        nodes = [[node.name, str(node.address), node.ssh_host] for node in self.lab.nodes]
        return [[self.lab.name, str(self.lab.vip), self.lab.ssh_config], *nodes]
