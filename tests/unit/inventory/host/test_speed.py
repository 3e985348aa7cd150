from __future__ import annotations

import pytest

from inventory.host import command, speed
from inventory.host.command import Output
from inventory.host.speed import Speed, measure, proposed, steal_share, ticks


def test_this_machine_is_measured() -> None:
    found = measure()
    assert found is not None
    assert found.work_s > 0.01, "a hundred programs were started"
    assert found.late_s >= 0
    assert 0 <= found.steal <= 1


def test_without_the_work_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", lambda argv: Output(tuple(argv), 127, "", "no such file"))
    assert measure() is None


@pytest.mark.parametrize(
    ("slowness", "patience"), [(0.4, 1), (1.99, 1), (2, 2), (2.1, 3), (9.5, 10), (19.2, 20), (300, 20)]
)
def test_the_proposal(slowness: float, patience: float) -> None:
    assert proposed(slowness, 20) == patience


def test_the_slower_of_the_two_figures_counts() -> None:
    assert Speed(work_s=0.8, late_s=0.2).slowness == pytest.approx(4)
    assert Speed(work_s=0.2, late_s=1.0).slowness == pytest.approx(5)


def test_steal_time() -> None:
    text = "cpu  100 0 50 800 10 0 10 30 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"
    assert ticks(text) == (1000, 30)
    assert steal_share((1000, 30), (1100, 55)) == 0.25
    assert steal_share((0, 0), (0, 0)) == 0
    assert ticks("") == ticks("intr 1 2 3") == (0, 0)
    assert "25% of the time went to other machines" in Speed(0.2, 0.1, 0.25).summary
    assert "steal" not in Speed(0.2, 0.1).summary


def test_a_machine_without_proc_has_no_steal_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_STAT", speed._STAT / "nothing")
    found = measure()
    assert found is not None
    assert found.steal == 0
