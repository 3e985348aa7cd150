"""The errors of the lab itself.

When the cluster fails a check, this is not an error but a verdict (FAIL) of `drill.checks`.

    LabError                 any error of the lab; the CLI prints it without a traceback
    ├── ConfigError          lab.yaml or an argument is wrong; nothing was changed     exit 2
    ├── MachineError         vagrant, the engine or an image failed                    exit 3
    │   └── RouteRefused     a request would have left the lab's own network           exit 3
    ├── Unreachable          a node does not answer on its management path             exit 4
    ├── CommandFailed        a command on a node ended with a failure                  exit 5
    └── TimedOut             a condition was not true before its deadline              exit 6
"""

from __future__ import annotations


class LabError(Exception):
    """`message` says what is wrong and where; `hint` says what to do, and is printed on a separate line."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  -> {self.hint}" if self.hint else self.message


class ConfigError(LabError):
    """lab.yaml or an argument is wrong; the message has the key, what was found and what is allowed."""

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
    """A condition was not true before its deadline; the message has the last answer."""

    exit_status = 6
