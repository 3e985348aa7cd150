"""A small base image for the recipe of centos9: busybox, and a dnf that notes what it is asked for."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.support.local_registry import docker, unpacked

APPLETS = (
    "sh",
    "cat",
    "chmod",
    "cp",
    "grep",
    "id",
    "install",
    "ln",
    "ls",
    "mkdir",
    "printf",
    "rm",
    "sed",
    "test",
)
DNF = """#!/bin/sh
echo "$*" >> /dnf.log
case "$*" in *repolist*) echo baseos ;; esac
[ -z "{fails}" ] || case "$*" in *{fails}*) echo "dnf: no such package" >&2; exit 1 ;; esac
"""
SCRIPTS = {
    "usr/sbin/useradd": "#!/bin/sh\n",
    "usr/sbin/usermod": "#!/bin/sh\n",
    "usr/bin/systemctl": "#!/bin/sh\n",
}
# busybox names its own programs without a folder (`command -v hostname`), so customize.sh finds this one in /.
SCRIPTS["hostname"] = "#!/bin/sh\n"
FOLDERS = ("etc/sudoers.d", "etc/ssh", "etc/systemd/system", "tmp", "run", "usr/local/sbin", "proc", "dev")


def make(folder: Path, tag: str, *, fails: str = "", mark: str = "") -> str:
    """Make the image under a tag. Its dnf fails when a word of its arguments holds `fails`.

    `mark` makes its layers different from those of others, so that the engine has none of them already.
    """
    busybox = folder / "busybox"
    if not busybox.exists():
        [found] = unpacked("busybox-static", folder / "package").glob("**/bin/busybox")
        busybox.write_bytes(found.read_bytes())
    files = {**SCRIPTS, "usr/bin/dnf": DNF.format(fails=fails), "etc/mark": mark}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in FOLDERS:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        tar.add(busybox, "bin/busybox", filter=lambda entry: _owned(entry, 0o755))
        for applet in APPLETS:
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)
        for name, text in files.items():
            entry = _owned(tarfile.TarInfo(name), 0o755)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    docker("import", "-", tag, stdin=buffer.getvalue())
    return tag


def _owned(entry: tarfile.TarInfo, mode: int) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.mode = mode
    return entry
