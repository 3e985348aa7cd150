"""How remedies are put together, and what runs in the background: in a real shell, on files of the test's own."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from drill.faults import background, remedies, repair
from drill.faults.base import FaultScope, Remedy, RemedyFactory, remedy
from tests.support.fake_session import fake_session


def scope() -> FaultScope:
    session = fake_session()
    return FaultScope(session, session.lab.node1)


def gone(path: Path) -> RemedyFactory:
    return lambda scope: remedy(f"removed {path.name}", "file", file=path)


def hopeless(scope: FaultScope) -> Remedy:
    return Remedy("cured", "is_wrong() { true; }\nput_right() { echo a detail; false; }")


def shell(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False, timeout=20)


def soon(condition: str) -> bool:
    return (
        shell(f"for i in $(seq 200); do {{ {condition}; }} && exit; sleep 0.05; done; exit 1").returncode == 0
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lab's folder on a node, here."""
    path = tmp_path / "ha-lab"
    monkeypatch.setattr(background, "FOLDER", str(path))
    monkeypatch.setattr(remedies, "FOLDER", str(path))
    return path


def test_only_what_is_wrong_is_repaired_and_told(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two's"
    one.touch()
    text = repair.repair_script(scope(), (gone(one), gone(two)))
    first, second = shell(text), shell(text)
    assert (first.returncode, first.stdout) == (0, "removed one\n")
    assert (second.returncode, second.stdout) == (0, "")
    two.touch()
    assert shell(text).stdout == "removed two's\n"


def test_a_remedy_that_fails_is_told_and_the_others_are_done(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    done = shell(repair.repair_script(scope(), (hopeless, gone(there))))
    assert done.returncode != 0
    assert "cured: failed" in done.stderr
    assert done.stdout == "removed there\n"


def test_what_is_still_broken_is_told_else_yes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    text = repair.still_broken_script(scope(), (gone(one), gone(two)))
    assert shell(text).stdout == "yes\n"
    one.touch()
    assert shell(text).stdout == "not yet: removed one\n"
    two.touch()
    assert shell(text).stdout == "not yet: removed one\nnot yet: removed two\n"


def test_what_runs_in_the_background_is_ended_with_all_it_started(folder: Path, tmp_path: Path) -> None:
    cpu = repair.still_broken_script(scope(), (remedies.busy_processors,))
    assert shell(cpu).stdout == "yes\n", "nothing runs yet"
    child = tmp_path / "child"
    begun = shell(background.start_once(remedies.CPU, f"sleep 60 & echo $! > {child}; wait", 60))
    assert begun.returncode == 0
    try:
        assert soon(f"[ -s {child} ]")
        assert shell(cpu).stdout.startswith("not yet: ")
        again = shell(background.start_once(remedies.CPU, f"rm {child}", 60))
        assert (again.returncode, child.exists()) == (0, True), "it is not started twice"
    finally:
        ended = shell(repair.repair_script(scope(), (remedies.busy_processors,)))
    assert ended.returncode == 0
    assert soon(f"! kill -0 $(cat {child}) 2>/dev/null")
    assert shell(cpu).stdout == "yes\n"


def test_a_timer_heals_by_itself(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "it's broken"
    broken.touch()
    heal = repair.repair_script(scope(), (gone(broken),))
    assert shell(background.arm_timer("timer-x", heal, seconds=0, limit=20)).returncode == 0
    fired = repair.timer_fired("x")(scope())
    assert soon(f"[ ! -e {shlex.quote(str(broken))} ] && [ -e {folder}/timer-x.fired ]")
    told = shell(repair.repair_script(scope(), (lambda _: fired,)))
    assert told.stdout == f"x: {repair.TIMER_FIRED}\n"


def test_a_timer_that_is_ended_heals_nothing(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    heal = repair.repair_script(scope(), (gone(broken),))
    assert shell(background.arm_timer("timer-x", heal, seconds=1, limit=20)).returncode == 0
    ended = shell(repair.repair_script(scope(), (remedies.timers,)))
    assert ended.stdout == "ended the timers of an earlier drill\n"
    shell("sleep 1.2")
    assert broken.exists()
    assert not (folder / "timer-x.fired").exists()


def test_what_a_killed_drill_still_does_is_ended(folder: Path, tmp_path: Path) -> None:
    late = tmp_path / "late"
    text = background.in_foreground(f"sleep 60; touch {late}")
    doing = subprocess.Popen(["timeout", "60", "sh", "-c", text], start_new_session=True)
    heal = repair.repair_script(scope(), (remedies.interrupted_action,))
    assert soon(f"[ -s {folder}/action.pid ]")
    assert shell(heal).stdout == "ended a command that an interrupted drill had started\n"
    assert doing.wait(10) != 0
    assert shell(heal).stdout == ""
    assert not late.exists()


def test_an_action_keeps_its_status_and_leaves_no_mark(folder: Path) -> None:
    done = shell(background.in_foreground("cat <<'END'\nsaid\nEND\nset -e\nexit 3"))
    assert (done.returncode, done.stdout) == (3, "said\n")
    assert list(folder.iterdir()) == []
