"""libvirt in namespaces of its own, and Debian's packages for the machines in it; all files are in one folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
UNSHARE = ("unshare", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child")
READY_WITHIN = 180
PORT = 8000
MIRROR = f"http://192.168.121.1:{PORT}/"
"""The first address of vagrant-libvirt's management network is this host."""


@dataclass(frozen=True)
class Cage:
    """The namespaces of a process."""

    pid: int

    @property
    def enter(self) -> tuple[str, ...]:
        """The words before a command that runs inside."""
        return ("nsenter", "-t", str(self.pid), "-m", "-n", "-i", "-p")

    def output(self, *argv: str, deadline: float = 60) -> str:
        """Run a program inside and give its output. Raises CalledProcessError."""
        return subprocess.run(
            [*self.enter, *argv], check=True, capture_output=True, text=True, timeout=deadline
        ).stdout


@contextmanager
def cage(folder: Path) -> Iterator[Cage]:
    """Start libvirt in namespaces; at the end all processes in them are ended by the kernel."""
    with (folder / "cage.log").open("wb") as log:
        process = subprocess.Popen(
            [*UNSHARE, "sh", str(HERE / "cage.sh"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert said == b"ready\n", (folder / "cage.log").read_text()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Cage(int(children[0]))
    finally:
        process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def leftovers(folder: Path) -> set[str]:
    """What libvirt could leave on this machine: mounts, bridges and processes that name the folder."""
    mounts = {line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line}
    links = subprocess.run(["ip", "-br", "link"], check=True, capture_output=True, text=True).stdout
    bridges = {line.split()[0] for line in links.splitlines() if line.startswith(("virbr", "vnet"))}
    processes = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in words and path.parent.name != str(os.getpid()):
                processes.add(words)
    return mounts | bridges | processes


@contextmanager
def mirror(inside: Cage, folder: Path) -> Iterator[None]:
    """Serve the flat repository to the machines."""
    with (folder / "mirror.log").open("wb") as log:
        process = subprocess.Popen(
            [*inside.enter, sys.executable, "-m", "http.server", str(PORT), "-d", str(folder / "repository")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def make_mirror(folder: Path, suite: str, packages: tuple[str, ...], deadline: float) -> None:
    """Make the flat repository of packages. Raises AssertionError with the output."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["sh", str(HERE / "mirror.sh"), str(folder), suite, *packages],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=deadline,
    )
    assert done.returncode == 0, done.stdout


def vagrant_home(folder: Path) -> dict[str, str]:
    """Make a home of Vagrant whose machines use the mirror; the environment for it.

    Vagrant reads the Vagrantfile of its home for each project, so the product's Vagrantfile stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources = f"echo 'deb [trusted=yes] {MIRROR} ./' > /etc/apt/sources.list"
    (folder / "Vagrantfile").write_text(
        'Vagrant.configure("2") do |config|\n'
        f'  config.vm.provision "shell", inline: "rm -f /etc/apt/sources.list.d/*; {sources}"\n'
        "end\n"
    )
    return {
        "VAGRANT_HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
    }
