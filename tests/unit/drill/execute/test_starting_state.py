"""What a starting state and a move put into scripts, run for real with fake programs."""

from __future__ import annotations

import pytest

from drill.execute.starting_state import show_command_script
from tests.support.shell_sandbox import SHELLS, Sandbox


@pytest.mark.parametrize("program", SHELLS)
@pytest.mark.parametrize(
    ("says", "wanted", "prints"),
    [
        ("Flags: Quorate WaitForAll", "WaitForAll", "Flags: Quorate WaitForAll\nyes\n"),
        ("Flags: Quorate", "WaitForAll", "Flags: Quorate\n"),
        ("a [b] *", "[b] *", "a [b] *\nyes\n"),
        ("axb", "a*b", "axb\n"),
    ],
    ids=["there", "not there", "no pattern", "not as a pattern"],
)
def test_a_commands_own_words(sandbox: Sandbox, program: str, says: str, wanted: str, prints: str) -> None:
    sandbox.answer({"corosync-quorumtool -s": says})
    assert sandbox.run(show_command_script("corosync-quorumtool -s", wanted), program).stdout == prints


def test_what_a_command_says_on_stderr_counts(sandbox: Sandbox) -> None:
    sandbox.answer({"pcs status": {"runs": "echo 'Error: no quorum' >&2; exit 1"}})
    done = sandbox.run(show_command_script("pcs status", "no quorum"))
    assert (done.stdout, done.returncode) == ("Error: no quorum\nyes\n", 0)
