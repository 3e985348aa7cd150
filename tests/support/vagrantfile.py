"""The Vagrantfile read by ruby, with a stub in the place of Vagrant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STUB = Path(__file__).parent / "vagrant_stub.rb"


def read(
    folder: Path,
    *,
    by_hand: bool = False,
    text: str = "",
    words: Sequence[str] = (),
    default: str = "",
    home: Path | None = None,
    lab: str = "",
    path: Path | None = None,
) -> dict[str, Any]:
    """What the Vagrantfile sets in a folder with this .lab/machines.yaml.

    `words` are the arguments of `vagrant`, `default` is VAGRANT_DEFAULT_PROVIDER, `home` is LAB_HOME, `lab` is LAB;
    `path` comes first in PATH.
    """
    tool = folder / "lab"
    if not tool.exists():  # it gives the nodes of lab.yaml and the lab's home, and does nothing else
        run = f'PYTHONPATH={ROOT} exec {sys.executable} -m cli.main --root "$(dirname "$0")" "$1"'
        tool.write_text(f"#!/bin/sh\ncase $1 in nodes | home) {run} ;; esac\n")
        tool.chmod(0o755)
    for name in ("Vagrantfile", "lab.yaml"):
        (folder / name).write_text((ROOT / name).read_text())
    if text:
        (folder / ".lab").mkdir(exist_ok=True)
        (folder / ".lab" / "machines.yaml").write_text(text)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LAB", "VAGRANT_"))}
    if default:
        env["VAGRANT_DEFAULT_PROVIDER"] = default
    env |= {"LAB": lab} if lab else {}
    env |= {"PATH": f"{path}:{env['PATH']}"} if path else {}
    if home:
        env["LAB_HOME"] = str(home)
    done = subprocess.run(
        ["ruby", str(STUB), str(folder / "Vagrantfile"), *words],
        capture_output=True,
        text=True,
        check=False,
        env=env if by_hand else {**env, "LAB_RUNNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
