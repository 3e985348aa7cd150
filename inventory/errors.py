"""What can go wrong in the lab itself.

The cluster failing a check is no error: that is a verdict (FAIL) of `drill.checks`.

    LabError                 anything of the lab's; the CLI prints it without a traceback
    ├── ConfigError          lab.yaml or an argument is wrong; nothing was changed     exit 2
    ├── MachineError         vagrant, the engine or an image failed                    exit 3
    │   └── RouteRefused     a request would have left the lab's own network           exit 3
    ├── Unreachable          a node does not answer on its management path             exit 4
    ├── CommandFailed        a command on a node ended badly                           exit 5
    └── TimedOut             a condition did not hold before its deadline              exit 6
"""

from __future__ import annotations


class LabError(Exception):
    """What, where, and what to do; `hint` is the way on, printed on a line of its own."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  -> {self.hint}" if self.hint else self.message


class ConfigError(LabError):
    """lab.yaml or an argument is wrong: key, what was found, what is allowed."""

    exit_status = 2


class MachineError(LabError):
    """Vagrant, the container engine or the node image failed."""

    exit_status = 3


class RouteRefused(MachineError):
    """A request to a lab address would have left by an interface that is not the lab's."""


class Unreachable(LabError):
    """A node does not answer on its management path (ssh)."""

    exit_status = 4


class CommandFailed(LabError):
    """A command on a node ended with a status that means failure."""

    exit_status = 5


class TimedOut(LabError):
    """A condition did not hold before its deadline; the message carries the last answer seen."""

    exit_status = 6
