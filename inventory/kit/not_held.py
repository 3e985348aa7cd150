"""What a kit does not have, and where to get it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from inventory.platforms.base import Platform
from inventory.providers.base import Provider


@dataclass(frozen=True)
class NotHeld:
    """One thing that is not in a kit, and where to get it."""

    what: str
    where: str


def not_held(
    providers: Iterable[Provider],
    platforms: Iterable[Platform],
    packed: Collection[str],
    *,
    system: str,
    browser: bool,
) -> Iterator[NotHeld]:
    """What a kit does not have; `packed` are the platforms whose node images it has, `system` as in Description."""
    systems = list(platforms)
    if not system:
        yield NotHeld(
            "Debian packages", "Pack the kit on a machine with the Debian of the machines that will use it."
        )
    for provider in providers:
        if provider.program_from:
            yield NotHeld(provider.title, provider.program_from)
        for one in systems:
            if (box := one.boxes.get(provider.name)) is not None:
                yield NotHeld(f"the box of {one.name} for {provider.title}", box.made_by or box.url)
    for one in systems:
        if one.image is not None and one.name not in packed:
            yield NotHeld(f"the node image of {one.name}", f"./lab kit --platform {one.name}")
    if not browser:
        yield NotHeld("the browser for ./lab test -e browser", "./lab kit --browser")
    yield NotHeld("the hooks of pre-commit", "GitHub; the file .pre-commit-config.yaml names them.")
