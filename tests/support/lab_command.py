"""Runs `./lab` in this process or in one of its own, and gives its command line for the latter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli import main


def argv(root: Path, number: int, *words: str) -> list[str]:
    """`./lab --lab NUMBER WORDS` of a folder, with this Python."""
    return [sys.executable, "-m", "cli.main", "--root", str(root), "--lab", str(number), *words]


def run(root: Path, number: int, *words: str, within: float) -> subprocess.CompletedProcess[str]:
    """Run `./lab --lab NUMBER WORDS` of a folder, without a terminal, for at most `within` seconds."""
    return subprocess.run(
        argv(root, number, *words),
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=within,
    )


def lab(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit status of `./lab WORDS` in a folder."""
    monkeypatch.setattr(sys, "argv", ["lab", "--root", str(folder), *words])
    with pytest.raises(SystemExit) as caught:
        main.main()
    return int(caught.value.code or 0)
