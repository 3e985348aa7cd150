"""The .lab/machines.yaml of a provider and a platform, made by `prepare` on a host that has only fake programs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inventory.platforms.base import Platform
from inventory.providers import vagrant_boxes
from inventory.providers.choice import Choice
from inventory.providers.machines import Machines
from tests.support.example_lab import example_lab
from tests.support.fake_host import FakeHost, silent

ROOT = Path(__file__).parents[2]


def render(folder: Path, provider: str, platform: Platform, **machine: object) -> Choice:
    """Prepare a lab in a folder; `machine` are the settings of lab.yaml for virtual machines.

    The engine has every image, Vagrant has every box that the lab makes itself.
    Raises MachineError as `Machines.prepare` does.
    """
    with pytest.MonkeyPatch.context() as patch:
        FakeHost("docker", "VBoxManage", "virsh", "vmrun", "vagrant").install(patch)
        patch.setattr(vagrant_boxes, "has", lambda name, provider: True)
        choice = Machines(folder, example_lab(machine=machine)).prepare(provider, platform.name, silent)
    for name in ("Vagrantfile", "lab.yaml"):
        shutil.copy(ROOT / name, folder)
    return choice
