"""What the Vagrantfile makes of .lab/machines.yaml: read by ruby, with a stub in the place of Vagrant."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from inventory.platforms.debian import DEBIAN12
from inventory.providers import choice, registry
from inventory.providers.base import LabFolder
from inventory.providers.choice import Choice
from tests.support.example_lab import NODE1, example_lab
from tests.support.vagrantfile import read

pytestmark = pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")
CHOSEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "virtualbox": ({"memory": 1024, "cpus": 1, "linked_clone": True}, {"netmask": "255.255.0.0"}),
    "libvirt": (
        {"memory": 1024, "cpus": 1},
        {
            "libvirt__netmask": "255.255.0.0",
            "libvirt__network_name": "ha-lab-",
            "libvirt__dhcp_enabled": False,
        },
    ),
    "vmware_desktop": ({"vmx": {"memsize": "1024", "numvcpus": "1"}}, {"netmask": "255.255.0.0"}),
}
"""By provider: the attributes of its block, the options of the nodes' network."""


def decide(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> LabFolder:
    """Write what `prepare` decides for a provider of virtual machines."""
    of = LabFolder(folder, example_lab())
    settings = registry.get(name).prepare(of, DEBIAN12, "ssh-ed25519 AAAA", lambda text: None)
    nodes = [{"alias": one.alias, "name": one.name, "address": str(one.address)} for one in of.lab.nodes]
    made = Choice(name, "debian12", of.network, of.bridge, "why", nodes, settings)
    choice.write(folder / ".lab" / "machines.yaml", made)
    return of


@pytest.mark.parametrize("name", CHOSEN)
def test_virtual_machines(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = decide(tmp_path, name, monkeypatch)
    found = read(tmp_path)
    attributes, network = CHOSEN[name]
    assert (found["box"], found["boot_timeout"]) == (DEBIAN12.boxes[name], 600)
    assert list(found["machines"]) == ["node1", "node2"]
    node = found["machines"]["node1"]
    assert node["hostname"] == NODE1
    assert node[f"provider {name}"] == attributes
    wanted = {"kind": "private_network", "ip": "172.16.100.15", **network}
    assert node["network"] == {
        key: of.network if value == "ha-lab-" else value for key, value in wanted.items()
    }
    assert node["ssh"] == {}, "Vagrant's own key is used"


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
    assert found["boot_timeout"] == 90
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
