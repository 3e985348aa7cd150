"""docker: its engine's answers, podman in its place, what is installed and started for it."""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from inventory.config.numbered import numbered
from inventory.errors import MachineError
from inventory.host import command, router
from inventory.host.networks import EngineNetwork
from inventory.host.requirements import Say
from inventory.providers import docker, docker_engine, node_image, removal
from inventory.providers.base import LabFolder, digest
from inventory.providers.docker import PROVIDER
from inventory.providers.machines import Machines
from inventory.remote.ssh_config import SshAddress
from tests.support.example_lab import example_lab
from tests.support.fake_host import FakeHost, made, silent
from tests.support.fake_session import fake_clock

PODMAN_NETWORKS = [
    {
        "name": "podman",
        "id": "2f259bab93aa",
        "driver": "bridge",
        "network_interface": "podman0",
        "subnets": [{"subnet": "10.88.0.0/16", "gateway": "10.88.0.1"}],
        "ipam_options": {"driver": "host-local"},
    }
]
"""`docker network inspect` of podman 4."""
NO_ENGINE = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    here = FakeHost("docker", "vagrant", "ssh", "ssh-keygen", "ip", "apt-get", "dockerd", "iptables")
    here.install(monkeypatch)
    return here


def test_a_lab_has_its_own_router(tmp_path: Path, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(router, "LINKS", tmp_path)
    first, second = (LabFolder(tmp_path, numbered(example_lab(), number)) for number in (1, 2))
    with pytest.raises(MachineError, match=f"the lab's bridge {first.bridge} is not on this machine"):
        PROVIDER.router(first)
    for one in (first, second):
        (tmp_path / one.bridge).touch()
    found = [PROVIDER.router(one) for one in (first, second)]
    assert [str(one.address) for one in found] == ["172.16.255.254", "198.18.2.254"]
    assert len({one.client for one in found}) == 2
    assert host.calls == [], "nothing is made yet"


def test_release_removes_the_router_that_a_killed_drill_left(
    tmp_path: Path, host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(router, "NAMESPACES", tmp_path)
    left = router.names(digest(tmp_path))[0]
    (tmp_path / left).touch()
    PROVIDER.release(tmp_path)
    assert host.called("ip") == [["ip", "netns", "del", left]]
    assert not PROVIDER.remove_router(tmp_path / "another lab")


def test_networks() -> None:
    text = """[
      {"Name": "none", "Id": "0", "IPAM": {"Config": null}, "Options": {}, "Labels": {}},
      {"Name": "six", "Id": "6", "IPAM": {"Config": [{"Subnet": "fd00::/64"}]}, "Options": null},
      {"Name": "ha-lab-1", "Id": "123456789012345", "Labels": {"ha-lab.folder": "/labs/one"}, "Options": {},
       "IPAM": {"Config": [{"Subnet": "172.16.0.0/16"}]}},
      {"Name": "bridge", "Id": "2", "Labels": {}, "Options": {"com.docker.network.bridge.name": "docker0"},
       "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}}]"""
    lab, bridge = IPv4Network("172.16.0.0/16"), IPv4Network("172.17.0.0/16")
    assert docker_engine.parse_networks(text) == (
        EngineNetwork(
            "docker", "ha-lab-1", (lab,), "br-123456789012", "/labs/one", "docker network rm ha-lab-1"
        ),
        EngineNetwork("docker", "bridge", (bridge,), "docker0", remedy="docker network rm bridge"),
    )


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(PODMAN_NETWORKS),
        "<html>",
        "[3]",
        '{"message": "no"}',
        '[{"Name": "x"}]',
        '[{"Name": "x", "Id": "1", "IPAM": null}]',
        '[{"Name": "x", "Id": "1", "IPAM": {"Config": [{"Subnet": "nonsense"}]}}]',
    ],
)
def test_an_answer_of_another_shape_is_one_clear_error(text: str) -> None:
    with pytest.raises(MachineError, match="is not docker's") as caught:
        docker_engine.parse_networks(text)
    assert caught.value.exit_status == 3
    assert "podman" in caught.value.hint


@pytest.mark.parametrize(
    "said",
    [
        {"docker --version": "podman version 4.3.1\n"},
        {"docker version": "Client:       Podman Engine\nVersion:      4.3.1\n"},
        {
            "docker version": "Client: Docker Engine\n\nServer: linux/amd64\n Podman Engine:\n  Version: 4.3.1\n"
        },
    ],
    ids=["podman-docker", "podman's client", "docker's client with podman's engine"],
)
def test_podman_is_refused_before_anything_is_installed_or_made(
    host: FakeHost, tmp_path: Path, said: dict[str, str]
) -> None:
    host.said = {**said, "docker network inspect": json.dumps(PODMAN_NETWORKS)}
    with pytest.raises(MachineError, match="The docker command is podman's") as caught:
        PROVIDER.packages()
    assert caught.value.exit_status == 3
    with pytest.raises(MachineError, match="podman"):
        Machines(tmp_path, example_lab()).prepare("docker", "debian12", silent)
    assert not (tmp_path / ".lab" / "machines.yaml").exists()
    assert host.called("docker", "network", "create") == []


def test_podman_that_cannot_be_told_apart(host: FakeHost, tmp_path: Path) -> None:
    host.said = {"docker network ls": "podman\n", "docker network inspect": json.dumps(PODMAN_NETWORKS)}
    with pytest.raises(MachineError, match="is not docker's"):
        Machines(tmp_path, example_lab()).prepare("docker", "debian12", silent)


def test_the_engine_is_read_also_beside_warnings(host: FakeHost) -> None:
    version = {"Server": {"Version": "24.0.5", "Platform": {"Name": "Docker Engine - Community"}}}
    info = {"Driver": "overlay2", "CgroupVersion": "2", "SecurityOptions": ["name=rootless"]}
    host.said = {
        "docker version --format": f"WARNING: a plugin is broken (v1.2)\n{json.dumps(version)}\n",
        "docker info": json.dumps(info),
    }
    engine = docker_engine.read()
    assert engine is not None
    assert (engine.version, engine.storage, engine.cgroup) == ("24.0.5", "overlay2", "2")
    assert (engine.rootless, engine.podman) == (True, False)


def test_only_what_is_missing_is_installed(host: FakeHost) -> None:
    assert PROVIDER.packages() == ("mmdebstrap",), "an engine that answers needs no package"
    host.fails = "version"
    assert PROVIDER.packages() == ("mmdebstrap",), "its programs are here"
    host.programs -= {"dockerd", "iptables", "docker"}
    assert sorted(PROVIDER.packages()) == ["docker.io", "iptables", "mmdebstrap"]


def test_an_engine_that_answers_is_not_started(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(command, "start", lambda argv, output: started.append(argv))
    said: list[str] = []
    PROVIDER.start(said.append, fake_clock())
    assert (started, said) == ([], [])


def starting(host: FakeHost, monkeypatch: pytest.MonkeyPatch, systemd: bool, root: bool) -> list[list[str]]:
    """What starts a silent engine."""
    host.fails, started = "version", list[list[str]]()

    def start(argv: list[str], *rest: object, **more: object) -> None:
        started.append(argv)
        host.fails = ""

    monkeypatch.setattr(command, "start", start)
    monkeypatch.setattr(command, "as_root", start)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(Path, "is_dir", lambda self: systemd)
    say: Say = silent
    PROVIDER.start(say, fake_clock())
    return started


def test_a_silent_engine_is_started(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert starting(host, monkeypatch, systemd=True, root=False) == [["systemctl", "start", "docker"]]
    assert starting(host, monkeypatch, systemd=False, root=True) == [["dockerd"]]
    with pytest.raises(MachineError, match="only root can start it here") as caught:
        starting(host, monkeypatch, systemd=False, root=False)
    assert f"dockerd >{docker.ENGINE_LOG}" in caught.value.hint


def test_a_network_with_another_range_is_named(
    host: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_image, "present", lambda tag: True)
    host.network("ha-lab-of-before", "172.29.0.0/16", str(tmp_path))
    with pytest.raises(
        MachineError, match=r"of this lab has 172\.29\.0\.0/16, but lab\.yaml has 172\.16"
    ) as caught:
        Machines(tmp_path, example_lab()).prepare("docker", "debian12", silent)
    assert "./lab down" in caught.value.hint


@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "vmware_desktop"])
def test_a_lab_of_virtual_machines_never_asks_docker(host: FakeHost, tmp_path: Path, provider: str) -> None:
    host.fails, host.complaint = "docker", NO_ENGINE
    machines = Machines(tmp_path, example_lab(machine={"box": "mine"}))
    machines.prepare(provider, "debian12", silent)
    made(tmp_path, provider)
    assert machines.choose("auto").name == provider, "`up` with `auto` stays with the machines that are there"
    machines.prepare("auto", "auto", silent)
    (tmp_path / ".vagrant").rename(tmp_path / "gone")
    removal.remove(tmp_path, machines.destroy, silent)
    assert not machines.state.exists(), "the key and machines.yaml are gone"
    assert host.called("docker") == []


def test_a_lab_of_containers_is_not_forgotten_while_its_network_is_there(
    host: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_image, "present", lambda tag: True)
    machines = Machines(tmp_path, example_lab())
    machines.prepare("docker", "debian12", silent)
    host.fails, host.complaint = "docker", NO_ENGINE
    with pytest.raises(MachineError, match="Cannot connect to the Docker daemon"):
        machines.release()
    assert machines.choice.provider == "docker"
    host.fails = ""
    assert machines.release()
    assert host.networks == []
    host.programs.discard("docker")
    assert machines.release(), "without docker there is nothing of its own to remove"


PUBLISHED = '{"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"2200"}]}'


def test_where_ssh_reaches_the_containers(host: FakeHost) -> None:
    host.said["docker inspect -f {{json"] = f"{PUBLISHED}\n{PUBLISHED.replace('2200', '2222')}\n"
    found = PROVIDER.ssh_addresses({"node1": "a", "node2": "b"})
    assert found == {"node1": SshAddress("127.0.0.1", 2200), "node2": SshAddress("127.0.0.1", 2222)}
    [asked] = host.called("docker", "inspect")
    assert asked[-2:] == ["a", "b"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        PUBLISHED,
        f"{PUBLISHED}\n{{}}",
        f"{PUBLISHED}\nnull",
        f'{PUBLISHED}\n{{"22/tcp":null}}',
        f'{PUBLISHED}\n{{"22/tcp":[]}}',
        f"{PUBLISHED}\nno JSON",
        f'{PUBLISHED}\n{{"22/tcp":[{{"HostIp":"","HostPort":"2222"}}]}}',
        f'{PUBLISHED}\n{{"22/tcp":[{{"HostIp":"127.0.0.1","HostPort":"ssh"}}]}}',
    ],
)
def test_vagrant_is_asked_when_the_engine_does_not_tell(host: FakeHost, answer: str) -> None:
    host.said["docker inspect -f {{json"] = answer
    assert PROVIDER.ssh_addresses({"node1": "a", "node2": "b"}) is None


def test_vagrant_is_asked_when_a_container_is_missing(host: FakeHost) -> None:
    host.fails = "b"
    assert PROVIDER.ssh_addresses({"node1": "a", "node2": "b"}) is None


def test_the_engine_is_not_asked_for_containers_that_vagrant_has_not_made_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "run", lambda *_, **__: pytest.fail("there is no container to ask for"))
    assert PROVIDER.ssh_addresses({"node1": "a", "node2": "preparing"}) is None
