from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.centos6 import CENTOS6
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import node_image


def other_script(name: str) -> Callable[[pytest.MonkeyPatch, Path], None]:
    def change(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        for source in node_image.HERE.iterdir():
            (folder / source.name).write_bytes(source.read_bytes())
        (folder / name).write_text((folder / name).read_text() + "# changed\n")
        monkeypatch.setattr(node_image, "HERE", folder)

    return change


def other_init(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(node_image, "INIT", ("STOPSIGNAL SIGTERM",))


@pytest.mark.parametrize("system", [DEBIAN12, CENTOS9], ids=lambda system: system.name)
@pytest.mark.parametrize(
    "change", [other_script("node-init"), other_script("customize.sh"), other_init],
    ids=["node-init", "customize.sh", "init"],
)  # fmt: skip
def test_the_tag_changes_with_what_goes_in(
    system: Platform,
    change: Callable[[pytest.MonkeyPatch, Path], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    before = node_image.recipe(system).tag
    assert node_image.recipe(system).tag == before
    change(monkeypatch, tmp_path)
    assert node_image.recipe(system).tag != before


def of_image(platform: Platform, **changes: Any) -> Platform:
    """A platform with another image."""
    assert platform.image is not None
    return replace(platform, image=replace(platform.image, **changes))


@pytest.mark.parametrize(
    "changed",
    [
        replace(DEBIAN12, packages=(*DEBIAN12.packages, "vim")),
        replace(CENTOS9, packages=(*CENTOS9.packages, "vim")),
        of_image(DEBIAN12, packages=("vim",)),
        of_image(DEBIAN12, suite="trixie"),
        of_image(CENTOS9, packages=("vim",)),
        of_image(CENTOS9, reference="quay.io/centos/centos:stream10"),
        replace(CENTOS9, repository="true\n"),
    ],
)
def test_the_tag_changes_with_the_platform(changed: Platform) -> None:
    known = {"debian12": DEBIAN12, "centos9": CENTOS9}[changed.name]
    assert node_image.recipe(changed).tag != node_image.recipe(known).tag


def test_the_tag_is_for_people_too() -> None:
    assert node_image.recipe(DEBIAN12).tag.startswith("ha-lab-node:debian12-")


@pytest.mark.parametrize(
    ("wanted", "here", "answers", "platform", "why"),
    [
        ("auto", [], True, "centos9", "a container registry answers"),
        ("auto", [], False, "debian12", "no container registry answers"),
        ("auto", [DEBIAN12], True, "debian12", "already exists"),
        ("auto", [CENTOS9], False, "centos9", "already exists"),
        ("auto", [DEBIAN12, CENTOS9], False, "centos9", "already exists"),
        ("debian12", [CENTOS9], True, "debian12", "as asked for"),
        ("centos9", [DEBIAN12], False, "centos9", "as asked for"),
    ],
)
def test_choose(wanted: str, here: list[Platform], answers: bool, platform: str, why: str) -> None:
    tags = [node_image.recipe(system).tag for system in here]
    chosen, reason = node_image.choose(wanted, have=tags.__contains__, answers=lambda image: answers)
    assert chosen.name == platform
    assert why in reason
    assert "\n" not in reason


def test_the_dockerfile_needs_no_buildkit() -> None:
    """Debian's docker.io 20.10 builds without BuildKit and refuses `COPY --chmod`."""
    for line in node_image.dockerfile(CENTOS9, CENTOS9.image).splitlines():  # type: ignore[arg-type]
        assert not (line.startswith(("COPY", "RUN")) and "--" in line.split()[1]), line


def test_no_container_of_centos6() -> None:
    with pytest.raises(MachineError, match="no container image for platform centos6") as caught:
        node_image.choose("centos6", have=lambda tag: True, answers=lambda image: True)
    assert "virtualbox" in caught.value.hint
    assert CENTOS6.image is None


class Engine:
    """docker and mmdebstrap in memory: what was called, what fails, which tags there are."""

    def __init__(self, fails: str = "") -> None:
        self.fails, self.calls, self.tags = fails, list[list[str]](), set[str]()

    def run(self, argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(argv)
        if self.fails and self.fails in argv:
            return subprocess.CompletedProcess(argv, 7, "", "something broke\n")
        match argv[:2]:
            case ["docker", "image"]:
                return subprocess.CompletedProcess(argv, 0 if argv[-1] in self.tags else 1, "", "")
            case ["docker", "import"]:
                self.tags.add(argv[-1])
            case ["docker", "build"]:
                dockerfile = (Path(argv[-1]) / "Dockerfile").read_text()
                assert 'CMD ["/usr/local/sbin/node-init"]' in dockerfile
                self.tags.add(argv[argv.index("-t") + 1])
            case ["docker", "rmi"]:
                self.tags.discard(argv[-1])
            case ["mmdebstrap", _]:
                Path(argv[-1]).write_bytes(b"")
        return subprocess.CompletedProcess(argv, 0, "", "")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(subprocess, "run", made.run)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    return made


@pytest.mark.parametrize("system", [DEBIAN12, CENTOS9], ids=lambda system: system.name)
def test_build_once(system: Platform, engine: Engine) -> None:
    said: list[str] = []
    tag = node_image.build(system, said.append)
    assert engine.tags == {tag} == {node_image.recipe(system).tag}
    assert len(said) == 1, "one line says what takes so long"
    before = len(engine.calls)
    assert node_image.build(system, said.append) == tag
    assert (len(engine.calls) - before, len(said)) == (1, 1), "the second time only looks"


@pytest.mark.parametrize(
    ("system", "fails"),
    [(DEBIAN12, "mmdebstrap"), (DEBIAN12, "import"), (DEBIAN12, "build"), (CENTOS9, "build")],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_half_built_image_never_gets_the_tag(system: Platform, fails: str, engine: Engine) -> None:
    engine.fails = fails
    with pytest.raises(MachineError) as caught:
        node_image.build(system, lambda text: None)
    assert "something broke" in caught.value.message
    assert caught.value.hint
    assert engine.tags == set(), "and nothing is left behind"


def test_the_build_is_killed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
        if "build" in argv:
            raise KeyboardInterrupt
        return engine.run(argv, **more)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(KeyboardInterrupt):
        node_image.build(DEBIAN12, lambda text: None)
    assert node_image.recipe(DEBIAN12).tag not in engine.tags


def test_without_mmdebstrap(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(MachineError, match="mmdebstrap is missing"):
        node_image.build(DEBIAN12, lambda text: None)


def test_the_registry_is_the_images_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(url: str, timeout: float) -> Any:
        asked.append(url)
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", get)
    assert not node_image.registry_answers("registry.example.org/centos/centos:stream9")
    assert asked == ["https://registry.example.org/v2/"]
    for status, good in ((200, True), (401, True), (403, False), (502, False)):
        monkeypatch.setattr(requests, "get", lambda url, timeout, s=status: type("R", (), {"status_code": s}))
        assert node_image.registry_answers("registry.example.org/x") is good
