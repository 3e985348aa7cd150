"""Shell scripts for nodes: a `.sh` file beside the Python module that uses it, with named parameters.

A script names its parameters in its first lines, one `: "${name:?}"` each (`${name?}` where it may be empty), so
that shellcheck and a reader see them, and a missing one ends the script with its name. A line `. ./other.sh`
reads a library of functions that stands beside it: nodes have no such file, so its text is put there.
POSIX sh; bash 4.1 runs it too.
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

_PARAMETER = re.compile(r'^: "\$\{([a-z_][a-z0-9_]*):?\?\}"$', re.MULTILINE)
_LIBRARY = re.compile(r"^\. \./(\w+)\.sh$", re.MULTILINE)


@cache
def source(package: str, name: str) -> str:
    """The text of a script with the libraries that it reads, each without its shebang line and comment header.

    `name` is without `.sh`; a folder inside the package may stand before it ("scripts/inject_kill").
    """
    lines = files(package).joinpath(f"{name}.sh").read_text(encoding="utf-8").splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    return _LIBRARY.sub(lambda line: source(package, str(_beside(name, line[1]))), "\n".join(lines))


@cache
def parameters(package: str, name: str) -> frozenset[str]:
    """The names of a script's parameters, with those of its libraries."""
    return frozenset(_PARAMETER.findall(source(package, name)))


def script(package: str, name: str, /, **values: object) -> str:
    """A script with its parameters set: a comment with its file's name, assignments, then the file's text.

    `package` is the caller's `__package__`. Raises TypeError when a parameter is missing or not known: a mistake
    in the program, not in its input.
    """
    wanted = parameters(package, name)
    if wanted != set(values):
        raise TypeError(f"{package}/{name}.sh takes {sorted(wanted)}, not {sorted(values)}")
    lines = [f"{key}={shlex.quote(str(value))}" for key, value in values.items()]
    return "\n".join([f"# {PurePosixPath(name).name}.sh", *lines, source(package, name)])


def _beside(name: str, other: str) -> PurePosixPath:
    return PurePosixPath(name).with_name(other)
