"""How mends are put together, run in a real shell on files of the test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from drill.faults import background, remedies, repair
from drill.faults.base import FaultScope, Remedy, RemedyFactory
from tests.support.fake_session import fake_session


def scope() -> FaultScope:
    session = fake_session()
    return FaultScope(session, session.lab.node1)


def gone(path: Path) -> RemedyFactory:
    return lambda scope: Remedy(f"removed {path.name}", f"[ -e {path} ]", f"rm {path}")


def shell(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False, timeout=20)


def test_only_what_is_wrong_is_mended_and_told(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two's"
    one.touch()
    text = repair.repair_script(
        scope(), (gone(one), lambda _: Remedy("removed two's", f'[ -e "{two}" ]', f'rm "{two}"'))
    )
    first, second = shell(text), shell(text)
    assert (first.returncode, first.stdout) == (0, "removed one\n")
    assert (second.returncode, second.stdout) == (0, "")


def test_a_remedy_that_fails_is_told_and_the_others_are_done(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    done = shell(repair.repair_script(scope(), (lambda _: Remedy("cured", "true", "false"), gone(there))))
    assert done.returncode != 0
    assert "cured: failed" in done.stderr
    assert done.stdout == "removed there\n"


def test_wrong_says_what_is_left_else_yes(tmp_path: Path) -> None:
    there = tmp_path / "there"
    text = repair.still_broken_script(scope(), (gone(there),))
    assert shell(text).stdout == "yes\n"
    there.touch()
    assert shell(text).stdout == "not yet: removed there\n"


def test_what_runs_in_the_background_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "FOLDER", str(tmp_path / "run"))
    assert shell(background.alive("nap")).returncode != 0
    begun = shell(
        background.launch("nap", "sleep 60 & echo $! > $0.child; wait", 60).replace(
            "$0.child", str(tmp_path / "child")
        )
    )
    assert begun.returncode == 0
    runs = f"[ -s {tmp_path}/child ] && {background.alive('nap')}"
    try:
        assert shell(f"for i in $(seq 100); do {runs} && exit; sleep 0.05; done; exit 1").returncode == 0
    finally:
        ended = shell(background.end("nap"))
    assert ended.returncode == 0
    left = f"! kill -0 $(cat {tmp_path}/child) 2>/dev/null && ! {background.alive('nap')}"
    assert shell(f"for i in $(seq 100); do {{ {left}; }} && exit; sleep 0.05; done; exit 1").returncode == 0


def test_another_process_with_the_same_number_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "FOLDER", str(tmp_path))
    (tmp_path / "nap.pid").write_text("1\n")
    assert shell(background.alive("nap")).returncode != 0


def test_a_timer_heals_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FOLDER", str(tmp_path / "run"))
    broken = tmp_path / "broken"
    broken.touch()
    heal = repair.repair_script(scope(), (gone(broken),))
    assert shell(background.launch("timer-x", f"sleep 0\n( {heal}\n)", 20)).returncode == 0
    assert (
        shell(f"for i in $(seq 100); do [ -e {broken} ] || exit 0; sleep 0.05; done; exit 1").returncode == 0
    )


def test_what_a_killed_drill_still_does_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FOLDER", str(tmp_path))
    monkeypatch.setattr(remedies, "FOLDER", str(tmp_path))
    late = tmp_path / "late"
    text = background.underway(f"sleep 60; touch {late}")
    doing = subprocess.Popen(["timeout", "60", "sh", "-c", text], start_new_session=True)
    heal = repair.repair_script(scope(), (remedies.action,))
    there = background.alive("act")
    assert shell(f"for i in $(seq 100); do {there} && exit; sleep 0.05; done; exit 1").returncode == 0
    assert shell(heal).stdout == "ended what an interrupted drill was still doing\n"
    assert doing.wait(10) != 0
    assert shell(heal).stdout == ""
    assert not late.exists()


def test_an_act_keeps_its_status_and_leaves_no_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FOLDER", str(tmp_path))
    done = shell(background.underway("cat <<'END'\nsaid\nEND\nset -e\nexit 3"))
    assert (done.returncode, done.stdout) == (3, "said\n")
    assert list(tmp_path.iterdir()) == []
