"""Every script of drill/faults/scripts, run for real in dash and bash with fake programs: tests/cases/faults."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drill.faults
from drill.faults import repair
from drill.faults.base import FaultScope, Remedy, shell
from inventory.remote.script import parameters, source
from language import fast_yaml
from tests.support.example_lab import CASES
from tests.support.fake_session import fake_session
from tests.support.shell_sandbox import SHELLS, Sandbox

SCRIPTS = Path(drill.faults.__path__[0]) / "scripts"
ROWS: dict[str, list[dict[str, Any]]] = {
    name: rows
    for path in sorted((CASES / "faults").glob("*.yaml"))
    for name, rows in fast_yaml.read(path.read_text()).get("scripts", {}).items()
}
PARAMS = [
    pytest.param(name, row, program, id=f"{name}-{row['case']}-{program}")
    for name, rows in ROWS.items()
    for row in rows
    for program in SHELLS
]
KEYS = {
    "case",
    "with",
    "programs",
    "before",
    "links",
    "wrong",
    "fails",
    "status",
    "prints",
    "errors",
    "calls",
    "after",
}
"""The keys of a case below `scripts:`.

`with` are the script's parameters, with {root} for the sandbox's folder. `before` and `after` are files in it and their
text (null: the file is not there). `links` are symbolic links to folders of it, which are made. `programs` are the
answers of programs (tests/support/shell_sandbox.py); any other program that changes a node does nothing. `prints`,
`errors`, `status` and `calls` are what is expected: the output, a part of stderr, the exit status, and the
programs that were called. A remedy says `wrong`: whether `is_wrong` holds; and `fails` where
`put_right` does not succeed.
"""


def rendered(name: str, row: dict[str, Any], sandbox: Sandbox) -> str:
    values = {key: sandbox.expand(value) for key, value in row.get("with", {}).items()}
    if "folder" in parameters("drill.faults", f"scripts/{name}"):
        values.setdefault("folder", sandbox.root / "run")
    text = shell(name, **values)
    if "wrong" not in row:
        return text
    session = fake_session()
    return repair.repair_script(FaultScope(session, session.lab.node1), [lambda _: Remedy("repaired", text)])


@pytest.mark.parametrize(("name", "row", "program"), PARAMS)
def test_a_script(name: str, row: dict[str, Any], program: str, sandbox: Sandbox) -> None:
    assert set(row) <= KEYS
    assert ("wrong" in row) is name.startswith("repair_"), "a remedy tells whether its condition holds"
    for file, text in row.get("before", {}).items():
        path = sandbox.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sandbox.expand(text))
    for link, folder in row.get("links", {}).items():
        (sandbox.root / folder).mkdir(exist_ok=True)
        (sandbox.root / link).symlink_to(sandbox.root / folder)
    text = rendered(name, row, sandbox)
    programs = row.get("programs", {})
    for word in {call.split()[0] for call in programs}:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text), f"the script never calls {word}"
    sandbox.answer(programs)

    done = sandbox.run(text, program, stdin="")

    wrong, fails = row.get("wrong", False), row.get("fails", False)
    prints = row.get("prints", "repaired" if wrong and not fails else "")
    errors = row.get("errors", "repaired: failed" if fails else "")
    assert done.stdout.rstrip("\n") == sandbox.expand(prints), done.stderr
    assert done.returncode == row.get("status", 1 if fails else 0), done.stderr
    assert errors in done.stderr
    if not errors:
        assert done.stderr == "", "a script that is right says nothing on stderr"
    assert soon(lambda: sandbox.calls, row.get("calls", [])) == row.get("calls", [])
    for file, text in row.get("after", {}).items():
        assert soon(lambda file=file: content(sandbox.root / file), text) == text, file  # type: ignore[misc]


def soon(read: Callable[[], Any], want: Any) -> Any:
    """What is read when it is as wanted, or after 30 s: what was started in the background comes a moment later."""
    until = time.monotonic() + 30
    while (found := read()) != want and want not in (None, []) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def content(path: Path) -> str | None:
    return path.read_text().rstrip("\n") if path.exists() else None


def test_every_script_has_a_case() -> None:
    texts = {path.stem: path.read_text() for path in SCRIPTS.glob("*.sh")}
    libraries = {name for name in texts if any(f"\n. ./{name}.sh\n" in text for text in texts.values())}
    assert set(texts) - libraries <= set(ROWS), "only a library may have no case of its own"
    assert set(ROWS) <= set(texts)


@pytest.mark.parametrize("name", sorted(path.stem for path in SCRIPTS.glob("*.sh")))
def test_each_parameter_is_used(name: str) -> None:
    """A parameter that nothing reads is set in vain: a change of its value would change nothing."""
    text = source("drill.faults", f"scripts/{name}")
    code = "\n".join(line for line in text.splitlines() if not line.startswith(": "))
    for parameter in parameters("drill.faults", f"scripts/{name}"):
        assert re.search(rf"\$\{{?{parameter}\b|\$\(\([^)]*\b{parameter}\b", code), parameter
