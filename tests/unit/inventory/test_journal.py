from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inventory.errors import LabError
from inventory.journal import Journal, exclusive, pending
from inventory.model import NodeAction

ACT = NodeAction("node1", "nft delete table inet ha_lab", why="heal", deadline=60)


def test_what_is_begun_is_on_disk_before_it_is_done(tmp_path: Path) -> None:
    Journal(tmp_path).begin(
        "partition", target="node1", undo=(ACT, NodeAction("node1", power="thaw")), baseline="<cib/>"
    )
    (entry,) = pending(tmp_path)
    assert (entry.what, entry.target, entry.baseline) == ("partition", "node1", "<cib/>")
    assert entry.undo == (ACT, NodeAction("node1", power="thaw"))


def test_only_this_user_can_read_it(tmp_path: Path) -> None:
    """A baseline of an adopted cluster may have the password of a fence device."""
    made = Journal(tmp_path)
    made.begin("partition", baseline='<nvpair name="password" value="secret"/>')
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_what_is_struck_out_is_done_with(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first, second = journal.begin("partition"), journal.begin("cpu")
    journal.mark_undone(first)
    assert journal.pending() == (second,)
    journal.mark_undone(second)
    assert journal.pending() == ()
    assert not journal.path.exists(), "the journal goes with its last entry"


def test_a_later_run_goes_on_where_a_killed_one_ended(tmp_path: Path) -> None:
    left = Journal(tmp_path).begin("partition")
    after = Journal(tmp_path)
    mine = after.begin("cpu")
    assert mine.id != left.id
    after.mark_undone(mine)
    assert pending(tmp_path) == (left,)


@pytest.mark.parametrize("torn", ['{"id": 2, "what": "fre', '{"struck"', "\x00\x00", '{"id": 2}', "[]", "2"])
def test_a_torn_line_was_never_begun(tmp_path: Path, torn: str) -> None:
    """Nothing is done before its line is whole; and the next line is read all the same."""
    journal = Journal(tmp_path)
    first = journal.begin("partition")
    with journal.path.open("a") as stream:
        stream.write(torn)
    again = Journal(tmp_path)
    assert again.pending() == (first,)
    second = again.begin("cpu")
    assert again.pending() == (first, second)


def test_a_newer_configuration_is_not_taken_back(tmp_path: Path) -> None:
    """The cluster was built as lab.yaml says after a drill was killed: its baseline is out of date."""
    journal = Journal(tmp_path)
    journal.drop_baselines()
    assert not journal.path.exists(), "without a baseline there is nothing to record"
    old = journal.begin("scenario apart", baseline="<cib/>")
    journal.drop_baselines()
    new = journal.begin("scenario crash", baseline="<cib/>")
    assert [(entry.id, entry.baseline) for entry in pending(tmp_path)] == [(old.id, ""), (new.id, "<cib/>")]
    journal.mark_undone(old)
    assert pending(tmp_path) == (new,)


def test_no_lab_no_journal(tmp_path: Path) -> None:
    assert pending(tmp_path) == ()
    assert not (tmp_path / ".lab").exists(), "a look makes nothing"


def test_lines_are_plain_data(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("partition", undo=(ACT,))
    (line,) = journal.path.read_text().splitlines()
    assert json.loads(line)["undo"][0]["script"] == ACT.script


def test_two_drills_never_run_at_once(tmp_path: Path) -> None:
    code = "from pathlib import Path\nfrom inventory.journal import exclusive\n"
    other = f"{code}with exclusive(Path({str(tmp_path)!r})): pass"
    with exclusive(tmp_path):
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert f"Another drill is running on this lab (process {os.getpid()})" in done.stderr
    assert subprocess.run([sys.executable, "-c", other], check=False).returncode == 0


def test_the_lock_names_no_one_when_it_cannot(tmp_path: Path) -> None:
    with exclusive(tmp_path):
        (tmp_path / ".lab" / "drill.lock").write_text("")
        with pytest.raises(LabError, match="process unknown"), exclusive(tmp_path):
            pass
