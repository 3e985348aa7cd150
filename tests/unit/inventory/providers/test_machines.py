from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.errors import ConfigError, MachineError
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import machines, node_image
from inventory.providers.machines import LABEL, Choice, Machines
from tests.support.example_lab import NODE1, NODE2, example_lab

ROOT = Path(__file__).parents[4]


class Host:
    """The host's programs in memory: docker's networks and containers, routes; every call is kept."""

    def __init__(self) -> None:
        self.networks: list[dict[str, Any]] = []
        self.routes = [{"dst": "default", "dev": "eth0"}, {"dst": "172.16.0.0/12", "type": "blackhole"}]
        self.running: set[str] = set()
        self.calls: list[list[str]] = []
        self.fails = ""

    def network(self, name: str, subnet: str, folder: str = "") -> None:
        labels = {LABEL: folder} if folder else None
        self.networks.append({"Name": name, "Labels": labels, "IPAM": {"Config": [{"Subnet": subnet}]}})

    def run(self, argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(argv)
        if self.fails and self.fails in argv:
            return subprocess.CompletedProcess(argv, 1, "", "no such thing\n")
        return subprocess.CompletedProcess(argv, 0, self.answer(argv), "")

    def answer(self, argv: list[str]) -> str:
        match argv:
            case ["docker", "network", "ls", *_]:
                return "\n".join(network["Name"] for network in self.networks)
            case ["docker", "network", "inspect", *_]:
                return json.dumps(self.networks)
            case ["docker", "network", "create", *options, name]:
                words = dict(option.split("=", 1) for option in options if "=" in option)
                folder = words["--label"].removeprefix(f"{LABEL}=")
                self.network(name, words["--subnet"], folder)
            case ["docker", "network", "rm", name]:
                self.networks = [network for network in self.networks if network["Name"] != name]
            case ["docker", "inspect", "-f", form, id_]:
                return str(id_ in self.running and "Running" in form).lower()
            case ["ip", "-j", "-4", "route"]:
                return json.dumps(self.routes)
            case ["ssh-keygen", *_]:
                Path(argv[-1]).write_text("private")
                Path(f"{argv[-1]}.pub").write_text("ssh-ed25519 AAAA\n")
        return ""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host()
    monkeypatch.setattr(subprocess, "run", made.run)
    monkeypatch.setattr(
        shutil, "which", lambda name: f"/usr/bin/{name}" if name in ("docker", "vagrant") else None
    )
    monkeypatch.setattr(node_image, "choose", lambda wanted, have: (DEBIAN12, "platform debian12: why not"))
    monkeypatch.setattr(node_image, "build", lambda system, say: f"image-of-{system.name}")
    return made


def made(folder: Path, provider: str = "docker") -> None:
    """What vagrant leaves when the machines exist."""
    for name in ("node1", "node2"):
        id_ = folder / ".vagrant" / "machines" / name / provider / "id"
        id_.parent.mkdir(parents=True)
        id_.write_text(f"id-of-{name}\n")


def silent(text: str) -> None:
    pass


def test_two_folders_are_two_labs() -> None:
    one, other = Machines(Path("/labs/one"), example_lab()), Machines(Path("/labs/other"), example_lab())
    assert one.digest != other.digest
    assert one.control != other.control
    assert Machines(Path("/labs/one"), example_lab()).digest == one.digest
    assert len(f"halab-{one.digest}") < 16, "the kernel's limit for an interface's name"
    socket = f"{one.control}/{'0' * 40}"
    assert len(socket) < 104, "the limit for a socket's path"


def test_prepare_for_docker(host: Host, tmp_path: Path) -> None:
    lab, said = Machines(tmp_path, example_lab()), list[str]()
    with pytest.raises(MachineError, match="no lab in this folder yet") as caught:
        _ = lab.choice
    assert caught.value.hint == "Make one: ./lab up"
    choice = lab.prepare("auto", "auto", said.append)
    assert lab.choice == choice, "what was written is what is read"
    assert (choice.provider, choice.platform, choice.image) == ("docker", "debian12", "image-of-debian12")
    assert choice.platform_data is DEBIAN12
    assert choice.public_key == "ssh-ed25519 AAAA"
    assert said == ["Provider docker; platform debian12: why not"]
    [network] = machines.docker_networks()
    assert network == {
        "Name": f"ha-lab-{lab.digest}",
        "Labels": {LABEL: str(tmp_path)},
        "Subnets": ["172.16.0.0/16"],
    }
    create = next(call for call in host.calls if call[:3] == ["docker", "network", "create"])
    assert "--internal" in create
    assert f"--opt=com.docker.network.bridge.name={choice.interface}" in create
    assert lab.is_own(choice.interface)
    assert not lab.is_own("docker0")
    assert not lab.is_own("halab-00000000")


def test_prepare_again_changes_nothing(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    first = lab.prepare("auto", "auto", silent)
    made(tmp_path)
    before = (tmp_path / ".lab" / "machines.yaml").read_text()
    assert lab.prepare("auto", "auto", silent) == first
    assert (tmp_path / ".lab" / "machines.yaml").read_text() == before
    assert len([call for call in host.calls if call[:3] == ["docker", "network", "create"]]) == 1
    assert len([call for call in host.calls if call[0] == "ssh-keygen"]) == 1


def test_machines_keep_their_provider_and_platform(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    with pytest.raises(ConfigError, match="were made with docker, not virtualbox") as caught:
        lab.prepare("virtualbox", "auto", silent)
    assert "./lab down" in caught.value.hint
    with pytest.raises(ConfigError, match="machines are debian12, not centos9"):
        lab.prepare("docker", "centos9", silent)
    assert lab.prepare("docker", "debian12", silent).platform == "debian12"


def test_prepare_for_virtual_machines(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    choice = lab.prepare("virtualbox", "auto", silent)
    assert (choice.platform, choice.box, choice.image) == ("centos9", CENTOS9.boxes["virtualbox"], "")
    assert "default for virtual machines" in choice.why
    assert host.networks == [], "VirtualBox makes its own"
    assert lab.is_own("vboxnet3")
    assert not lab.is_own("eth0")
    assert lab.prepare("libvirt", "centos6", silent).box == "generic/centos6"


def test_nothing_can_run_machines(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MachineError, match="no docker, VirtualBox, libvirt or VMware") as caught:
        Machines(tmp_path, example_lab()).prepare("auto", "auto", silent)
    assert "./lab doctor" in caught.value.hint


def of_another_lab(host: Host) -> None:
    host.network("ha-lab-0", "172.16.0.0/16", "/labs/other")


def of_somebody(host: Host) -> None:
    host.network("theirs", "172.16.100.0/24")


def wider(host: Host) -> None:
    host.network("theirs", "172.16.0.0/12")


def routed(host: Host) -> None:
    host.routes.append({"dst": "172.16.4.0/22", "dev": "tun0"})


@pytest.mark.parametrize(
    ("conflict", "says", "hint"),
    [
        (of_another_lab, "network ha-lab-0 (172.16.0.0/16) of the lab in /labs/other.", "cd /labs/other && ./lab down"),
        (of_somebody, "taken by the docker network theirs (172.16.100.0/24).", "docker network rm theirs"),
        (wider, "taken by the docker network theirs (172.16.0.0/12).", "docker network rm theirs"),
        (routed, "this machine routes 172.16.4.0/22 by tun0", "give lab.yaml another network"),
    ],
    ids=["another lab", "a docker network", "a wider one", "a route"],
)  # fmt: skip
def test_taken_addresses_are_refused(
    host: Host, tmp_path: Path, conflict: Callable[[Host], None], says: str, hint: str
) -> None:
    host.network("bridge", "172.17.0.0/16")
    host.network("six", "fd00::/64")
    conflict(host)
    before = len(host.networks)
    lab = Machines(tmp_path, example_lab())
    with pytest.raises(MachineError) as caught:
        lab.prepare("docker", "debian12", silent)
    assert says in caught.value.message
    assert hint in caught.value.hint
    assert len(host.networks) == before
    assert not (tmp_path / ".lab" / "machines.yaml").exists(), "nothing is decided"


def test_what_runs(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    assert lab.ids() == {NODE1: "", NODE2: ""}
    assert lab.running() == {NODE1: False, NODE2: False}
    assert host.calls == [], "nobody is asked about machines that are not there"
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    host.running = {"id-of-node2"}
    assert lab.ids() == {NODE1: "id-of-node1", NODE2: "id-of-node2"}
    assert lab.running() == {NODE1: False, NODE2: True}
    assert not lab.frozen(example_lab().node1)
    host.fails = "inspect"
    assert lab.running() == {NODE1: False, NODE2: False}


@pytest.mark.parametrize(
    ("provider", "asked", "said"),
    [
        ("docker", ["docker", "inspect", "-f", "{{.State.Status}}"], ("paused\n", "running\n")),
        (
            "virtualbox",
            ["VBoxManage", "showvminfo", "--machinereadable"],
            ('name="node1"\nVMState="paused"\nVMStateChangeTime="x"\n', 'VMState="running"\n'),
        ),
        ("libvirt", ["virsh", "-c", "qemu:///system", "domstate"], ("paused\n\n", "running\n\n")),
        ("vmware_desktop", None, ("paused\n", "running\n")),
    ],
)
def test_frozen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    asked: list[str] | None,
    said: tuple[str, str],
) -> None:
    lab = Machines(tmp_path, example_lab())
    monkeypatch.setattr(Machines, "choice", Choice(provider, "debian12", "net", "halab"))
    monkeypatch.setattr(Machines, "ids", lambda self: {NODE1: "id-of-node1", NODE2: ""})
    calls: list[list[str]] = []
    for answer in said:
        monkeypatch.setattr(
            machines, "_call", lambda argv, otherwise, answer=answer: calls.append(argv) or answer
        )
        assert lab.frozen(example_lab().node1) is (answer == said[0] and asked is not None)
    assert calls == ([[*asked, "id-of-node1"]] * 2 if asked else [])
    assert not lab.frozen(example_lab().nodes[1]), "there is no machine"


def test_power(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    node = example_lab().node1
    host.calls.clear()
    lab.power_off(node)
    lab.power_on(node)
    lab.freeze(node)
    lab.thaw(node)
    assert host.calls == [["docker", word, "id-of-node1"] for word in ("kill", "start", "pause", "unpause")]
    host.fails = "kill"
    with pytest.raises(MachineError, match=r"`docker kill id-of-node1 …` failed: no such thing"):
        lab.power_off(node)


@pytest.mark.parametrize(
    ("provider", "argv"),
    [
        ("virtualbox", ["VBoxManage", "controlvm", "id-of-node1", "poweroff"]),
        ("libvirt", ["virsh", "-c", "qemu:///system", "destroy", "id-of-node1"]),
    ],
)
def test_power_of_virtual_machines(host: Host, tmp_path: Path, provider: str, argv: list[str]) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare(provider, "centos9", silent)
    made(tmp_path, provider)
    lab.power_off(example_lab().node1)
    assert host.calls[-1] == argv


def test_a_provider_without_a_way(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("vmware_desktop", "centos9", silent)
    made(tmp_path, "vmware_desktop")
    with pytest.raises(MachineError, match="vmware_desktop provider has no way to do this to node1"):
        lab.freeze(example_lab().node1)


def test_release_removes_what_was_made_and_nothing_else(host: Host, tmp_path: Path) -> None:
    host.network("bridge", "172.17.0.0/16")
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    (tmp_path / ".lab" / "notes").write_text("mine")
    (tmp_path / ".lab" / "exercise.json").write_text('{"name": "no-order"}')
    made(tmp_path)
    lab.release()
    assert len(host.networks) == 2, "not while a machine is there"
    shutil.rmtree(tmp_path / ".vagrant")
    lab.release()
    assert [network["Name"] for network in host.networks] == ["bridge"]
    assert "notes" in {path.name for path in (tmp_path / ".lab").iterdir()}
    assert not (tmp_path / ".lab" / "key").exists()
    assert not (tmp_path / ".lab" / "exercise.json").exists(), "what was broken is gone with the nodes"


class Vagrant:
    """python-vagrant's part that is used; a call that fails writes to the log first, as vagrant does."""

    def __init__(self, fails: bool = False, **_: Any) -> None:
        self.fails, self.calls = fails, list[tuple[str, Any]]()

    def call(self, name: str, what: Any) -> None:
        self.calls.append((name, what))
        if self.fails:
            raise subprocess.CalledProcessError(1, ["vagrant", name])

    def up(self, provider: str, vm_name: str | None) -> None:
        self.call("up", (provider, vm_name))

    def halt(self) -> None:
        self.call("halt", None)

    def destroy(self, vm_name: str | None) -> None:
        self.call("destroy", vm_name)

    def ssh_config(self) -> str:
        self.call("ssh-config", None)
        return "Host node1\n"


@pytest.fixture
def vagrant(monkeypatch: pytest.MonkeyPatch) -> Vagrant:
    fake = Vagrant()
    monkeypatch.setattr(Machines, "_vagrant", lambda self: fake)
    return fake


@pytest.fixture
def lab(host: Host, vagrant: Vagrant, tmp_path: Path) -> Iterator[Machines]:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    yield lab
    with contextlib.suppress(OSError):
        lab.control.rmdir()


def test_ssh_config_is_read_once_for_the_machines_as_they_are(lab: Machines, vagrant: Vagrant) -> None:
    with pytest.raises(MachineError, match=f"No machine for {NODE1}, {NODE2}"):
        lab.ssh_config()
    made(lab.root)
    assert lab.ssh_config().read_text().endswith("Host node1\n")
    lab.ssh_config()
    assert vagrant.calls == [("ssh-config", None)]
    (lab.root / ".vagrant/machines/node2/docker/id").write_text("another")
    lab.ssh_config()
    assert len(vagrant.calls) == 2, "a machine made anew has another port"
    assert lab.control.stat().st_mode & 0o777 == 0o700


def test_up_and_down(lab: Machines, vagrant: Vagrant) -> None:
    lab.destroy()
    assert vagrant.calls == [], "there is nothing to destroy"
    made(lab.root)
    lab.ssh_config()
    lab.up()
    assert not (lab.state / "ssh_config").exists(), "ports may have changed"
    lab.up(lab.lab.node1)
    lab.halt()
    lab.destroy(lab.lab.nodes[1])
    lab.destroy()
    assert vagrant.calls[1:] == [
        ("up", ("docker", None)), ("up", ("docker", "node1")), ("halt", None), ("destroy", "node2"), ("destroy", None),
    ]  # fmt: skip


def test_a_failure_shows_the_end_of_vagrants_log(
    lab: Machines, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(provider: str, vm_name: str | None) -> None:
        (lab.state / "vagrant.log").write_text("\n".join(f"line {n}" for n in range(30)))
        raise subprocess.CalledProcessError(1, ["vagrant", "up"])

    monkeypatch.setattr(vagrant, "up", up)
    with pytest.raises(MachineError) as caught:
        lab.up()
    assert caught.value.message.splitlines() == [
        "vagrant up failed:",
        *(f"  | line {n}" for n in range(18, 30)),
    ]


def test_without_vagrant(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MachineError, match="vagrant is missing"):
        lab.up()


def test_a_damaged_choice_is_no_choice(host: Host, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    for damage in ("", "provider: docker\n", "- a\n", "a: [", "unknown: 1\ncreate_args: []\n"):
        (lab.state / "machines.yaml").write_text(damage)
        with pytest.raises(MachineError):
            _ = lab.choice


def test_the_vagrantfile_reads_what_is_written() -> None:
    text = (ROOT / "Vagrantfile").read_text()
    wanted = {word.split('"')[1] for word in text.split("made[")[1:] if word.startswith('"')}
    assert wanted
    assert wanted <= set(Choice.__dataclass_fields__)
    keys = {word.split('"')[1] for word in text.split("lab[")[1:] if word.startswith('"')}
    assert keys <= set(yaml.safe_load((ROOT / "lab.yaml").read_text()))
