"""Vagrant itself reads the Vagrantfile for each provider: `vagrant validate` names every setting that does not exist.

A provider needs its plugin; VBoxManage is replaced by a program that only tells its version. Nothing is booted.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from inventory.host.facts import plugins
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry
from tests.support.rendered_lab import render

SECONDS = 120
VBOXMANAGE = '#!/bin/sh\n[ "$1" != --version ] || echo 7.0.10r158379\n'


def vagrant(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Vagrant in a folder, with a folder of its own for boxes, and without the checks for updates."""
    program = folder / "bin" / "VBoxManage"
    program.parent.mkdir(exist_ok=True)
    program.write_text(VBOXMANAGE)
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LAB", "VAGRANT_"))}
    env |= {"LAB_RUNNING": "1", "VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_HOME": str(folder / "home")}
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    return subprocess.run(
        ["vagrant", *words], cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def first_platform(provider: str) -> str:
    """The first system of which a provider has nodes; for a provider without boxes, any."""
    return next((name for name, one in PLATFORMS.items() if provider in one.boxes), next(iter(PLATFORMS)))


@pytest.mark.parametrize("provider", registry.names())
def test_vagrant_accepts_the_settings(provider: str, tmp_path: Path) -> None:
    plugin = registry.get(provider).plugin
    if plugin and plugin not in plugins(vagrant(tmp_path, "plugin", "list", "--machine-readable").stdout):
        pytest.skip(f"Vagrant has no {plugin} here")
    box = {} if provider == "docker" else {"box": "mine", "box_url": "https://boxes.example.org/mine.box"}
    render(tmp_path, provider, PLATFORMS[first_platform(provider)], **box)
    done = vagrant(tmp_path, "validate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "validated successfully" in done.stdout
    made = tmp_path / ".lab" / "machines.yaml"
    text = made.read_text()
    made.write_text(text.replace("  provider:\n", "  provider:\n    no_such_setting: 1\n", 1))
    assert made.read_text() != text
    refused = vagrant(tmp_path, "validate")
    assert refused.returncode != 0
    assert "no_such_setting" in refused.stdout + refused.stderr
