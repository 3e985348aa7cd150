"""Judges the box of virtual machines: whether Vagrant has it or can get it, and whether it fits the processor."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.host.facts import ARM, HostFacts
from inventory.host.finding import LINUX_ON_MAC, Finding
from inventory.platforms.boxes import Box


def box(facts: HostFacts, box: Box, title: str, *, of_lab_yaml: bool) -> Iterator[Finding]:
    """Judge a box for the provider of a title; `of_lab_yaml`: lab.yaml names it, so its processor is not known."""
    if not of_lab_yaml and facts.architecture in ARM:
        yield _wrong_processor(facts, box, title)
        return
    if box.name in facts.boxes or (
        box.made_by and any(name.startswith(f"{box.name}-") for name in facts.boxes)
    ):
        yield Finding("box", "ok", f"Vagrant has the box {box.name} for {title}")
    elif of_lab_yaml and facts.missing_box:
        found = f"lab.yaml's box_url is {facts.missing_box}: there is no such file"
        yield Finding("box", "bad", found, "$EDITOR lab.yaml   # box_url")
    elif box.url:
        yield Finding("box", "ok", f"Vagrant will download the box {box.name} from {box.url}")
    elif box.made_by:
        found = f"./lab up makes the box {box.name} for {title} from packages (some minutes, once)"
        yield Finding("box", "ok", found)
    else:
        found = (
            f"Vagrant has no box {box.name} for {title}, and lab.yaml has no box_url: Vagrant asks HashiCorp's "
            "registry of box names, which is being shut down"
        )
        yield Finding("box", "warn", found, "$EDITOR lab.yaml   # box_url: the URL or the path of the file")


def _wrong_processor(facts: HostFacts, box: Box, title: str) -> Finding:
    found = f"this processor is {facts.architecture}, and the box {box.name} for {title} is for x86_64: it cannot run"
    remedy = LINUX_ON_MAC if facts.system == "darwin" else "./lab up --provider docker"
    return Finding("box", "bad", found, remedy)
