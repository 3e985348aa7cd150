"""Vagrant for one lab of a folder, with python-vagrant. Every call is logged; its output is in .lab/vagrant.log."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from inventory import files, homes, log, waiting
from inventory.errors import MachineError, TimedOut
from inventory.host import command
from inventory.providers import vagrant_boxes

if TYPE_CHECKING:
    import vagrant

LOG = "vagrant.log"
LOCKED = ("locked!", "locks each machine")
"""What Vagrant says when another of its processes uses a machine, such as a `vagrant` that a person typed."""
LOCKED_TRIES, LOCKED_EVERY_S = 10, 2.0
"""A call that finds a machine locked is made so often at most, and again after so many seconds."""
BACKTRACE = re.compile(r"\.rb:\d+:in ")
"""A line of Ruby's backtrace, which says nothing to a user."""
ONE_CALL = "ha-lab.lock"
"""The lock file in Vagrant's home: the labs of a user call Vagrant one after the other.

Vagrant has one index of all machines of a user. Processes that use it at once fail with LOCKED, also when their
machines are different ones (seen with Vagrant 2.3.4 and three labs).
"""
ONE_CALL_S = 1800.0
"""The longest wait for the calls of other labs (seconds)."""
UTF_8 = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""The locale of Vagrant: Ruby cannot read a path with other letters than ASCII in the locale C."""


def insecure_key() -> str:
    """The public key that may log in to a new box until Vagrant replaces it; it comes with Vagrant.

    Raises MachineError. Source: Vagrant's manual, "Creating a Base Box".
    """
    private = vagrant_boxes.home() / "insecure_private_key"
    if not private.exists():  # Vagrant puts it there when it first runs
        command.check(["vagrant", "box", "list"], hint="./lab up installs Vagrant as root on Debian.")
    return command.check(["ssh-keygen", "-y", "-f", str(private)]).strip()


class VagrantProgram:
    """The subcommands of `vagrant` that the lab uses. All raise MachineError.

    A call takes about 3 s, because Ruby starts. `alias` names one machine; without it, the call is for all.
    """

    def __init__(self, root: Path, home: Path, number: int = homes.FIRST) -> None:
        self.root, self.number = root, number
        self.state, self.data = home / homes.STATE, home / homes.VAGRANT

    def up(self, provider: str, alias: str | None = None) -> None:
        """Boot the machines that do not run."""
        self._change("up", lambda: self.library().up(provider=provider, vm_name=alias))

    def halt(self) -> None:
        """Shut the machines down."""
        self._change("halt", lambda: self.library().halt())

    def destroy(self, alias: str | None = None) -> None:
        """Remove machines with their disks."""
        self._change("destroy", lambda: self.library().destroy(vm_name=alias))

    def states(self) -> dict[str, str]:
        """Vagrant's state of each machine, by alias."""
        with self._calling("status"):
            return {status.name: status.state for status in self.library().status()}

    def ssh_config(self) -> str:
        """The settings for ssh to the machines, as a text (ssh_config(5) of OpenSSH)."""
        with self._calling("ssh-config"):
            text: str = self.library().ssh_config()
        return text

    def library(self) -> vagrant.Vagrant:
        """python-vagrant for the folder."""
        import vagrant  # noqa: PLC0415 -- the import warns when Vagrant is not installed yet

        if shutil.which("vagrant") is None:
            raise MachineError("vagrant is missing.", hint="./lab up installs it as root on Debian.")

        @contextlib.contextmanager
        def stream() -> Iterator[IO[bytes]]:
            with (self.state / LOG).open("ab") as handle:
                yield handle

        env = {**os.environ, "LC_ALL": UTF_8, "LAB_RUNNING": "1", "VAGRANT_CHECKPOINT_DISABLE": "1"}
        # The Vagrantfile takes LAB_HOME without asking ./lab; Vagrant keeps its own state there too.
        env |= {
            "LAB": str(self.number),
            "LAB_HOME": str(self.state.parent),
            "VAGRANT_DOTFILE_PATH": str(self.data),
        }
        return vagrant.Vagrant(root=str(self.root), out_cm=stream, err_cm=stream, env=env)

    def _change(self, word: str, call: Callable[[], object]) -> None:
        """Make a call that changes machines; make it again while another process of Vagrant uses one of them."""

        def once() -> None:
            with self._calling(word):
                call()

        waiting.again(once, LOCKED, tries=LOCKED_TRIES, every=LOCKED_EVERY_S)

    @contextlib.contextmanager
    def _calling(self, word: str) -> Iterator[None]:
        """Wait until no other lab of this user calls Vagrant (ONE_CALL), and log this call."""
        with contextlib.ExitStack() as held:
            path, call = vagrant_boxes.home() / ONE_CALL, f"vagrant {word} of {self.state.parent}"
            try:
                held.enter_context(files.lock(path, call, _note_wait, ONE_CALL_S))
            except TimedOut as error:
                raise MachineError(
                    f"Another lab has used Vagrant for more than {ONE_CALL_S:g} s: {files.holder(path)}.",
                    hint="Wait for its command, or stop it with Ctrl-C in its terminal.",
                ) from error
            held.enter_context(self._logged(word))
            yield

    @contextlib.contextmanager
    def _logged(self, word: str) -> Iterator[None]:
        """Log a call. Vagrant's output is appended to vagrant.log, below a line with the time and the call."""
        self.state.mkdir(parents=True, exist_ok=True)
        path = self.state / LOG
        with path.open("a") as handle:
            handle.write(f"=== {time.strftime('%Y-%m-%d %H:%M:%S')} vagrant {word}\n")
        before, began, status = path.stat().st_size, time.monotonic(), 0
        try:
            yield
        except (subprocess.CalledProcessError, OSError) as error:
            status = getattr(error, "returncode", command.NOT_FOUND)
            said = path.read_bytes()[before:].decode(errors="replace").strip().splitlines()
            tail = "\n".join([f"  | {line}" for line in said if not BACKTRACE.search(line)][-12:])
            raise MachineError(
                f"vagrant {word} failed:\n{tail}", hint="./lab doctor checks this machine."
            ) from error
        finally:
            log.command(log.HERE, f"vagrant {word}", status, time.monotonic() - began)


def _note_wait(who: str) -> None:
    log.note(f"waiting for {who}")
