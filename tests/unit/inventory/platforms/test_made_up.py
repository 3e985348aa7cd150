"""A platform in one file of its own is a platform: no other file knows its name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from classroom.exercises import for_platform
from drill.faults.base import FaultScope
from drill.faults.registry import FAULTS
from inventory import platforms as package
from inventory.config.lab_yaml import load
from inventory.errors import ConfigError, MachineError
from inventory.host import survey
from inventory.host.doctor import findings
from inventory.platforms import registry
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry as providers
from inventory.providers.machines import Machines
from inventory.session import LabSession
from provision import texts
from provision.plan import plan
from provision.steps.registry import STEPS
from tests.support.changed_facts import found
from tests.support.example_lab import example_lab
from tests.support.fake_host import FakeHost, silent
from tests.support.fake_session import fake_session
from tests.support.rooms import ROOMS
from tests.support.vagrantfile import read

ROOT = Path(__file__).parents[4]
FILE = ROOT / "tests" / "support" / "platforms" / "nowherix.py"
NAME = "nowherix1"
OTHERS = tuple(PLATFORMS)


@pytest.fixture
def nowherix(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registered in the one way that there is: its file is in a folder of the package's path."""
    with monkeypatch.context() as changed:
        changed.setattr(package, "__path__", [*package.__path__, str(FILE.parent)])
        registry.collect()
        yield
    registry.collect()


class ImageHost(FakeHost):
    """A host on which mmdebstrap makes its file, and docker an image."""

    def answer(self, argv: list[str]) -> str:
        if argv[:2] == ["docker", "build"]:
            self.fails = ""
        if argv[0] == "mmdebstrap":
            Path(argv[-1]).write_bytes(b"")
        return super().answer(argv)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, nowherix: None) -> FakeHost:
    here = ImageHost("docker", "vagrant", "mmdebstrap", "ssh", "ssh-keygen", "ip", "virsh")
    here.said["docker version"] = '{"Server": {"Version": "24.0.7"}}'
    here.said["docker info"] = '{"Driver": "overlay2", "CgroupVersion": "2"}'
    here.install(monkeypatch)
    return here


def test_it_is_gone_again() -> None:
    assert tuple(PLATFORMS) == OTHERS
    assert NAME not in OTHERS


@pytest.mark.usefixtures("nowherix")
def test_the_registry_has_it_in_its_place() -> None:
    assert tuple(PLATFORMS) == (NAME, *OTHERS)
    assert registry.get(NAME).title == "Nowherix 1"
    assert NAME not in {one.name for use in ("containers", "machines") for one in registry.automatic(use)}


@pytest.mark.usefixtures("nowherix")
def test_lab_yaml_takes_it() -> None:
    assert load(ROOT / "lab.yaml", {"platform": NAME}).platform == NAME
    with pytest.raises(ConfigError, match=f"auto, {NAME}, {', '.join(OTHERS)}"):
        load(ROOT / "lab.yaml", {"platform": "none-such"})


def test_without_its_file_lab_yaml_refuses_it() -> None:
    with pytest.raises(ConfigError, match=f"allowed: auto, {', '.join(OTHERS)}"):
        load(ROOT / "lab.yaml", {"platform": NAME})


def doctor(provider: str) -> dict[str, str]:
    lab = load(ROOT / "lab.yaml", {"platform": NAME, "provider": provider})
    everyone, chosen = tuple(providers.providers().values()), providers.choose(lab.provider)
    facts = replace(survey.read(ROOT, lab, everyone, chosen), memory_mb=8_000, disk_mb=80_000)
    return {
        one.name: f"{one.level}: {one.found} -> {one.remedy}"
        for one in findings(facts, lab, NAME, chosen, everyone)
    }


def test_the_doctor_judges_it(host: FakeHost) -> None:
    found = doctor("docker")
    assert "platform" not in found, "it has an image"
    assert found["image"].startswith(f"ok: the node image of {NAME} is here")
    host.fails = "image"
    assert "mmdebstrap can make it" in doctor("docker")["image"]
    host.programs.discard("mmdebstrap")
    assert doctor("docker")["image"].startswith("bad: no node image yet, and mmdebstrap is missing")


def test_the_doctor_knows_its_boxes(host: FakeHost) -> None:
    assert "platform" not in doctor("libvirt")
    missing = doctor("virtualbox")["platform"]
    assert missing.startswith(f"bad: {NAME} has no box for virtualbox, only for libvirt")
    assert missing.endswith("--platform centos9")


def test_containers_of_it_are_prepared(host: FakeHost, tmp_path: Path) -> None:
    host.fails = "image"
    machines = Machines(tmp_path, example_lab(platform=NAME))
    choice = machines.prepare("docker", NAME, silent)
    assert (choice.platform, choice.why) == (NAME, f"platform {NAME}, as asked for")
    assert machines.choice.platform_data is PLATFORMS[NAME]
    [bootstrap] = host.called("mmdebstrap")
    assert "--include=runit,openssh-server,corosync,pacemaker,pcs,tinyweb" in bootstrap
    assert bootstrap[-2] == "nowhere", "the suite"
    assert choice.vagrant.provider["image"].startswith(f"ha-lab-node:{NAME}-")


def test_virtual_machines_of_it_are_prepared(host: FakeHost, tmp_path: Path) -> None:
    machines = Machines(tmp_path, example_lab(platform=NAME))
    assert machines.prepare("libvirt", NAME, silent).vagrant.box == "nowhere/nowherix1"
    with pytest.raises(MachineError, match=f"{NAME} has no box for virtualbox"):
        Machines(tmp_path / "other", example_lab(platform=NAME)).prepare("virtualbox", NAME, silent)


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")
def test_the_vagrantfile_reads_it(host: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Machines(tmp_path, example_lab(platform=NAME)).prepare("libvirt", NAME, silent)
    monkeypatch.undo()
    found = read(tmp_path)
    assert (found["box"], found["box_url"]) == ("nowhere/nowherix1", "https://boxes.example.org/1.box")
    assert (found["box_download_checksum"], found["box_download_checksum_type"]) == ("0" * 64, "sha256")


@pytest.mark.usefixtures("nowherix")
def test_the_plan_is_in_its_words() -> None:
    session, facts = found(NAME, {"from": "fresh"})
    assert set(facts.of(session.lab.node1).missing) == {"corosync", "pacemaker", "pcs", "tinyweb"}
    node1 = session.lab.node1.name
    parts = plan(session, facts).steps
    lines = [command.line for one in parts for command in one.commands if command.node == node1]
    for line in (
        "hostname node1.magedu.com && echo node1.magedu.com > /etc/HOSTNAME",
        "nopkg trust cluster",
        "nopkg sync",
        "nopkg add corosync pacemaker pcs tinyweb",
        "sv-manager stop corosync",
        "sv-manager stop tinyweb",
    ):
        assert line in lines
    assert any("# make_root_key.sh\nkey_type=ecdsa\n" in line for line in lines)


@pytest.mark.usefixtures("nowherix")
def test_its_running_nodes_need_only_what_it_says() -> None:
    changes = {"firewall": ["cluster"], "web_restarted": True, "at_boot": ["corosync"], "page": ""}
    _, facts = found("debian12", {"node1": changes})
    other = fake_session(NAME)
    lines = [command.line for step in STEPS for command in step.commands(other, facts)]
    assert "nowall open cluster" in lines
    assert "sv-manager disable corosync" in lines
    assert "echo no > /etc/sv/tinyweb/restart" in lines
    assert any("/srv/web/index.html" in line for line in lines)


def words_of(session: LabSession) -> Iterator[str]:
    yield from texts.placeholders(session).values()
    for fault in FAULTS.values():
        scope = FaultScope(session, session.lab.node1)
        yield from (action.script for action in fault.inject(scope))
        yield from (repr(remedy(scope)) for remedy in fault.remedies)


@pytest.mark.usefixtures("nowherix")
def test_faults_and_texts_are_in_its_words() -> None:
    told = "\n".join(words_of(fake_session(NAME)))
    for word in (
        "sv-manager start pacemaker-daemon",
        "cluster_process=pacemaker-main",
        "sv check corosync",
        "/etc/tinyweb.d/",
    ):
        assert word in told
    assert not re.search(r"systemctl|apache2|httpd", told), "words of other systems"


@pytest.mark.usefixtures("nowherix")
def test_the_classroom_knows_what_it_can_break() -> None:
    names = {one.name for one in for_platform(fake_session(NAME).platform)}
    assert {"web-revived", "two-node-once"} <= names


def test_a_name_is_there_only_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(
        "from dataclasses import replace\nfrom inventory.platforms.debian import DEBIAN12\n"
        "AGAIN = replace(DEBIAN12, title='another')\n"
    )
    with monkeypatch.context() as changed:
        changed.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        with pytest.raises(ConfigError, match="two platforms are called debian12"):
            registry.collect()
    assert tuple(PLATFORMS) == OTHERS, "the platforms are as before"


def sources() -> list[Path]:
    """All that the product reads as code, but for the platforms' own room."""
    own = ROOT / "inventory" / "platforms"
    files = [
        path
        for folder in ROOMS
        for kind in ("*.py", "*.sh")
        for path in (ROOT / folder).rglob(kind)
        if own not in path.parents
    ]
    assert len(files) > 100
    return [*files, ROOT / "Vagrantfile", ROOT / "lab", ROOT / "conftest.py"]


def test_no_other_file_knows_a_platforms_name() -> None:
    names = re.compile("|".join([NAME, *PLATFORMS]), re.IGNORECASE)
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if names.search(line)
    ]
    assert lines == [], "what differs between systems belongs to inventory/platforms"


def test_no_other_file_asks_which_platform_it_is() -> None:
    asked = re.compile(
        r"(platform(_data)?\.(name|corosync|pcs)|(packet_filter|services)\.name) *(==|!=|in\b)|\.family\b"
    )
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if asked.search(line)
    ]
    assert lines == [], "ask the platform for what is wanted, by a method or a field"
