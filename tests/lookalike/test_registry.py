"""The node image of centos9 with a registry in reach, with none, and with one that answers and then fails.

The registry is real, the engine is real, and so is `docker build` without BuildKit. The base image is a stand-in.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.errors import MachineError
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.platforms.package_managers import WITHOUT_WEAK
from inventory.providers import image_choice, image_registry, node_image
from inventory.providers.docker import PROVIDER
from tests.support import stand_in_image
from tests.support.example_lab import example_lab
from tests.support.local_registry import LocalRegistry, docker, failing_registry, free_port
from tests.support.scratch_lab import scratch_lab

pytestmark = pytest.mark.smoke
NAME = "centos/centos:stream9"


@pytest.fixture
def cleaned() -> Iterator[set[str]]:
    """The tags of images that a test makes; they are removed after it."""
    tags: set[str] = set()
    yield tags
    for tag in tags:
        if node_image.present(tag):
            docker("rmi", tag)


def tag_of(reference: str) -> str:
    return node_image.recipe(image_choice.based(CENTOS9, {"centos9": reference})).tag


def pushed(registry: LocalRegistry, workshop: Path, fails: str = "") -> str:
    """A new base image in the registry; the engine has neither its name nor its layers."""
    local = stand_in_image.make(workshop, f"stand-in:{uuid.uuid4().hex}", fails=fails, mark=uuid.uuid4().hex)
    reference = registry.push(local, NAME)
    docker("rmi", local)
    return reference


def containers() -> set[str]:
    """The containers that belong to no lab."""
    of_labs = docker("ps", "-aq", "--filter", "label=ha-lab.folder").split()
    return set(docker("ps", "-aq").split()) - set(of_labs)


def test_a_registry_in_reach(registry: LocalRegistry, workshop: Path, cleaned: set[str]) -> None:
    reference = pushed(registry, workshop)
    assert image_registry.answers(reference)
    cleaned |= {tag_of(reference), reference}
    platform, why, tag = image_choice.obtain("centos9", {"centos9": reference}, print)
    assert (platform.name, why, tag) == ("centos9", "platform centos9, as asked for", tag_of(reference))
    [made] = json.loads(docker("image", "inspect", tag))
    assert made["Config"]["Cmd"] == ["/usr/local/sbin/node-init"]
    assert made["Config"]["StopSignal"] == "SIGRTMIN+3"
    look = "cat /dnf.log; ls -l /usr/local/sbin/node-init; ls /tmp; cat /etc/sudoers.d/vagrant"
    said = docker("run", "--rm", "--network", "none", tag, "sh", "-c", look)
    first, second, third, install, clean, *rest = said.splitlines()
    assert first == "-q repolist --enabled"
    assert second == f"-q -y {WITHOUT_WEAK} install dnf-plugins-core"
    assert third == "-q config-manager --set-enabled highavailability"
    assert install.startswith(f"-q -y {WITHOUT_WEAK} install --allowerasing")
    assert set(CENTOS9.packages) <= set(install.split())
    assert clean == "clean all"
    assert rest[0].startswith("-rwxr-xr-x"), "node-init can be executed"
    assert rest[1:] == ["vagrant ALL=(ALL) NOPASSWD: ALL"], "nothing is left in /tmp"
    before = registry.requests()
    assert image_choice.obtain("centos9", {"centos9": reference}, print)[2] == tag
    assert registry.requests() == before, "an image that is here needs no registry"


def test_the_default_asks_no_registry(registry: LocalRegistry, workshop: Path, tmp_path: Path) -> None:
    """With a registry in reach `auto` is debian12 (its image is made once, and stays)."""
    reference = pushed(registry, workshop)
    before = registry.requests()
    with scratch_lab(tmp_path / "lab", {"images": {"centos9": reference}}, "10.234.") as lab:
        said = lab.lab("image", deadline=900)
    assert "platform debian12, the default for containers" in said
    assert node_image.recipe(DEBIAN12).tag in said
    assert registry.requests() == before


def test_no_registry(cleaned: set[str]) -> None:
    reference = f"127.0.0.1:{free_port()}/{NAME}"
    before = containers()
    assert not image_registry.answers(reference)
    with pytest.raises(MachineError, match="docker build of the node image of centos9 failed") as caught:
        image_choice.obtain("centos9", {"centos9": reference}, print)
    assert "does not answer from here" in caught.value.hint
    assert "--platform debian12 needs no registry" in caught.value.hint
    assert not node_image.present(tag_of(reference))
    assert containers() == before
    platform, _, tag = image_choice.obtain("auto", {"centos9": reference}, print)
    assert (platform.name, tag) == ("debian12", node_image.recipe(DEBIAN12).tag)


FAILS = {
    "only its first answer": lambda path: path.rstrip("/") != "/v2",
    "its manifests": lambda path: "/manifests/" in path,
    "its layers": lambda path: "/blobs/" in path,
}


@pytest.mark.parametrize("fails", FAILS)
def test_a_registry_that_answers_and_then_fails(
    fails: str, registry: LocalRegistry, workshop: Path, tmp_path: Path
) -> None:
    """By name: exit status 3 and what to do. Nothing with the image's tag is left, and no container."""
    pushed(registry, workshop)
    before = containers()
    with failing_registry(registry, FAILS[fails]) as host:
        reference = f"{host}/{NAME}"
        assert image_registry.answers(reference), "it looks well at first"
        with scratch_lab(tmp_path / "lab", {"images": {"centos9": reference}}, "10.234.") as lab:
            said = lab.lab("up", "--platform", "centos9", deadline=300, expected=3)
        facts = PROVIDER.read(example_lab(platform="centos9", images={"centos9": reference}))
    assert "docker build of the node image of centos9 failed" in said
    assert f"The registry {host} answers." in said
    assert "./lab image --platform centos9" in said
    assert "--platform debian12 needs no registry" in said
    assert "Traceback" not in said
    assert (facts.image, facts.registry) == (False, True), (
        "what the doctor says is about this image and registry"
    )
    assert not node_image.present(tag_of(reference))
    assert containers() == before


def test_a_step_of_the_recipe_fails(registry: LocalRegistry, workshop: Path) -> None:
    reference = pushed(registry, workshop, fails="corosync")
    before = containers()
    with pytest.raises(MachineError, match="dnf: no such package") as caught:
        image_choice.obtain("centos9", {"centos9": reference}, print)
    assert "answers" in caught.value.hint
    assert not node_image.present(tag_of(reference))
    assert containers() == before, "the container of the step is removed"
    docker("rmi", reference)


@pytest.fixture
def no_debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The image of debian12 is not here and cannot be made: its mmdebstrap fails."""
    broken = tmp_path / "bin" / "mmdebstrap"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'E: the mirror does not answer' >&2\nexit 25\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("mmdebstrap") == str(broken)
    real, debian = node_image.present, node_image.recipe(DEBIAN12).tag
    monkeypatch.setattr(node_image, "present", lambda tag: tag != debian and real(tag))


@pytest.mark.usefixtures("no_debian")
def test_auto_falls_back_and_says_so(registry: LocalRegistry, workshop: Path, cleaned: set[str]) -> None:
    reference = pushed(registry, workshop)
    cleaned |= {tag_of(reference), reference}
    said: list[str] = []
    platform, why, tag = image_choice.obtain("auto", {"centos9": reference}, said.append)
    assert (platform.name, tag) == ("centos9", tag_of(reference))
    assert why == "platform centos9, because the image of debian12 could not be made"
    assert "E: the mirror does not answer" in "\n".join(said)
    assert "So centos9 is used instead of debian12." in "\n".join(said)


@pytest.mark.usefixtures("no_debian")
def test_auto_with_nothing_to_fall_back_to(registry: LocalRegistry, workshop: Path) -> None:
    pushed(registry, workshop)
    with failing_registry(registry, FAILS["its layers"]) as host:
        reference = f"{host}/{NAME}"
        with pytest.raises(MachineError, match="the mirror does not answer") as caught:
            image_choice.obtain("auto", {"centos9": reference}, print)
    assert "centos9 instead: docker build" in caught.value.message
    assert not node_image.present(tag_of(reference))
