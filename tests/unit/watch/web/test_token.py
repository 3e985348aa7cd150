from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import MachineError
from watch.web.token import BYTES, NAME, token


def test_a_token_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    state = tmp_path / ".lab"
    first = token(state)
    assert token(state) == first, "a page connects again after the server was started anew"
    assert (state / NAME).stat().st_mode & 0o777 == 0o600
    assert len(first) > BYTES
    assert token(state, new=True) != first
    assert token(tmp_path / "other") != token(state)


@pytest.mark.parametrize("text", ["", "short\n", "ü" * 40])
def test_a_damaged_token_is_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    assert len(token(tmp_path)) > BYTES


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="No token can be kept") as caught:
        token(tmp_path / "file")
    assert "without --bind" in caught.value.hint
