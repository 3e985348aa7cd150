"""Runs `./lab` in this process, and gives its command line for a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli import main


def argv(root: Path, number: int, *words: str) -> list[str]:
    """`./lab --lab NUMBER WORDS` of a folder, with this Python."""
    return [sys.executable, "-m", "cli.main", "--root", str(root), "--lab", str(number), *words]


def lab(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit status of `./lab WORDS` in a folder."""
    monkeypatch.setattr(sys, "argv", ["lab", "--root", str(folder), *words])
    with pytest.raises(SystemExit) as caught:
        main.main()
    return int(caught.value.code or 0)
