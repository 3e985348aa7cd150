"""A text of a node is shown, never obeyed by the terminal."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from cli.console import SafeConsole, table
from inventory import log
from inventory.printable import one_line, visible

NASTY = "a\x1b]0;title\x07\x1b[2Jb\x9b31m\u202ec\r\x08"


@pytest.mark.parametrize("text", [NASTY, "\x00", "\x7f", "\x85", "\ud800"])
def test_no_control_character_is_left(text: str) -> None:
    assert visible(text).isprintable()
    assert one_line(f"{text}\n\tx").isprintable()


def test_a_plain_text_stays_as_it_is() -> None:
    assert visible("node1: ünï\n\t80 %") == "node1: ünï\n\t80 %"
    assert visible("\x1b[1m") == "\\x1b[1m"


def test_the_console_shows_escapes_of_a_text_and_keeps_its_own() -> None:
    stream = io.StringIO()
    console = SafeConsole(
        file=stream, force_terminal=True, color_system="standard", width=200, highlight=False
    )
    rows = table("node")
    rows.add_row(NASTY)
    console.print(NASTY, markup=False)
    console.print(Text(NASTY, style="red"))
    console.print(rows)
    said = stream.getvalue()
    assert "\x1b[31m" in said, "the console's own colour"
    assert "\x1b]0" not in said
    assert "\x1b[2J" not in said
    assert said.count("\\x1b]0;title") == 3
    assert not {"\x07", "\x9b", "\u202e", "\x08"} & set(said)


def test_the_log_has_no_escapes(caplog: pytest.LogCaptureFixture) -> None:
    log.command("node1", f"echo {NASTY}", 0, 0.1)
    log.note(NASTY)
    assert all(record.getMessage().isprintable() for record in caplog.records)
