"""What is imported when: no other command waits for the libraries of a view."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_other_commands_do_not_load_what_only_a_view_needs() -> None:
    asked = (
        "import importlib, sys; from cli import bench, commands\n"
        "modules = [*commands.TOPICS, *(f'bench_{one}' for one in bench.MORE)]\n"
        "for one in modules: importlib.import_module(f'cli.{one}')\n"
        "print([one for one in ('textual', 'starlette', 'uvicorn') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
    )
    assert done.stdout.strip() == "[]"
