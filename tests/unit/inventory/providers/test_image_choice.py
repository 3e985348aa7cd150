"""The platform for containers: debian12, whatever else is in reach; another one only where it was not named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.centos6 import CENTOS6
from inventory.platforms.centos9 import CENTOS9
from inventory.platforms.debian import DEBIAN12
from inventory.platforms.images import RegistryImage
from inventory.providers import image_choice, image_registry, node_image
from tests.support.image_engine import ImageEngine

MIRROR = {"centos9": "mirror.example.org/centos:stream9"}
Reach = Callable[[bool], list[str]]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ImageEngine:
    made = ImageEngine()
    made.install(monkeypatch)
    return made


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Reach:
    """Sets whether registries answer; gives the list of those that were asked."""

    def answering(answer: bool) -> list[str]:
        asked: list[str] = []

        def answers(reference: str) -> bool:
            asked.append(reference)
            return answer

        monkeypatch.setattr(image_registry, "answers", answers)
        return asked

    return answering


def obtained(wanted: str, images: dict[str, str] | None = None) -> tuple[str, str, str, str]:
    """The platform, the reason, the tag, and what was said."""
    said: list[str] = []
    platform, why, tag = image_choice.obtain(wanted, images or {}, said.append)
    assert "\n" not in why
    return platform.name, why, tag, "\n".join(said)


@pytest.mark.parametrize("answer", [True, False], ids=["a registry answers", "none"])
@pytest.mark.parametrize("here", [[], [DEBIAN12], [CENTOS9], [DEBIAN12, CENTOS9]])
def test_the_default_is_debian12(
    answer: bool, here: list[Platform], engine: ImageEngine, reach: Reach
) -> None:
    asked = reach(answer)
    engine.tags = {node_image.recipe(system).tag for system in here}
    name, why, tag, _ = obtained("auto")
    assert (name, why) == ("debian12", "platform debian12, the default for containers")
    assert tag == node_image.recipe(DEBIAN12).tag
    assert tag in engine.tags
    assert asked == [], "no registry is asked"


@pytest.mark.parametrize("name", ["debian12", "centos9"])
def test_a_named_platform_is_taken(name: str, engine: ImageEngine, reach: Reach) -> None:
    reach(True)
    platform, why, tag, _ = obtained(name)
    assert (platform, why) == (name, f"platform {name}, as asked for")
    assert tag in engine.tags


@pytest.mark.parametrize("name", ["debian12", "centos9"])
def test_a_named_platform_is_never_replaced(name: str, engine: ImageEngine, reach: Reach) -> None:
    reach(True)
    engine.fails = "build"
    with pytest.raises(MachineError, match="failed"):
        obtained(name)
    assert engine.tags == set()


def test_another_default_takes_its_place(engine: ImageEngine, reach: Reach) -> None:
    reach(True)
    engine.fails = "mmdebstrap"
    name, why, tag, said = obtained("auto")
    assert (name, why) == ("centos9", "platform centos9, because the image of debian12 could not be made")
    assert engine.tags == {tag}
    assert "something broke" in said
    assert "So centos9 is used instead of debian12." in said


def test_its_image_that_is_here_needs_no_registry(engine: ImageEngine, reach: Reach) -> None:
    asked = reach(False)
    engine.tags, engine.fails = {node_image.recipe(CENTOS9).tag}, "mmdebstrap"
    assert obtained("auto")[0] == "centos9"
    assert asked == []


def test_no_other_one_can_be_made(engine: ImageEngine, reach: Reach) -> None:
    reach(False)
    engine.fails = "mmdebstrap"
    with pytest.raises(MachineError, match="mmdebstrap could not make the system of Debian 12") as caught:
        obtained("auto")
    assert "centos9" not in caught.value.message
    assert "mirrors" in caught.value.hint


def test_the_other_one_fails_too(engine: ImageEngine, reach: Reach) -> None:
    reach(True)
    engine.fails = "build"
    with pytest.raises(MachineError, match="docker build failed") as caught:
        obtained("auto")
    assert "centos9 instead: docker build of the node image of centos9 failed" in caught.value.message
    assert engine.tags == set()


def test_the_base_image_of_a_mirror(engine: ImageEngine, reach: Reach) -> None:
    asked = reach(True)
    _, _, tag, said = obtained("centos9", MIRROR)
    assert tag != node_image.recipe(CENTOS9).tag, "another recipe, so another tag"
    assert "from mirror.example.org/centos:stream9" in said
    engine.fails = "mmdebstrap"
    obtained("auto", {"centos9": "other.example.org/centos"})
    assert asked == ["other.example.org/centos"]


def test_only_its_own_platform_takes_it() -> None:
    changed = image_choice.based(CENTOS9, MIRROR).image
    assert isinstance(changed, RegistryImage)
    assert changed.reference == MIRROR["centos9"]
    assert image_choice.based(DEBIAN12, MIRROR) is DEBIAN12
    assert image_choice.based(CENTOS9, {}) is CENTOS9


def test_no_container_of_centos6(engine: ImageEngine) -> None:
    with pytest.raises(MachineError, match="no container image for platform centos6") as caught:
        obtained("centos6")
    assert "virtualbox" in caught.value.hint
    assert CENTOS6.image is None
