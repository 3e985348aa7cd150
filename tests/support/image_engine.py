"""docker and mmdebstrap in memory, for the making of node images."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest


class ImageEngine:
    """docker and mmdebstrap in memory: what was called, what fails, which tags there are."""

    def __init__(self, fails: str = "") -> None:
        self.fails, self.calls, self.tags = fails, list[list[str]](), set[str]()

    def run(self, argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(argv)
        if self.fails and self.fails in argv:
            return subprocess.CompletedProcess(argv, 7, "", "something broke\n")
        match argv[:2]:
            case ["docker", "image"]:
                return subprocess.CompletedProcess(argv, 0 if argv[-1] in self.tags else 1, "", "")
            case ["docker", "import"]:
                self.tags.add(argv[-1])
            case ["docker", "build"]:
                dockerfile = (Path(argv[-1]) / "Dockerfile").read_text()
                assert 'CMD ["/usr/local/sbin/node-init"]' in dockerfile
                self.tags.add(argv[argv.index("-t") + 1])
            case ["docker", "rmi"]:
                self.tags.discard(argv[-1])
            case ["mmdebstrap", _]:
                Path(argv[-1]).write_bytes(b"")
        return subprocess.CompletedProcess(argv, 0, "", "")

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it in the place of this machine's programs."""
        monkeypatch.setattr(subprocess, "run", self.run)
        monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}")
