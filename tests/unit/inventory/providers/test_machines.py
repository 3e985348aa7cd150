from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from inventory import files
from inventory.errors import ConfigError, MachineError
from inventory.host import command
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import (
    docker_engine,
    image_choice,
    node_image,
    power_command,
    registry,
    vagrant_boxes,
    vagrant_program,
)
from inventory.providers.machines import Machines
from inventory.providers.vagrant_program import VagrantProgram
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_host import FakeHost, made, silent


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    here = FakeHost("docker", "vagrant")
    here.install(monkeypatch)
    obtained = (DEBIAN12, "platform debian12: why not", "image-of-debian12")
    monkeypatch.setattr(image_choice, "obtain", lambda *wanted: obtained)
    monkeypatch.setattr(node_image, "build", lambda system, say: f"image-of-{system.name}")
    return here


def test_two_folders_are_two_labs() -> None:
    one, other = Machines(Path("/labs/one"), example_lab()), Machines(Path("/labs/other"), example_lab())
    assert one.folder.network != other.folder.network
    assert one.folder.bridge != other.folder.bridge
    assert one.control != other.control
    assert Machines(Path("/labs/one"), example_lab()).folder == one.folder
    assert len(one.folder.bridge) < 16, "the kernel's limit for an interface's name"
    socket = f"{one.control}/{'0' * 40}"
    assert len(socket) < 104, "the limit for a socket's path"


def test_prepare_for_docker(host: FakeHost, tmp_path: Path) -> None:
    lab, said = Machines(tmp_path, example_lab()), list[str]()
    with pytest.raises(MachineError, match="no lab in this folder yet") as caught:
        _ = lab.choice
    assert caught.value.hint == "Make one: ./lab up"
    choice = lab.prepare("auto", "auto", said.append)
    assert lab.choice == choice, "what was written is what is read"
    assert (choice.provider, choice.platform) == ("docker", "debian12")
    assert choice.platform_data is DEBIAN12
    assert choice.vagrant.provider["image"] == "image-of-debian12"
    assert choice.vagrant.provider["env"] == {"LAB_KEY": "ssh-ed25519 AAAA", "container": "docker"}
    assert choice.nodes[0] == {"alias": "node1", "name": NODE1, "address": "172.16.100.15"}
    assert said == ["Provider docker; platform debian12: why not"]
    [network] = docker_engine.networks()
    assert (network.name, network.folder) == (lab.folder.network, str(tmp_path))
    assert [str(subnet) for subnet in network.subnets] == ["172.16.0.0/16"]
    [create] = host.called("docker", "network", "create")
    assert "--internal" in create
    assert f"--opt=com.docker.network.bridge.name={choice.interface}" in create
    assert lab.is_own(choice.interface)
    assert not lab.is_own("docker0")
    assert not lab.is_own("halab-00000000")


def test_prepare_again_changes_nothing(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    first = lab.prepare("auto", "auto", silent)
    made(tmp_path)
    before = (tmp_path / ".lab" / "machines.yaml").read_text()
    assert lab.prepare("auto", "auto", silent) == first
    assert (tmp_path / ".lab" / "machines.yaml").read_text() == before
    assert len(host.called("docker", "network", "create")) == 1
    assert len(host.called("ssh-keygen")) == 1


def test_machines_keep_their_provider_and_platform(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    with pytest.raises(ConfigError, match="were made with docker, not virtualbox") as caught:
        lab.prepare("virtualbox", "auto", silent)
    assert "./lab down" in caught.value.hint
    with pytest.raises(ConfigError, match="machines are debian12, not centos9"):
        lab.prepare("docker", "centos9", silent)
    assert lab.prepare("docker", "debian12", silent).platform == "debian12"


def test_prepare_for_virtual_machines(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    choice = lab.prepare("virtualbox", "auto", silent)
    assert (choice.platform, choice.vagrant.box_url) == ("centos9", CENTOS9.boxes["virtualbox"].url)
    assert choice.vagrant.network == {"netmask": "255.255.0.0"}
    assert "default for virtual machines" in choice.why
    assert host.networks == [], "VirtualBox makes its own"
    assert lab.is_own("vboxnet3")
    assert not lab.is_own("eth0")
    assert lab.prepare("libvirt", "centos6", silent).vagrant.box == "centos/6"


def test_old_virtual_machines_get_ssh_rsa(host: FakeHost, tmp_path: Path) -> None:
    """`vagrant ssh` takes these words too; OpenSSH 8.8 and later refuse a server that has ssh-rsa only."""
    lab = Machines(tmp_path, example_lab())
    assert lab.prepare("libvirt", "centos9", silent).vagrant.ssh == {}
    words = lab.prepare("libvirt", "centos6", silent).vagrant.ssh["extra_args"]
    assert words[-4:] == ["-o", "HostKeyAlgorithms=+ssh-rsa", "-o", "PubkeyAcceptedAlgorithms=+ssh-rsa"]


def test_two_node_is_refused_where_corosync_does_not_have_it(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab(corosync={"two_node": True}))
    with pytest.raises(ConfigError, match=r"two_node is true, but corosync 1\.4 of centos6") as caught:
        lab.prepare("libvirt", "centos6", silent)
    assert "two_node: false" in caught.value.hint
    assert not lab.state.exists(), "nothing was made"
    assert lab.prepare("libvirt", "centos9", silent).platform == "centos9"


def test_nothing_can_run_machines(host: FakeHost, tmp_path: Path) -> None:
    host.programs.clear()
    *others, last = [registry.get(name).title for name in registry.names()]
    with pytest.raises(MachineError, match=f"no {', '.join(others)} or {last}") as caught:
        Machines(tmp_path, example_lab()).prepare("auto", "auto", silent)
    assert "./lab doctor" in caught.value.hint


def of_another_lab(host: FakeHost) -> None:
    host.network("ha-lab-0", "172.16.0.0/16", "/labs/other")


def of_somebody(host: FakeHost) -> None:
    host.network("theirs", "172.16.100.0/24")


def wider(host: FakeHost) -> None:
    host.network("theirs", "172.16.0.0/12")


def routed(host: FakeHost) -> None:
    host.routes.append({"dst": "172.16.4.0/22", "dev": "tun0"})


def linked(host: FakeHost) -> None:
    info = {"family": "inet", "local": "172.16.4.7", "prefixlen": 24}
    host.links.append({"ifname": "eth1", "flags": [], "addr_info": [info]})


@pytest.mark.parametrize(
    ("conflict", "says", "hint"),
    [
        (of_another_lab, "ha-lab-0 (172.16.0.0/16, of the lab in /labs/other)", "cd '/labs/other' && ./lab down"),
        (of_somebody, "the docker network theirs (172.16.100.0/24) uses", "docker network rm theirs"),
        (wider, "the docker network theirs (172.16.0.0/12) uses", "docker network rm theirs"),
        (routed, "a route for 172.16.4.0/22 by tun0 is a part", "sudo ip route del 172.16.4.0/22 dev tun0"),
        (linked, "eth1 (172.16.4.7/24) is in 172.16.0.0/16 already", "10.0.0.0/16 is free"),
    ],
    ids=["another lab", "a docker network", "a wider one", "a route", "an interface"],
)  # fmt: skip
def test_taken_addresses_are_refused(
    host: FakeHost, tmp_path: Path, conflict: Callable[[FakeHost], None], says: str, hint: str
) -> None:
    host.network("bridge", "172.17.0.0/16")
    host.network("six", "fd00::/64")
    conflict(host)
    before = len(host.networks)
    lab = Machines(tmp_path, example_lab())
    with pytest.raises(MachineError) as caught:
        lab.prepare("docker", "debian12", silent)
    assert caught.value.message.startswith("The addresses 172.16.0.0/16 are taken: ")
    assert says in caught.value.message
    assert hint in caught.value.hint
    assert len(host.networks) == before
    assert not (tmp_path / ".lab" / "machines.yaml").exists(), "nothing is decided"


def test_what_runs(host: FakeHost, tmp_path: Path) -> None:
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
    host.fails, host.complaint = "inspect", "Error: No such object: id-of-node1\n"
    assert lab.running() == {NODE1: False, NODE2: False}
    host.complaint = "Cannot connect to the Docker daemon\n"
    with pytest.raises(MachineError, match="The state of the machine id-of-node1 is not known"):
        lab.running()


def test_power(host: FakeHost, tmp_path: Path) -> None:
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
    with pytest.raises(
        MachineError, match=r"`docker kill id-of-node1` failed \(exit 1\):\n  \| no such thing"
    ):
        lab.power_off(node)


def test_a_freeze_that_docker_could_not_finish_is_tried_again(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    host.calls.clear()
    host.fails, host.complaint = "pause", "Cannot pause container: runc: unable to freeze\n"
    with pytest.raises(MachineError, match="unable to freeze"):
        lab.freeze(example_lab().node1)
    assert host.calls == [["docker", "pause", "id-of-node1"]] * 3
    host.complaint = "Cannot pause container: it is already paused\n"
    with pytest.raises(MachineError, match="already paused"):
        lab.freeze(example_lab().node1)
    assert len(host.calls) == 4, "a different error is not retried"


def test_a_second_try_may_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([MachineError("runc: unable to freeze"), None])
    calls = []

    def check(argv: Sequence[str], **_: object) -> None:
        calls.append(argv)
        if error := next(answers):
            raise error

    monkeypatch.setattr(command, "check", check)
    power_command.run(["docker", "pause", "x"], "unable to freeze", 1.0)
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("provider", "argv"),
    [
        ("virtualbox", ["VBoxManage", "controlvm", "id-of-node1", "poweroff"]),
        ("libvirt", ["virsh", "-c", "qemu:///system", "destroy", "id-of-node1"]),
    ],
)
def test_power_of_virtual_machines(host: FakeHost, tmp_path: Path, provider: str, argv: list[str]) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare(provider, "centos9", silent)
    made(tmp_path, provider)
    lab.power_off(example_lab().node1)
    assert host.calls[-1] == argv


def test_a_provider_without_a_way(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab(machine={"box": "mine"}))
    lab.prepare("vmware_desktop", "auto", silent)
    made(tmp_path, "vmware_desktop")
    with pytest.raises(MachineError, match="vmware_desktop has no command for freeze of node1"):
        lab.freeze(example_lab().node1)


def test_release_removes_what_was_made_and_nothing_else(host: FakeHost, tmp_path: Path) -> None:
    host.network("bridge", "172.17.0.0/16")
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    (tmp_path / ".lab" / "notes").write_text("mine")
    made(tmp_path)
    assert not lab.release()
    assert len(host.networks) == 2, "not while a machine is there"
    shutil.rmtree(tmp_path / ".vagrant")
    assert lab.release()
    assert [network["Name"] for network in host.networks] == ["bridge"]
    assert "notes" in {path.name for path in (tmp_path / ".lab").iterdir()}
    assert not (tmp_path / ".lab" / "key").exists()


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
def vagrant(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Vagrant:
    fake = Vagrant()
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path_factory.mktemp("vagrant-home")))
    monkeypatch.setattr(VagrantProgram, "library", lambda self: fake)
    return fake


@pytest.fixture
def lab(host: FakeHost, vagrant: Vagrant, tmp_path: Path) -> Iterator[Machines]:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    yield lab
    with contextlib.suppress(OSError):
        shutil.rmtree(lab.control)


def test_ssh_config_is_read_once_for_the_machines_as_they_are(
    host: FakeHost, lab: Machines, vagrant: Vagrant
) -> None:
    with pytest.raises(MachineError, match=f"No machine for {NODE1}, {NODE2}"):
        lab.ssh_config()
    made(lab.root)
    host.running = {"id-of-node1", "id-of-node2", "another"}
    assert lab.ssh_config().read_text().endswith("Host node1\n")
    lab.ssh_config()
    assert vagrant.calls == [("ssh-config", None)]
    (lab.root / ".vagrant/machines/node2/docker/id").write_text("another")
    lab.ssh_config()
    assert len(vagrant.calls) == 2, "a machine made anew has another port"
    assert lab.control.stat().st_mode & 0o777 == 0o700


def test_the_engine_tells_the_ssh_config_without_vagrant(
    host: FakeHost, lab: Machines, vagrant: Vagrant
) -> None:
    made(lab.root)
    host.running = {"id-of-node1", "id-of-node2"}
    host.said["docker inspect -f {{json"] = "\n".join(
        f'{{"22/tcp":[{{"HostIp":"127.0.0.1","HostPort":"{port}"}}]}}' for port in (2200, 2222)
    )
    text = lab.ssh_config().read_text()
    assert text.count(f"  IdentityFile {lab.control}/folder/.lab/key\n") == 2
    assert [line.split()[1] for line in text.splitlines() if "Port" in line] == ["2200", "2222"]
    assert vagrant.calls == []


def test_the_ssh_config_of_old_machines_permits_ssh_rsa(
    host: FakeHost, vagrant: Vagrant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machines, "trouble", lambda self: None)
    lab = Machines(tmp_path, example_lab())
    lab.prepare("libvirt", "centos6", silent)
    made(tmp_path, "libvirt")
    text = lab.ssh_config().read_text()
    assert "Host node1\n" in text
    assert text.partition("Host *\n")[2].split() == [
        "IgnoreUnknown", "PubkeyAcceptedAlgorithms", "HostKeyAlgorithms", "+ssh-rsa",
        "PubkeyAcceptedAlgorithms", "+ssh-rsa",
    ]  # fmt: skip
    shutil.rmtree(lab.control)


def test_a_drill_has_its_ssh_config_while_a_machine_is_booted_again(
    host: FakeHost, vagrant: Vagrant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libvirt boots by `vagrant up`; a drill that waited for the node had lost the file, so that no node answered."""
    off: list[MachineError] = []
    monkeypatch.setattr(Machines, "trouble", lambda self: next(iter(off), None))
    lab = Machines(tmp_path, example_lab())
    lab.prepare("libvirt", "centos6", silent)
    made(tmp_path, "libvirt")
    path = lab.ssh_config()
    monkeypatch.setattr(vagrant, "ssh_config", lambda: "Host node1\n  HostName 192.0.2.7\n")
    lab.power_on(lab.lab.node1)
    assert vagrant.calls[-1] == ("up", ("libvirt", "node1"))
    assert "192.0.2.7" in path.read_text(), "a boot may give another address"
    monkeypatch.setattr(vagrant, "ssh_config", lambda: "Host node1\n  HostName 192.0.2.8\n")
    off.append(MachineError("node2 is off"))
    lab.power_on(lab.lab.node1)
    assert "192.0.2.7" in path.read_text(), "the other one is booted next; until then the old text is good"
    shutil.rmtree(lab.control)


def test_up_and_down(host: FakeHost, lab: Machines, vagrant: Vagrant) -> None:
    lab.destroy()
    assert vagrant.calls == [], "there is nothing to destroy"
    made(lab.root)
    host.running = {"id-of-node1", "id-of-node2"}
    lab.ssh_config()
    lab.up()
    assert not (lab.state / "ssh_config").exists(), "ports may have changed"
    lab.halt()
    lab.destroy(lab.lab.nodes[1])
    lab.destroy()
    assert vagrant.calls[1:] == [
        ("up", ("docker", None)), ("halt", None), ("destroy", "node2"), ("destroy", None),
    ]  # fmt: skip


def test_a_failure_shows_the_end_of_vagrants_log(
    lab: Machines, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(provider: str, vm_name: str | None) -> None:
        with (lab.state / "vagrant.log").open("a") as log:
            log.write("\n".join(f"line {n}" for n in range(30)))
            log.write("\n/usr/share/gems/vagrant-2.3.4/lib/vagrant/machine.rb:248:in `action_raw'")
        raise subprocess.CalledProcessError(1, ["vagrant", "up"])

    monkeypatch.setattr(vagrant, "up", up)
    with pytest.raises(MachineError) as caught:
        lab.up()
    assert caught.value.message.splitlines() == [
        "vagrant up failed:",
        *(f"  | line {n}" for n in range(18, 30)),
    ]


def test_a_machine_that_another_vagrant_uses_is_waited_for(
    lab: Machines, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen when labs of one user called Vagrant at the same time."""
    failures = [
        "Vagrant can't use the requested machine because it is locked! This",
        "Vagrant locks each machine for access by only one process at a time.",
    ]
    tries = []

    def up(provider: str, vm_name: str | None) -> None:
        tries.append(provider)
        if failures:
            with (lab.state / "vagrant.log").open("a") as log:
                log.write(f"{failures.pop()}\n")
            raise subprocess.CalledProcessError(1, ["vagrant", "up"])

    monkeypatch.setattr(vagrant, "up", up)
    monkeypatch.setattr(vagrant_program, "LOCKED_EVERY_S", 0.0)
    lab.up()
    assert len(tries) == 3
    failures.append("Vagrant locks each machine")
    monkeypatch.setattr(vagrant_program, "LOCKED_TRIES", 1)
    with pytest.raises(MachineError, match="locks each machine"):
        lab.up()


def test_the_labs_of_a_user_call_vagrant_one_after_the_other(
    lab: Machines, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vagrant_program, "ONE_CALL_S", 0.0)
    with (
        files.lock(vagrant_boxes.home() / vagrant_program.ONE_CALL, "vagrant up of another lab"),
        pytest.raises(MachineError, match=r"Another lab has used Vagrant(.|\n)*vagrant up of another lab"),
    ):
        lab.up()
    assert vagrant.calls == []
    lab.up()
    assert len(vagrant.calls) == 1


def test_vagrants_log_keeps_the_calls_before(
    lab: Machines, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason of a failed `up` was gone after the next call."""

    def up(provider: str, vm_name: str | None) -> None:
        with (lab.state / "vagrant.log").open("a") as log:
            log.write("the reason\n")

    monkeypatch.setattr(vagrant, "up", up)
    lab.up()
    lab.halt()
    lines = (lab.state / "vagrant.log").read_text().splitlines()
    assert [line.split()[-1] for line in lines] == ["up", "reason", "halt"]
    assert lines[0].startswith("=== 20")


def test_down_without_a_usable_choice(host: FakeHost, tmp_path: Path, vagrant: Vagrant) -> None:
    """Vagrant cannot work without the choice, so `destroy` writes it again for the provider of the machines."""
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    made(tmp_path)
    (lab.state / "machines.yaml").write_text(
        "provider: docker\nplatform: debian12\nimage: of-an-older-version\n"
    )
    lab.destroy()
    assert vagrant.calls == [("destroy", None)]
    assert lab.choice.vagrant.provider["image"], "the Vagrantfile has what it needs"


def test_without_vagrant(host: FakeHost, tmp_path: Path) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    host.programs.clear()
    with pytest.raises(MachineError, match="vagrant is missing"):
        lab.up()


@pytest.mark.parametrize(
    "damage",
    [
        *(b"", b"provider: docker\n", b"- a\n", b"a: [", b"unknown: 1\nvagrant: {}\n", b"\200"),
        b"{provider: docker, platform: debian99, network: n, interface: i, vagrant: {}}",
        b"{provider: none, platform: debian12, network: n, interface: i, vagrant: {}}",
        b"{provider: [a], platform: debian12, network: n, interface: i, vagrant: 3}",
    ],
)
def test_a_damaged_choice_is_no_choice(host: FakeHost, tmp_path: Path, damage: bytes) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("docker", "debian12", silent)
    (lab.state / "machines.yaml").write_bytes(damage)
    with pytest.raises(MachineError, match=r"machines.yaml is damaged"):
        _ = lab.choice
    assert lab.release(), "what was made can be removed all the same"
    assert host.networks == []
