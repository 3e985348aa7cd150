"""The machines under the nodes: vagrant up, halt and destroy, the docker network, power and pause.

Effects live here; what the Vagrantfile needs to know is written to .lab/machines.yaml (a `Choice`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import yaml

from inventory.errors import ConfigError, MachineError
from inventory.host.facts import LABEL
from inventory.host.install import PROGRAM
from inventory.model import Lab, Node
from inventory.platforms.base import Platform
from inventory.platforms.registry import AUTO, automatic, get
from inventory.providers import node_image

if TYPE_CHECKING:
    import vagrant

EXERCISE = "exercise.json"
"""What the classroom keeps in .lab of an exercise under way; gone with the machines that it broke."""
INTERFACES = {"virtualbox": "vboxnet", "libvirt": "virbr", "vmware_desktop": "vmnet"}
"""What the host-only interfaces of virtual machines are called; containers have a bridge of the lab's own name."""
CREATE_ARGS = (
    "--cap-add=NET_ADMIN", "--cap-add=NET_RAW", "--cap-add=SYS_ADMIN", "--cap-add=SYS_NICE", "--cap-add=IPC_LOCK",
    "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--cgroupns=private",
    "--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp:exec,mode=1777",
    # libqb's buffers take 50 MB; what is killed leaves its own behind, and 64 MB are the engine's default.
    "--shm-size=256m",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What was decided for this folder's machines; the Vagrantfile reads it."""

    provider: str
    platform: str
    network: str
    interface: str
    image: str = ""
    box: str = ""
    box_url: str = ""
    public_key: str = ""
    create_args: tuple[str, ...] = ()
    why: str = ""

    @property
    def platform_data(self) -> Platform:
        """The platform's data."""
        return get(self.platform)


class Machines:
    """The machines of the lab in one folder."""

    def __init__(self, root: Path, lab: Lab) -> None:
        self.root, self.lab = root, lab
        self.state = root / ".lab"
        self.digest = hashlib.sha256(str(root).encode()).hexdigest()[:8]
        self.bridge = f"halab-{self.digest}"

    # What was chosen

    @property
    def choice(self) -> Choice:
        """What `prepare` decided. Raises MachineError when nothing was made yet."""
        try:
            made = yaml.safe_load((self.state / "machines.yaml").read_text())
            return Choice(**{**made, "create_args": tuple(made["create_args"])})
        except (OSError, TypeError, KeyError, yaml.YAMLError) as error:
            raise MachineError("There is no lab in this folder yet.", hint="Make one: ./lab up") from error

    def prepare(self, provider: str, platform: str, say: Callable[[str], None]) -> Choice:
        """Decide provider and platform; make image, key and network; write the Choice.

        Safe to call again: what is there is kept. Machines that exist keep their provider and platform.
        """
        before = self._made_before()
        chosen = self._provider(provider, before)
        if before and platform not in ("auto", before.platform):
            raise ConfigError(
                f"platform: this folder's machines are {before.platform}, not {platform}.",
                hint="./lab down first, then ./lab up with the other platform.",
            )
        platform = before.platform if before else platform
        image = box = key = ""
        args: tuple[str, ...] = ()
        self.state.mkdir(exist_ok=True)
        if chosen == "docker":
            system, why = node_image.choose(platform, have=node_image.present)
            image = node_image.build(system, say)
            self._make_network()
            args = CREATE_ARGS
        else:
            system = automatic("machines")[0] if platform == AUTO else get(platform)
            asked = "as asked for" if platform != "auto" else "the default for virtual machines"
            why = f"platform {system.name}, {asked}"
            box = system.box(chosen)
        key = self._key()
        name = f"ha-lab-{self.digest}"
        choice = Choice(
            chosen, system.name, name, self.bridge, image=image, box=box, public_key=key,
            create_args=args, why=before.why if before else why,
        )  # fmt: skip
        text = yaml.safe_dump({**asdict(choice), "create_args": list(args)}, sort_keys=False)
        _write(self.state / "machines.yaml", text)
        say(f"Provider {choice.provider}; {choice.why}")
        return choice

    def is_own(self, interface: str) -> bool:
        """Whether an interface of this host leads into the lab's own network (see inventory.host.routes)."""
        choice = self.choice
        return interface == choice.interface or interface.startswith(INTERFACES.get(choice.provider, "\0"))

    def _made_before(self) -> Choice | None:
        if not any(self.ids().values()):
            return None
        with contextlib.suppress(MachineError):
            return self.choice
        return None

    def _provider(self, wanted: str, before: Choice | None) -> str:
        if before and wanted in ("auto", before.provider):
            return before.provider
        if before:
            raise ConfigError(
                f"provider: this folder's machines were made with {before.provider}, not {wanted}.",
                hint="./lab down first, then ./lab up with the other provider.",
            )
        if wanted != "auto":
            return wanted
        for provider, program in PROGRAM.items():
            if shutil.which(program):
                return provider
        raise MachineError(
            "Nothing here can run machines: no docker, VirtualBox, libvirt or VMware.",
            hint="Install one of them; ./lab doctor says how.",
        )

    def _key(self) -> str:
        key = self.state / "key"
        if not key.exists():
            _call(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"ha-lab-{self.digest}", "-f", str(key)]
            )
        return key.with_suffix(".pub").read_text().strip()

    def _make_network(self) -> None:
        """The lab's own bridge, labelled with the folder, or MachineError when its range is taken."""
        subnet = str(self.lab.network)
        for found in docker_networks():
            whose = found["Labels"].get(LABEL)
            if whose == str(self.root) and subnet in found["Subnets"]:
                return
            for other in found["Subnets"]:
                if self.lab.network.overlaps(_network(other)):
                    raise MachineError(
                        f"The addresses {subnet} are taken by the docker network {found['Name']} ({other})"
                        + (f" of the lab in {whose}." if whose else "."),
                        hint=f"cd {whose} && ./lab down" if whose else f"docker network rm {found['Name']}",
                    )
        for route in json.loads(_call(["ip", "-j", "-4", "route"]) or "[]"):
            if (
                route["dst"] != "default"
                and "/" in route["dst"]
                and _network(route["dst"]).subnet_of(self.lab.network)
            ):
                raise MachineError(
                    f"The addresses {subnet} are taken: this machine routes {route['dst']} by {route.get('dev', '?')}.",
                    hint="Take that route away, or give lab.yaml another network.",
                )
        _call(
            [
                "docker", "network", "create", "--internal", f"--subnet={subnet}", f"--label={LABEL}={self.root}",
                f"--opt=com.docker.network.bridge.name={self.bridge}", f"ha-lab-{self.digest}",
            ]
        )  # fmt: skip

    # Up and down

    def ids(self) -> dict[str, str]:
        """Vagrant's id of each node's machine, "" where there is none."""
        found = {}
        for node in self.lab.nodes:
            ids = sorted((self.root / ".vagrant" / "machines" / node.alias).glob("*/id"))
            found[node.name] = ids[0].read_text().strip() if ids else ""
        return found

    def running(self) -> dict[str, bool]:
        """Whether each node's machine runs (quick with docker; vagrant is asked otherwise)."""
        ids = self.ids()
        if not any(ids.values()):
            return dict.fromkeys(ids, False)
        if self.choice.provider == "docker":
            return {
                name: bool(id_)
                and _call(["docker", "inspect", "-f", "{{.State.Running}}", id_], "false").strip() == "true"
                for name, id_ in ids.items()
            }
        states = {status.name: status.state == "running" for status in self._vagrant().status()}
        return {node.name: states.get(node.alias, False) for node in self.lab.nodes}

    def up(self, node: Node | None = None) -> None:
        """Boot what is not running; both nodes at once where the provider can. Raises MachineError."""
        with self._calling("vagrant up"):
            self._vagrant().up(provider=self.choice.provider, vm_name=node.alias if node else None)
        self._forget_ssh()

    def halt(self) -> None:
        """Shut the machines down; they keep their disks."""
        with self._calling("vagrant halt"):
            self._vagrant().halt()
        self._forget_ssh()

    def destroy(self, node: Node | None = None) -> None:
        """Destroy the machines, or one."""
        if any(self.ids().values()):
            with self._calling("vagrant destroy"):
                self._vagrant().destroy(vm_name=node.alias if node else None)
        self._forget_ssh()

    def release(self) -> None:
        """Remove this lab's network and what was chosen, once no machine is left."""
        if any(self.ids().values()):
            return
        if shutil.which("docker"):
            for found in docker_networks():
                if found["Labels"].get(LABEL) == str(self.root):
                    _call(["docker", "network", "rm", found["Name"]])
        if self.control.is_dir():
            shutil.rmtree(self.control, ignore_errors=True)
        for name in ("machines.yaml", "key", "key.pub", "ssh_config", EXERCISE):
            (self.state / name).unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove this folder's state, lab's and vagrant's, once no machine is left."""
        if not any(self.ids().values()):
            shutil.rmtree(self.state, ignore_errors=True)
            shutil.rmtree(self.root / ".vagrant", ignore_errors=True)

    # ssh

    @property
    def control(self) -> Path:
        """Where ssh's control sockets live: short, and this user's alone."""
        return Path("/tmp") / f"ha-lab-{os.getuid()}-{self.digest}"  # noqa: S108 -- made 0700 below

    def ssh_config(self) -> Path:
        """Vagrant's ssh_config for the nodes, read once for the machines as they are (3 s a call)."""
        self.control.mkdir(mode=0o700, exist_ok=True)
        if self.control.stat().st_uid != os.getuid():
            raise MachineError(f"{self.control} belongs to another user.", hint="Remove it, or set it aside.")
        path = self.state / "ssh_config"
        stamp = "# " + json.dumps(self.ids(), sort_keys=True)
        if path.exists() and path.read_text().startswith(stamp):
            return path
        missing = [name for name, id_ in self.ids().items() if not id_]
        if missing:
            raise MachineError(
                f"No machine for {', '.join(missing)}.", hint="./lab up makes and starts the nodes."
            )
        with self._calling("vagrant ssh-config"):
            text = self._vagrant().ssh_config()
        _write(path, f"{stamp}\n{text}")
        return path

    def _forget_ssh(self) -> None:
        (self.state / "ssh_config").unlink(missing_ok=True)

    # Power (the faults' own ways; available says why not)

    def power_off(self, node: Node) -> None:
        """Cut the power: no shutdown, no goodbye."""
        self._power({"docker": ["docker", "kill"], "virtualbox": ["VBoxManage", "controlvm", "{}", "poweroff"],
                     "libvirt": ["virsh", "-c", "qemu:///system", "destroy"]}, node)  # fmt: skip

    def power_on(self, node: Node) -> None:
        """Boot the machine again."""
        if self.choice.provider == "docker":
            _call(["docker", "start", self.ids()[node.name]])
        else:
            self.up(node)

    def freeze(self, node: Node) -> None:
        """Stop the machine's processors: it answers nothing and does not know."""
        self._power({"docker": ["docker", "pause"], "virtualbox": ["VBoxManage", "controlvm", "{}", "pause"],
                     "libvirt": ["virsh", "-c", "qemu:///system", "suspend"]}, node)  # fmt: skip

    def thaw(self, node: Node) -> None:
        """Let the processors run on."""
        self._power({"docker": ["docker", "unpause"], "virtualbox": ["VBoxManage", "controlvm", "{}", "resume"],
                     "libvirt": ["virsh", "-c", "qemu:///system", "resume"]}, node)  # fmt: skip

    def frozen(self, node: Node) -> bool:
        """Whether the machine is paused; False where the provider has no word for it."""
        asks = {
            "docker": (["docker", "inspect", "-f", "{{.State.Status}}"], "paused"),
            "virtualbox": (["VBoxManage", "showvminfo", "--machinereadable"], 'VMState="paused"'),
            "libvirt": (["virsh", "-c", "qemu:///system", "domstate"], "paused"),
        }
        id_ = self.ids()[node.name]
        if not id_ or self.choice.provider not in asks:
            return False
        argv, paused = asks[self.choice.provider]
        return paused in (line.strip() for line in _call([*argv, id_], "").splitlines())

    def _power(self, words: dict[str, list[str]], node: Node) -> None:
        provider = self.choice.provider
        if provider not in words:
            raise MachineError(f"The {provider} provider has no way to do this to {node.name}.")
        id_ = self.ids()[node.name]
        argv = [id_ if word == "{}" else word for word in words[provider]]
        _call(argv if "{}" in words[provider] else [*argv, id_])

    # python-vagrant

    def _vagrant(self) -> vagrant.Vagrant:
        import vagrant  # noqa: PLC0415 -- it warns when it is imported before `up` has installed Vagrant

        if shutil.which("vagrant") is None:
            raise MachineError("vagrant is missing.", hint="./lab up installs it as root on Debian.")
        log = self.state / "vagrant.log"

        @contextlib.contextmanager
        def stream() -> Iterator[IO[bytes]]:
            with log.open("ab") as handle:
                yield handle

        env = {**os.environ, "LAB_RUNNING": "1", "VAGRANT_CHECKPOINT_DISABLE": "1"}
        return vagrant.Vagrant(root=str(self.root), out_cm=stream, err_cm=stream, env=env)

    @contextlib.contextmanager
    def _calling(self, what: str) -> Iterator[None]:
        self.state.mkdir(exist_ok=True)
        log = self.state / "vagrant.log"
        log.write_text("")
        try:
            yield
        except (subprocess.CalledProcessError, OSError) as error:
            tail = "\n".join(
                f"  | {line}" for line in log.read_text(errors="replace").strip().splitlines()[-12:]
            )
            raise MachineError(
                f"{what} failed:\n{tail}", hint="./lab doctor looks for the reason."
            ) from error


def docker_networks() -> list[dict[str, Any]]:
    """The engine's networks: Name, Labels, Subnets."""
    names = _call(["docker", "network", "ls", "-q"]).split()
    if not names:
        return []
    found = json.loads(_call(["docker", "network", "inspect", *names]))
    return [
        {
            "Name": one["Name"],
            "Labels": one.get("Labels") or {},
            "Subnets": [
                part["Subnet"] for part in (one["IPAM"].get("Config") or []) if ":" not in part["Subnet"]
            ],
        }
        for one in found
    ]


def _network(text: str) -> IPv4Network:
    return IPv4Network(text, strict=False)


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text)
    aside.replace(path)


def _call(argv: list[str], otherwise: str | None = None) -> str:
    """Run a host command; its output. MachineError when it fails, unless `otherwise` stands in."""
    try:
        # A session of its own: Ctrl-C is for this program, and does not cut off a heal under way.
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False, timeout=120, start_new_session=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if otherwise is not None:
            return otherwise
        raise MachineError(
            f"{argv[0]} cannot be run: {error}", hint="./lab doctor looks for the reason."
        ) from error
    if done.returncode:
        if otherwise is not None:
            return otherwise
        raise MachineError(
            f"`{' '.join(argv[:4])} …` failed: {(done.stderr or done.stdout).strip()}",
            hint="./lab doctor looks for the reason.",
        )
    return done.stdout
