from __future__ import annotations

import subprocess

from inventory.remote import sections


def test_each_part_is_read_as_it_was_printed() -> None:
    parts = {
        "lines": "printf 'a\\n\\nb\\n'",
        "nothing": "true",
        "open": "printf 'no newline'",
        "fails": "echo said; echo to stderr >&2; exit 3",
        "comment": "echo last # of a line",
    }
    done = subprocess.run(["sh", "-c", sections.script(parts)], capture_output=True, text=True, check=True)
    assert sections.read(done.stdout) == {
        "lines": "a\n\nb\n",
        "nothing": "",
        "open": "no newline",
        "fails": "said\n",
        "comment": "last\n",
    }
    assert done.stderr == ""


def test_what_has_no_section_is_left_out() -> None:
    assert sections.read("") == {}
    assert sections.read("bash: ip: command not found\n") == {}
    assert sections.read(f"{sections.MARK}first\n1\n{sections.MARK}second\n") == {"first": "1", "second": ""}
