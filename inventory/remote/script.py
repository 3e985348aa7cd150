"""Shell scripts for nodes: a `.sh` file beside the Python module that uses it, with named parameters.

A script names its parameters in its first lines, one `: "${name:?}"` each, so that shellcheck and a reader see
them, and a missing one ends the script with its name. POSIX sh; bash 4.1 runs it too.
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from importlib.resources import files

_PARAMETER = re.compile(r'^: "\$\{([a-z_][a-z0-9_]*):?\?\}"$', re.MULTILINE)


@cache
def source(package: str, name: str) -> str:
    """The text of a script file of a package, without its comment header and shebang line."""
    text = files(package).joinpath(f"{name}.sh").read_text(encoding="utf-8")
    lines = text.splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)


def script(package: str, name: str, **parameters: object) -> str:
    """A script with its parameters set: assignments, then the file's text.

    `package` is the caller's `__package__`. Raises TypeError when a parameter is missing or not known: a mistake
    in the program, not in its input.
    """
    text = source(package, name)
    wanted = set(_PARAMETER.findall(text))
    if wanted != set(parameters):
        raise TypeError(f"{package}/{name}.sh takes {sorted(wanted)}, not {sorted(parameters)}")
    values = [f"{key}={shlex.quote(str(value))}" for key, value in parameters.items()]
    return "\n".join([*values, text])
