from __future__ import annotations

from pathlib import Path

import pytest

from drill.observe import contention
from drill.observe.contention import Contention


def pressure(total: int, lately: float = 12.5) -> str:
    return (
        f"some avg10={lately:.2f} avg60=95.66 avg300=93.99 total={total}\n"
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )


def test_the_share_since_the_beginning() -> None:
    now, total = [100.0], [5_000_000]
    one = Contention(lambda: now[0], lambda: pressure(total[0]))
    assert one.share() is None, "nothing was begun"
    one.begin()
    now[0], total[0] = 104.0, 6_000_000
    assert one.share() == 0.25
    assert one.lately() == 0.125


@pytest.mark.parametrize("text", ["", "some\n", "full avg10=1.00 avg60=0.00 avg300=0.00 total=0\n"])
def test_a_kernel_that_does_not_tell_it(text: str) -> None:
    one = Contention(lambda: 1.0, lambda: text)
    one.begin()
    assert (one.share(), one.lately()) == (None, None)


def test_a_system_without_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(contention, "PRESSURE", tmp_path / "cpu")
    one = Contention(lambda: 1.0)
    assert one.lately() is None
    (tmp_path / "cpu").write_text(pressure(7, lately=100.0))
    assert one.lately() == 1.0
