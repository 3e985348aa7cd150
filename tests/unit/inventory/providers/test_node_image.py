from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.providers import image_registry, node_image
from tests.support.image_engine import ImageEngine


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
        of_image(DEBIAN12, mirrors=("http://deb.debian.org/debian",)),
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


def test_the_dockerfile_needs_no_buildkit() -> None:
    """Debian's docker.io 20.10 builds without BuildKit and refuses `COPY --chmod`."""
    for line in node_image.dockerfile(CENTOS9, CENTOS9.image).splitlines():  # type: ignore[arg-type]
        assert not (line.startswith(("COPY", "RUN")) and "--" in line.split()[1]), line


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ImageEngine:
    made = ImageEngine()
    made.install(monkeypatch)
    monkeypatch.setattr(image_registry, "answers", lambda reference: False)
    return made


@pytest.mark.parametrize("system", [DEBIAN12, CENTOS9], ids=lambda system: system.name)
def test_build_once(system: Platform, engine: ImageEngine) -> None:
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
def test_a_half_built_image_never_gets_the_tag(system: Platform, fails: str, engine: ImageEngine) -> None:
    engine.fails = fails
    with pytest.raises(MachineError) as caught:
        node_image.build(system, lambda text: None)
    assert "something broke" in caught.value.message
    assert caught.value.hint
    assert engine.tags == set(), "and nothing is left behind"


def test_the_build_is_killed(engine: ImageEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
        if "build" in argv:
            raise KeyboardInterrupt
        return engine.run(argv, **more)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(KeyboardInterrupt):
        node_image.build(DEBIAN12, lambda text: None)
    assert node_image.recipe(DEBIAN12).tag not in engine.tags


def test_without_mmdebstrap(engine: ImageEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(MachineError, match="mmdebstrap is missing"):
        node_image.build(DEBIAN12, lambda text: None)


@pytest.mark.parametrize(
    ("answers", "state"), [(True, "quay.io answers"), (False, "quay.io does not answer from here")]
)
def test_a_failed_build_says_what_to_do(
    answers: bool, state: str, engine: ImageEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.fails = "build"
    monkeypatch.setattr(image_registry, "answers", lambda reference: answers)
    with pytest.raises(MachineError, match="docker build of the node image of centos9 failed") as caught:
        node_image.build(CENTOS9, lambda text: None)
    assert "something broke" in caught.value.message
    assert caught.value.exit_status == 3
    for part in (
        state,
        "./lab image --platform centos9",
        "`images` in lab.yaml",
        "--platform debian12 needs no",
    ):
        assert part in caught.value.hint


def test_a_failed_build_leaves_no_container(engine: ImageEngine) -> None:
    node_image.build(CENTOS9, lambda text: None)
    [build] = [call for call in engine.calls if call[:2] == ["docker", "build"]]
    assert "--force-rm" in build
