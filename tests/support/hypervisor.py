"""A hypervisor's program that answers as recorded, and keeps the state of one machine (tests/cases/power)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

UNEXPECTED = 64
"""The exit status for a call that is not recorded."""
PROGRAM = """\
#!{python} -IS
import json, pathlib, sys
here = pathlib.Path(__file__).parent
answers = json.loads((here / "answers.json").read_text())
state = here / "state"
asked = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(asked) + "\\n")
for answer in answers:
    if answer["argv"] == asked and answer["state"] == state.read_text():
        sys.stdout.write(answer.get("out", ""))
        sys.stderr.write(answer.get("err", ""))
        state.write_text(answer.get("becomes", answer["state"]))
        sys.exit(answer.get("exit", 0))
sys.stderr.write(f"not recorded in the state {{state.read_text()!r}}: {{asked}}\\n")
sys.exit({unexpected})
"""


class Hypervisor:
    """The program in a folder; `state` is the recorded name of the machine's state."""

    def __init__(self, folder: Path, program: str, answers: Sequence[Mapping[str, Any]], state: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "answers.json").write_text(json.dumps(answers))
        (folder / "state").write_text(state)
        path = folder / program
        path.write_text(PROGRAM.format(python=sys.executable, unexpected=UNEXPECTED))
        path.chmod(0o755)

    @property
    def state(self) -> str:
        """The state of the machine now."""
        return (self.folder / "state").read_text()

    @property
    def calls(self) -> list[list[str]]:
        """All calls, each with the program's name first."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
