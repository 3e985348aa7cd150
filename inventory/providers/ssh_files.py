"""The files of ssh for a lab's machines: Vagrant's ssh_config, the keys that it names, the control sockets."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from inventory import files
from inventory.errors import MachineError
from inventory.providers.base import digest

SSH_CONFIG, LINK = "ssh_config", "folder"
_KEY_LINE = re.compile(r'^(\s*IdentityFile\s+)"?(.*?)"?\s*$', re.MULTILINE)


def control_folder(home: Path) -> Path:
    """The directory of ssh's control sockets: a short path, for this user only."""
    return Path("/tmp") / f"ha-lab-{os.getuid()}-{digest(home)}"  # noqa: S108 -- made 0700 below


def _stamp(ids: Mapping[str, str]) -> str:
    """The first line of the file; it names the machines for which the file is."""
    return "# " + json.dumps(dict(ids), sort_keys=True)


@dataclass(frozen=True)
class SshFiles:
    """The ssh files of the lab with one home.

    ssh reads the home's path only through a link in the control folder: in an ssh_config a quote, a `%` or a `${`
    of the path itself would have a meaning (ssh_config(5)).
    """

    home: Path
    state: Path

    def require(self, ids: Mapping[str, str], ask: Callable[[], str]) -> Path:
        """The ssh_config for a set of machines; `ask` gives Vagrant's text, when this is not the text that is there.

        Raises MachineError when a key that it names is lost.
        """
        self.make_control_folder()
        path, stamp = self.state / SSH_CONFIG, _stamp(ids)
        if not (path.exists() and path.read_text(encoding="utf-8", errors="replace").startswith(stamp)):
            self._write(ids, ask())
        text = path.read_text(encoding="utf-8", errors="replace")
        lost = sorted({name for _, name in _KEY_LINE.findall(text) if not Path(name).exists()})
        if lost:
            raise MachineError(
                f"The key {self._real(lost[0])} is lost: nobody can log in to the nodes.",
                hint="./lab down removes the nodes, ./lab up makes new ones.",
            )
        return path

    def refresh(self, ids: Mapping[str, str], ask: Callable[[], str]) -> None:
        """Write the ssh_config again, after a machine was booted: its address may be another one.

        When `ask` raises MachineError, because another machine is still off, the text that is there stays.
        """
        with contextlib.suppress(MachineError):
            self._write(ids, ask())

    def forget(self) -> None:
        """Remove the ssh_config: the machines are about to change."""
        (self.state / SSH_CONFIG).unlink(missing_ok=True)

    def _write(self, ids: Mapping[str, str], text: str) -> None:
        files.write(self.state / SSH_CONFIG, f"{_stamp(ids)}\n{self._linked(text)}")

    def make_control_folder(self) -> None:
        """Make the control folder. Raises MachineError when it is another user's."""
        folder = control_folder(self.home)
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise MachineError(f"{folder} belongs to another user.", hint="Remove or rename it.")
        link = folder / LINK
        if not link.is_symlink() or Path(os.readlink(link)) != self.home:
            link.unlink(missing_ok=True)
            link.symlink_to(self.home)

    def _linked(self, text: str) -> str:
        link = str(control_folder(self.home) / LINK)
        return _KEY_LINE.sub(lambda line: f"{line[1]}{line[2].replace(str(self.home), link, 1)}", text)

    def _real(self, name: str) -> str:
        return name.replace(str(control_folder(self.home) / LINK), str(self.home), 1)
