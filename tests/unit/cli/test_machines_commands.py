"""prepare, down and released, typed as a person types them: exit status, messages, and what is left in the folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from classroom import attempts
from inventory.host import install
from inventory.platforms.base import Platform
from inventory.providers import own_box
from inventory.providers.box_formats import BoxFormat
from inventory.providers.own_box import OwnBox
from inventory.providers.vagrant_program import VagrantProgram
from tests.support.attempts import begun
from tests.support.fake_host import FakeHost, made
from tests.support.lab_command import lab

ROOT = Path(__file__).parents[3]
NO_ENGINE = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
)


def test_down_of_virtual_machines_while_docker_is_off(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroyed: list[str | None] = []
    monkeypatch.setattr(VagrantProgram, "destroy", lambda self, alias=None: destroyed.append(alias))
    host.fails, host.complaint = "docker", NO_ENGINE
    assert lab(folder, monkeypatch, "prepare", "--provider", "virtualbox") == 0
    assert (folder / ".lab" / "key").exists()
    assert lab(folder, monkeypatch, "down") == 0
    assert destroyed == [None], "an `up` that failed leaves disks without an id, and the next `up` fails then"
    assert not (folder / ".lab").exists()
    assert host.called("docker") == []


def test_podman_is_one_message(
    host: FakeHost,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    host.said = {"docker network ls": "podman\n", "docker network inspect": '[{"name": "podman"}]'}
    host.programs |= {"mmdebstrap", "dockerd", "iptables"}
    assert lab(folder, monkeypatch, "prepare", "--provider", "docker") == 3
    said = capsys.readouterr().err
    assert "`docker network inspect` is not docker's" in said
    assert "Traceback" not in said
    host.said = {"docker --version": "podman version 4.3.1\n"}
    assert lab(folder, monkeypatch, "prepare", "--provider", "docker") == 3
    assert "The docker command is podman's" in capsys.readouterr().err


def test_the_range_of_the_nat_is_refused(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "lab.yaml").read_text().replace("172.16.0.0/16", "10.0.2.0/24")
    for name in ("15", "16", "11"):
        text = text.replace(f"172.16.100.{name}", f"10.0.2.1{name}")
    (folder / "lab.yaml").write_text(text)
    assert lab(folder, monkeypatch, "prepare", "--provider", "virtualbox") == 3
    assert "10.0.2.0/24 overlaps 10.0.2.0/24, which VirtualBox uses" in capsys.readouterr().err


def test_the_last_machine_takes_the_exercise_with_it(
    host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lab(folder, monkeypatch, "prepare", "--provider", "virtualbox") == 0
    made(folder, "virtualbox")
    state = folder / ".lab"
    begun(folder, "no-order")
    (state / "notes").write_text("mine")
    assert lab(folder, monkeypatch, "released") == 0
    assert attempts.under_way(folder), "its machines are there"
    shutil.rmtree(folder / ".vagrant")
    assert lab(folder, monkeypatch, "released") == 0
    assert attempts.under_way(folder) is None, "what was broken is gone with the machines"
    left = {path.name for path in state.iterdir()}
    assert "notes" in left
    assert not left & {"machines.yaml", "key", "key.pub", "ssh_config"}


def test_tests_run_on_the_terminal(host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    (folder / "tox.ini").touch()

    def run(argv: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(argv)
        return subprocess.CompletedProcess(argv, 4)

    monkeypatch.setattr(host, "run", run)
    host.install(monkeypatch)
    words = ["-e", "unit", "--", "-k", "stickiness", "--", "-x"]
    assert lab(folder, monkeypatch, "test", *words) == 4
    assert ran[-1][1:] == ["-m", "tox", *words], "the words go to tox as they were typed"


def test_box(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    asked: list[str] = []

    def make(platform: Platform, forms: list[BoxFormat], say: object) -> list[OwnBox]:
        asked.extend(form.provider for form in forms)
        return [own_box.target(platform, form) for form in forms]

    monkeypatch.setattr(own_box, "make", make)
    monkeypatch.setattr(install, "ensure_packages", lambda packages, say: None)
    assert lab(folder, monkeypatch, "box", "debian12") == 0
    said = capsys.readouterr()
    assert asked == ["virtualbox", "libvirt"]
    assert [Path(line).name.rsplit("-", 1)[1] for line in said.out.split()] == [
        "virtualbox.box",
        "libvirt.box",
    ]
    assert "The box for virtualbox was checked by the rules of its format, but never booted" in said.err
    asked.clear()
    assert lab(folder, monkeypatch, "box", "--provider", "libvirt") == 0
    assert asked == ["libvirt"]
    assert "never booted" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("centos9",), (3, "There is no recipe for a box of centos9")),
        (("debian12", "--provider", "docker"), (2, "The lab makes no box for docker")),
        (("debian99",), (2, "there is no platform 'debian99'")),
    ],
)
def test_a_box_that_the_lab_does_not_make(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    answer: tuple[int, str],
) -> None:
    monkeypatch.setattr(install, "ensure_packages", lambda packages, say: None)
    assert lab(folder, monkeypatch, "box", *words) == answer[0]
    assert answer[1] in capsys.readouterr().err
