"""A bare Debian 12 without network, in namespaces of its own on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import programs

HERE = Path(__file__).parent
NAMESPACES = ("--mount", "--net", "--ipc", "--uts", "--pid", "--cgroup")
ENVIRONMENT = (
    "env",
    "-i",
    "HOME=/root",
    "LANG=C.UTF-8",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)
WAITS = "echo ready; exec cat >/dev/null"


@dataclass(frozen=True)
class Bare:
    """The machine: its root folder, and a process in its namespaces."""

    root: Path
    pid: int

    def run(self, script: str, *, deadline: float, expected: int = 0) -> str:
        """Run a shell script in the machine; its output, stdout and stderr together. Raises AssertionError."""
        enter = ("nsenter", "-t", str(self.pid), "-m", "-n", "-i", "-u", "-p", "-C")
        argv = [*enter, *ENVIRONMENT, "sh", "-euc", script]
        return programs.output(argv, deadline=deadline, expected=expected, name=script)


def make_root(folder: Path, suite: str, deadline: float) -> None:
    """Make the smallest system that apt can work in, from a suite's packages. Raises CalledProcessError."""
    argv = ["mmdebstrap", "--quiet", "--variant=minbase", suite, str(folder)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, timeout=deadline)


@contextmanager
def started(root: Path) -> Iterator[Bare]:
    """The machine of a root folder. At the end the kernel ends all its processes, and its networks with them."""
    process = subprocess.Popen(
        [
            "unshare",
            *NAMESPACES,
            "--fork",
            "--kill-child",
            "sh",
            str(HERE / "machine.sh"),
            str(root),
            "sh",
            "-c",
            WAITS,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Bare(root, int(child))
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()
