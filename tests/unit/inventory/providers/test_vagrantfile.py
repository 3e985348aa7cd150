"""What the Vagrantfile makes of .lab/machines.yaml: read by ruby, with a stub in the place of Vagrant."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.config.numbered import numbered
from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.boxes import Box
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import choice, libvirt, libvirt_network, own_box, registry, vagrant_boxes
from inventory.providers.base import LabFolder
from inventory.providers.choice import Choice
from tests.support.example_lab import NODE1, example_lab
from tests.support.vagrantfile import read

pytestmark = pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")
CHOSEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "virtualbox": ({"memory": 1024, "cpus": 1, "linked_clone": True}, {"netmask": "255.255.0.0"}),
    "libvirt": (
        {
            **{"memory": 1024, "cpus": 1, "driver": "kvm", "disk_driver_opts": {"cache": "unsafe"}},
            **{"default_prefix": "ha-lab--", "qemu_use_session": False},
        },
        {
            "libvirt__netmask": "255.255.0.0",
            "libvirt__network_name": "ha-lab-",
            "libvirt__dhcp_enabled": False,
            "libvirt__forward_mode": "none",
            "libvirt__always_destroy": False,
        },
    ),
    "vmware_desktop": ({"vmx": {"memsize": "1024", "numvcpus": "1"}}, {"netmask": "255.255.0.0"}),
}
"""By provider: the attributes of its block, the options of the nodes' network."""
said: list[str] = []
networks: list[tuple[Any, ...]] = []


@pytest.fixture(autouse=True)
def a_host_with_kvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libvirt, "access", lambda *paths: "ok")
    monkeypatch.setattr(libvirt, "text_of", lambda path: "flags : fpu vmx")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(libvirt_network, "ensure", lambda *of: networks.append(of))


def decide(folder: Path, name: str, platform: Platform = CENTOS9, **machine: object) -> LabFolder:
    """Write what `prepare` decides for a provider of virtual machines; `machine` are settings of lab.yaml."""
    of = LabFolder(folder, example_lab(machine=machine))
    settings = registry.get(name).prepare(of, platform, "ssh-ed25519 AAAA", said.append)
    nodes = [{"alias": one.alias, "name": one.name, "address": str(one.address)} for one in of.lab.nodes]
    made = Choice(name, platform.name, of.network, of.bridge, "why", nodes, settings)
    choice.write(folder / ".lab" / "machines.yaml", made)
    return of


@pytest.mark.parametrize("name", CHOSEN)
def test_virtual_machines(name: str, tmp_path: Path) -> None:
    of = decide(tmp_path, name, box="mine", box_url="https://boxes.example.org/mine.box")
    found = read(tmp_path)
    attributes, network = CHOSEN[name]
    assert (found["box"], found["box_url"]) == ("mine", "https://boxes.example.org/mine.box")
    assert "box_download_checksum" not in found, "none is known"
    assert (found["boot_timeout"], found["graceful_halt_timeout"]) == (600, 60)
    assert list(found["machines"]) == ["node1", "node2"]
    node = found["machines"]["node1"]
    assert node["hostname"] == NODE1
    names = {"ha-lab-": of.network, "ha-lab--": f"{of.network}-"}
    named = {"name": f"{of.network}-node1"} if name == "virtualbox" else {}
    assert node[f"provider {name}"] == {
        **{key: names.get(str(value), value) for key, value in attributes.items()},
        **named,
    }
    wanted = {"kind": "private_network", "ip": "172.16.100.15", **network}
    assert node["network"] == {key: names.get(str(value), value) for key, value in wanted.items()}
    assert node["ssh"] == {}, "Vagrant's own key is used"


@pytest.mark.parametrize("name", ["virtualbox", "libvirt"])
def test_a_platforms_box_is_downloaded_from_its_url(name: str, tmp_path: Path) -> None:
    decide(tmp_path, name)
    found, box = read(tmp_path), CENTOS9.boxes[name]
    assert (found["box"], found["box_url"]) == (box.name, box.url)
    assert box.url.startswith("https://")


def test_a_box_with_a_checksum(tmp_path: Path) -> None:
    checked = replace(CENTOS9, boxes={"libvirt": Box("a", "https://boxes.example.org/a.box", "f" * 64)})
    decide(tmp_path, "libvirt", checked)
    found = read(tmp_path)
    assert (found["box_download_checksum"], found["box_download_checksum_type"]) == ("f" * 64, "sha256")


@pytest.mark.parametrize(
    ("url", "downloaded"),
    [
        ("boxes/mine.box", "{folder}/boxes/mine.box"),
        ("file:///srv/mine.box", "file:///srv/mine.box"),
        ("", None),
    ],
)
def test_a_box_of_lab_yaml(url: str, downloaded: str | None, tmp_path: Path) -> None:
    (tmp_path / "boxes").mkdir()
    (tmp_path / "boxes" / "mine.box").touch()
    decide(tmp_path, "libvirt", DEBIAN12, box="mine", box_url=url, cpus=2)
    found = read(tmp_path)
    assert found["box"] == "mine"
    assert found.get("box_url") == (downloaded.format(folder=tmp_path) if downloaded else None)
    assert found["machines"]["node1"]["provider libvirt"]["cpus"] == 2


def test_the_file_of_a_box_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    with pytest.raises(MachineError, match=r"mine.box: there is no such file"):
        decide(tmp_path, "libvirt", DEBIAN12, box="mine", box_url="mine.box")
    kept = tmp_path / "home/boxes/mine/0/libvirt/metadata.json"
    kept.parent.mkdir(parents=True)
    kept.touch()
    decide(tmp_path, "libvirt", DEBIAN12, box="mine", box_url="mine.box")


def test_the_boxes_that_vagrant_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path))
    assert vagrant_boxes.names("libvirt") == frozenset()
    for place in ("a-VAGRANTSLASH-b/0/libvirt", "c/1.2/amd64/libvirt", "d/0/virtualbox"):
        (tmp_path / "boxes" / place).mkdir(parents=True)
        (tmp_path / "boxes" / place / "metadata.json").touch()
    (tmp_path / "boxes" / "e/0/libvirt").mkdir(parents=True)
    assert vagrant_boxes.names("libvirt") == {"a/b", "c"}
    assert vagrant_boxes.names("virtualbox") == {"d"}


@pytest.mark.parametrize(("system", "own"), [("linux", False), ("darwin", True)])
@pytest.mark.parametrize("name", ["virtualbox", "vmware_desktop"])
def test_the_interfaces_of_macos(name: str, system: str, own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert registry.get(name).is_own("bridge100", "halab-1") is own
    assert not registry.get(name).is_own("bridge", "halab-1")
    assert not registry.get(name).is_own("en0", "halab-1")


@pytest.mark.parametrize("name", ["libvirt", "virtualbox"])
def test_a_box_that_this_lab_makes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    form = registry.get(name).box_format
    assert form is not None
    own, made = own_box.target(DEBIAN12, form), list[str]()
    monkeypatch.setattr(
        own_box, "make", lambda platform, forms, say: made.extend(one.provider for one in forms)
    )
    decide(tmp_path, name, DEBIAN12)
    found = read(tmp_path)
    assert (made, found["box"], found["box_url"]) == ([name], own.name, f"file://{own.path}")
    box = tmp_path / "home/boxes" / own.name.replace("/", "-VAGRANTSLASH-") / f"0/{name}/metadata.json"
    box.parent.mkdir(parents=True)
    box.write_text("{}")
    decide(tmp_path, name, DEBIAN12)
    found = read(tmp_path)
    assert (made, found["box"]) == ([name], own.name), "Vagrant's copy is enough"
    assert "box_url" not in found


@pytest.mark.parametrize("kvm", ["ok", "denied", "absent", "useless"])
@pytest.mark.parametrize("driver", ["auto", "kvm", "qemu"])
def test_the_driver_of_libvirt(
    kvm: str, driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libvirt, "access", lambda *paths: "ok" if kvm == "useless" else kvm)
    if kvm == "useless":  # a kernel whose KVM is for guests of its own kind has the device too
        monkeypatch.setattr(libvirt, "text_of", lambda path: "flags : fpu hypervisor")
    said.clear()
    decide(tmp_path, "libvirt", driver=driver)
    chosen = read(tmp_path)["machines"]["node2"]["provider libvirt"]["driver"]
    assert chosen == ({"ok": "kvm"}.get(kvm, "qemu") if driver == "auto" else driver)
    model = read(tmp_path)["machines"]["node2"]["provider libvirt"].get("cpu_model")
    assert model == ("qemu64" if chosen == "qemu" else None)
    assert bool(said) is (chosen == "qemu"), "the cost of emulation is told"
    assert all("emulated by qemu: a boot takes" in text for text in said)


def test_containers(tmp_path: Path) -> None:
    text = """
        provider: docker
        nodes: [{alias: node1, name: node1.x.org, address: 10.0.0.15}]
        vagrant:
          provider: {image: i, has_ssh: true, env: {LAB_KEY: k}, create_args: [--cap-add=NET_RAW]}
          network: {name: ha-lab-1, netmask: "16"}
          ssh: {private_key_path: .lab/key, insert_key: false}
          box: ""
          box_url: ""
          boot_timeout: 90
    """
    found = read(tmp_path, text=text)
    assert "box" not in found, "an empty text is true in Ruby"
    assert "box_url" not in found
    assert (found["boot_timeout"], found["graceful_halt_timeout"]) == (90, 60)
    [node] = found["machines"].values()
    assert node["provider docker"] == {
        "image": "i",
        "has_ssh": True,
        "env": {"LAB_KEY": "k"},
        "create_args": ["--cap-add=NET_RAW"],
    }
    assert node["network"] == {
        "kind": "private_network", "ip": "10.0.0.15", "name": "ha-lab-1", "netmask": "16",
    }  # fmt: skip
    assert node["ssh"] == {"private_key_path": ".lab/key", "insert_key": False}


@pytest.mark.parametrize("text", ["", "- a\n", "{}\n"])
def test_before_the_first_up_only_the_names_are_known(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text=text)
    assert found["machines"] == {
        "node1": {"hostname": "node1.magedu.com"},
        "node2": {"hostname": "node2.magedu.com"},
    }


def test_only_by_hand_vagrant_calls_the_lab(tmp_path: Path) -> None:
    assert "triggers" not in read(tmp_path)
    assert read(tmp_path, by_hand=True)["triggers"] == ["up", "destroy"]


@pytest.mark.parametrize(
    ("words", "default", "prepared"),
    [
        (["up"], "", "prepare"),
        (["up", "--provider=libvirt"], "", "prepare --provider libvirt"),
        (["up", "--provider", "virtualbox"], "", "prepare --provider virtualbox"),
        (["up"], "libvirt", "prepare --provider libvirt"),
        (["up", "--provider=virtualbox"], "libvirt", "prepare --provider virtualbox"),
        (["status"], "libvirt", ""),
    ],
)
def test_vagrant_up_by_hand_prepares_for_the_provider_that_it_is_told(
    words: list[str], default: str, prepared: str, tmp_path: Path
) -> None:
    tool = tmp_path / "lab"
    nodes = '[{"alias": "node1", "name": "node1.example.com"}]'
    tool.write_text(f"#!/bin/sh\n[ $1 = nodes ] && echo '{nodes}' || echo $@ >> {tmp_path}/calls\n")
    tool.chmod(0o755)
    read(tmp_path, by_hand=True, words=words, default=default)
    calls = tmp_path / "calls"
    assert (calls.read_text().strip() if calls.exists() else "") == prepared


def test_another_lab_of_the_folder(tmp_path: Path) -> None:
    home = tmp_path / ".labs" / "2"
    first, second = (LabFolder(tmp_path, numbered(example_lab(), number)) for number in (1, 2))
    for of in (first, second):
        settings = registry.get("virtualbox").prepare(of, CENTOS9, "ssh-ed25519 AAAA", said.append)
        rows = [{"alias": one.alias, "name": one.name, "address": str(one.address)} for one in of.lab.nodes]
        made = Choice("virtualbox", "centos9", of.network, of.bridge, "why", rows, settings)
        choice.write(of.home / ".lab" / "machines.yaml", made)
    found = {of.lab.number: read(tmp_path, home=of.home)["machines"]["node1"] for of in (first, second)}
    assert [found[number]["network"]["ip"] for number in (1, 2)] == ["172.16.100.15", "198.18.2.15"]
    names = [found[number]["provider virtualbox"]["name"] for number in (1, 2)]
    assert names == [f"{first.network}-node1", f"{second.network}-node1"]
    assert names[0] != names[1]
    assert second.home == home


def test_vagrant_by_hand_begins_anew_with_the_state_of_lab_2(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "vagrant"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "{\\"with\\": \\"$LAB_HOME $VAGRANT_DOTFILE_PATH $*\\"}"\n')
    program.chmod(0o755)
    found = read(tmp_path, by_hand=True, words=["status", "node1"], lab="2", path=program.parent)
    home = tmp_path / ".labs" / "2"
    assert found == {"with": f"{home} {home}/.vagrant status node1"}
