"""Runs `./lab` in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli import main


def lab(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit status of `./lab WORDS` in a folder."""
    monkeypatch.setattr(sys, "argv", ["lab", "--root", str(folder), *words])
    with pytest.raises(SystemExit) as caught:
        main.main()
    return int(caught.value.code or 0)
