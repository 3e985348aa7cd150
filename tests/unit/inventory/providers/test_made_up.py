"""A provider in one file of its own is a provider: no other file knows its name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory import providers as package
from inventory.config.lab_yaml import load
from inventory.errors import ConfigError, MachineError
from inventory.host import survey
from inventory.host.doctor import findings
from inventory.host.install import ensure
from inventory.providers import registry
from inventory.providers.base import LabFolder
from inventory.providers.machines import Machines
from tests.support.example_lab import example_lab
from tests.support.fake_host import FakeHost, made, silent
from tests.support.rooms import ROOMS
from tests.support.vagrantfile import read

ROOT = Path(__file__).parents[4]
RUBY = shutil.which("ruby")
FILE = ROOT / "tests" / "support" / "providers" / "cloudlet.py"


@pytest.fixture(autouse=True)
def cloudlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registered in the one way that there is: its file is in a folder of the package's path."""
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(FILE.parent)])
    registry.providers.cache_clear()
    yield
    registry.providers.cache_clear()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    here = FakeHost("cloudletctl", "vagrant", "ssh", "ssh-keygen", "ip", "docker")
    here.said["vagrant plugin list"] = "1,x,plugin-name,vagrant-cloudlet\n"
    here.install(monkeypatch)
    return here


def test_lab_yaml_takes_it() -> None:
    assert load(ROOT / "lab.yaml", {"provider": "cloudlet"}).provider == "cloudlet"
    with pytest.raises(ConfigError, match="cloudlet"):
        load(ROOT / "lab.yaml", {"provider": "none-such"})


def test_auto_finds_it_in_its_turn(host: FakeHost) -> None:
    assert registry.names()[0] == "cloudlet"
    assert registry.choose("auto").name == "cloudlet"
    host.programs.discard("cloudletctl")
    assert registry.choose("auto").name == "docker"


def doctor(lab_yaml: dict[str, object]) -> dict[str, str]:
    lab = load(ROOT / "lab.yaml", lab_yaml)
    everyone, chosen = tuple(registry.providers().values()), registry.choose(lab.provider)
    facts = survey.read(ROOT, lab, everyone, chosen)
    facts = replace(facts, memory_mb=8_000, disk_mb=80_000)
    return {
        one.name: f"{one.level}: {one.found} -> {one.remedy}"
        for one in findings(facts, lab, "debian12", chosen, everyone)
    }


def test_the_doctor_judges_it(host: FakeHost) -> None:
    found = doctor({})
    assert "cloudlet (the first that is here); here: cloudlet, docker" in found["provider"]
    assert found["cloudlet"].startswith("ok")
    assert found["memory"].startswith("ok: 8000 MB free; the nodes need 2048 MB")
    assert "platform" not in found, "it has a box of its own for every platform"
    assert found["network"].startswith("ok")


def test_the_doctor_knows_its_networks(host: FakeHost) -> None:
    host.said["cloudletctl networks"] = "shop=172.16.4.0/24\n"
    assert "the Cloudlet network shop (172.16.4.0/24) uses" in doctor({})["network"]
    assert "cloudletctl rm shop" in doctor({})["network"]
    nodes = {"nodes.0.address": "10.77.0.15", "nodes.1.address": "10.77.0.16", "vip": "10.77.0.11"}
    taken = doctor({"network": "10.77.0.0/24", **nodes})["network"]
    assert "which Cloudlet uses in each machine" in taken


def test_it_prepares_boots_and_is_removed(host: FakeHost, tmp_path: Path) -> None:
    machines = Machines(tmp_path, example_lab())
    ensure(machines.choose("auto"), silent)
    choice = machines.prepare("auto", "auto", silent)
    assert (choice.provider, choice.platform) == ("cloudlet", "centos9")
    assert host.called("cloudletctl", "add", machines.folder.network)
    assert machines.is_own("cloud-7")
    assert not machines.is_own("eth0")
    made(tmp_path, "cloudlet")
    host.said["cloudletctl running"] = "id-of-node2\n"
    assert list(machines.running().values()) == [False, True]
    node = machines.lab.node1
    machines.power_off(node)
    assert host.calls[-1] == ["cloudletctl", "kill", "id-of-node1"]
    with pytest.raises(MachineError, match="no command for freeze"):
        machines.freeze(node)
    assert machines.provider.power.lacks("freeze") == "a cloudlet never freezes"
    (tmp_path / ".vagrant").rename(tmp_path / "gone")
    assert machines.release()
    assert host.calls[-1] == ["cloudletctl", "clean", str(tmp_path)]


def test_the_vagrantfile_is_told_all_of_it(host: FakeHost, tmp_path: Path) -> None:
    settings = Machines(tmp_path, example_lab()).prepare("cloudlet", "debian12", silent).vagrant
    assert settings.provider == {"flavour": "small-1024", "labels": {"lab": "magedu"}}
    assert settings.network["netmask"] == "255.255.0.0"
    assert (settings.box, settings.box_url) == ("cloudlet/debian12", "https://boxes.example.org/")


@pytest.mark.skipif(RUBY is None, reason="there is no ruby here")
def test_the_vagrantfile_sets_all_of_it(
    host: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Machines(tmp_path, example_lab())
    lab.prepare("cloudlet", "debian12", silent)
    monkeypatch.undo()
    found = read(tmp_path)
    assert (found["box"], found["box_url"]) == ("cloudlet/debian12", "https://boxes.example.org/")
    node = found["machines"]["node2"]
    assert node["provider cloudlet"] == {"flavour": "small-1024", "labels": {"lab": "magedu"}}
    assert node["ssh"] == {"insert_key": False}
    assert node["network"] == {
        "kind": "private_network",
        "ip": "172.16.100.16",
        "cloudlet__net": lab.folder.network,
        "netmask": "255.255.0.0",
    }


def test_no_other_file_knows_its_name() -> None:
    sources = [path for folder in ROOMS for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 100
    texts = [*sources, ROOT / "Vagrantfile", ROOT / "lab.yaml"]
    assert [path for path in texts if "cloudlet" in path.read_text().lower()] == []


def test_it_has_no_router_and_nothing_of_one_is_left(tmp_path: Path) -> None:
    one = registry.get("cloudlet")
    with pytest.raises(MachineError, match="with the provider cloudlet the lab has no router"):
        one.router(LabFolder(tmp_path, example_lab()))
    assert not one.remove_router(tmp_path)
