"""Runs on a node: commands of pcs on a file, one after another, while pcs's own modules are loaded only once.

Loading them takes most of the time of a command. Each command is pcs itself, in a child process that already has them.
Arguments: the file, and where a command's output goes. Standard input: one command a line, quoted for a shell.
When a command fails, it prints "@@failed NUMBER STATUS" and ends with 1. It needs Python 3.6, as pcs 0.10 does.
"""

import importlib
import os
import runpy
import shlex
import shutil
import sys


def load_modules() -> None:
    """Load pcs's modules, if they have the usual names; otherwise each command loads them itself."""
    try:
        common = importlib.import_module("pcs.entry_points.common")
        common.add_bundled_packages_to_path()
        importlib.import_module("pcs.app")
    except (ImportError, AttributeError):
        pass


def become_pcs(words: "list[str]", output: str) -> None:
    """Turn this process into pcs with these arguments; its output goes to a file."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    program = shutil.which("pcs") or "/usr/sbin/pcs"
    with open(program, "rb") as stream:
        is_python = b"python" in stream.readline()
    if not is_python:
        os.execv(program, [program, *words])  # noqa: S606 -- pcs takes this process's place
    sys.argv = [program, *words]
    runpy.run_path(program, run_name="__main__")
    sys.exit(0)


def main() -> None:
    """Run the commands."""
    file, output = sys.argv[1:3]
    lines = sys.stdin.read().splitlines()
    load_modules()
    for number, line in enumerate(lines, start=1):
        child = os.fork()
        if child == 0:
            become_pcs(["-f", file, *shlex.split(line)[1:]], output)
        _, status = os.waitpid(child, 0)
        if status:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128
            sys.stdout.write(f"@@failed {number} {code}\n")
            sys.exit(1)


if __name__ == "__main__":
    main()
