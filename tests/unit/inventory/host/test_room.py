"""How many labs a machine can run: by its processors, and by its free memory."""

from __future__ import annotations

import pytest

from inventory.errors import ConfigError
from inventory.host import room


@pytest.mark.parametrize(
    ("wanted", "processors", "free", "new"), [(6, 2, 6000, 6), (6, 2, 0, 0), (3, 1, None, 3), (1, 1, 700, 1)]
)
def test_there_is_room(wanted: int, processors: int, free: int | None, new: int) -> None:
    room.require(wanted, processors, free, new, 700)


def test_too_few_processors() -> None:
    with pytest.raises(ConfigError) as caught:
        room.require(40, 2, 100_000, 40, 700)
    assert caught.value.message.startswith("--labs 40: this machine has 2 processors and runs at most 6 labs")
    assert "--labs 6" in caught.value.hint


def test_too_little_memory() -> None:
    with pytest.raises(ConfigError) as caught:
        room.require(4, 8, 1500, 3, 700)
    assert "1500 MB of memory are free, and 3 more labs need 2100 MB" in caught.value.message
    assert caught.value.hint == "--labs 3", "one is up, and two more have room"
