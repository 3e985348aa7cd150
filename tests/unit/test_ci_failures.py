"""What CI prints of the failed tests on the nodes (.ci/failures.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / ".ci" / "failures.py"


def printed(folder: Path) -> list[str]:
    done = subprocess.run([sys.executable, SCRIPT], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def junit(folder: Path, run: str, text: str) -> None:
    (folder / "runs" / run).mkdir(parents=True)
    (folder / "runs" / run / "tests.xml").write_text(text)


def test_the_ends_of_the_messages(tmp_path: Path) -> None:
    message = "\n".join(f"line {number}" for number in range(100))
    junit(
        tmp_path,
        "one",
        f"""<testsuites><testsuite><testcase classname="tests.walk" name="left"><failure>{message}</failure></testcase>
        <testcase classname="tests.walk" name="good"/>
        <testcase classname="tests.walk" name="made"><error message="no lab"/></testcase></testsuite></testsuites>""",
    )
    found = printed(tmp_path)
    assert (found[0], found[1], found[12]) == ("-- tests.walk::left", "line 88", "line 99")
    assert found[13:] == ["-- tests.walk::made", "no lab"]


def test_a_file_that_is_cut_off_hides_no_other(tmp_path: Path) -> None:
    junit(tmp_path, "cut", "<testsuites><testsuite>")
    junit(
        tmp_path,
        "whole",
        '<testsuite><testcase classname="a" name="b"><failure>wrong</failure></testcase></testsuite>',
    )
    cut, *whole = printed(tmp_path)
    assert cut.startswith("-- runs/cut/tests.xml cannot be read: ")
    assert whole == ["-- a::b", "wrong"]


def test_without_a_run_nothing_is_printed(tmp_path: Path) -> None:
    assert printed(tmp_path) == []
