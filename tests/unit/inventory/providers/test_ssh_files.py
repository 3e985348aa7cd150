"""The ssh_config works in a folder of any name, and a lost key is told at once."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.errors import MachineError
from inventory.providers.ssh_files import SshFiles, control_folder

IDS = {"node1.example.com": "a"}


@pytest.fixture(params=["plain", 'it\'s a "lab"', "a$b ${HOME} {c}", "ünï #%h"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / request.param
    (folder / ".lab").mkdir(parents=True)
    (folder / ".lab" / "key").write_text("secret")
    yield folder
    shutil.rmtree(control_folder(folder), ignore_errors=True)


def text(root: Path) -> str:
    return f'Host node1\n  HostName 127.0.0.1\n  IdentityFile "{root}/.lab/key"\n'


def test_ssh_itself_reads_it(root: Path) -> None:
    path = SshFiles(root, root / ".lab").require(IDS, lambda: text(root))
    done = subprocess.run(
        ["ssh", "-G", "-F", str(path), "node1"], capture_output=True, text=True, check=True, timeout=30
    )
    [key] = [line.split(" ", 1)[1] for line in done.stdout.splitlines() if line.startswith("identityfile ")]
    assert Path(key).read_text() == "secret"


def test_a_lost_key_is_told(root: Path) -> None:
    ssh = SshFiles(root, root / ".lab")
    ssh.require(IDS, lambda: text(root))
    (root / ".lab" / "key").unlink()
    with pytest.raises(MachineError) as caught:
        ssh.require(IDS, lambda: "never asked again")
    assert str(root / ".lab" / "key") in caught.value.message
    assert "./lab down" in caught.value.hint


def test_a_damaged_file_is_written_again(root: Path) -> None:
    ssh = SshFiles(root, root / ".lab")
    (root / ".lab" / "ssh_config").write_bytes(b"\x80")
    assert "Host node1" in ssh.require(IDS, lambda: text(root)).read_text()
