"""The choice of the platform for containers, and its image; another platform where the image cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from inventory.errors import MachineError
from inventory.platforms.base import Platform
from inventory.platforms.images import RegistryImage
from inventory.platforms.registry import AUTO, automatic, get
from inventory.providers import image_registry, node_image


def based(platform: Platform, images: Mapping[str, str]) -> Platform:
    """The platform with the base image that lab.yaml gives it (`images`, by platform), if there is one."""
    reference = images.get(platform.name)
    if reference and isinstance(platform.image, RegistryImage):
        return replace(platform, image=replace(platform.image, reference=reference))
    return platform


def as_it_is(platform: Platform) -> Platform:
    """The platform without further packages."""
    return platform


def obtain(
    wanted: str,
    images: Mapping[str, str],
    say: Callable[[str], None],
    complete: Callable[[Platform], Platform] = as_it_is,
) -> tuple[Platform, str, str]:
    """The platform for containers, the reason in one line, and the tag of its image, which is made if it is missing.

    "auto" is the first default for containers. When its image cannot be made, the next default is used instead, if the
    engine has that image or its registry answers. `complete` adds the packages of lab.yaml's settings to a platform.
    Raises MachineError.
    """
    if wanted != AUTO:
        platform = complete(based(get(wanted), images))
        return platform, f"platform {wanted}, as asked for", node_image.build(platform, say)
    platform, *others = (complete(based(one, images)) for one in automatic("containers"))
    try:
        return (
            platform,
            f"platform {platform.name}, the default for containers",
            node_image.build(platform, say),
        )
    except MachineError as error:
        return _instead(platform, error, others, say)


def _instead(
    first: Platform, failed: MachineError, others: Sequence[Platform], say: Callable[[str], None]
) -> tuple[Platform, str, str]:
    """Give the first of the others whose image is here or can be made. Raises MachineError with all reasons."""
    reasons = [failed.message]
    for other in others:
        if not node_image.present(node_image.recipe(other).tag) and not _can_pull(other):
            continue
        say(f"{failed.message}\nSo {other.name} is used instead of {first.name}.")
        try:
            tag = node_image.build(other, say)
        except MachineError as error:
            reasons.append(f"{other.name} instead: {error.message}")
        else:
            return other, f"platform {other.name}, because the image of {first.name} could not be made", tag
    raise MachineError("\n".join(reasons), hint=failed.hint)


def _can_pull(platform: Platform) -> bool:
    return isinstance(platform.image, RegistryImage) and image_registry.answers(platform.image.reference)
