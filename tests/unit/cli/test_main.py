"""How a command ends: one message and the exit status, also when it was interrupted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import guard, main
from inventory import log
from inventory.errors import LabError, TimedOut
from inventory.providers.machines import Machines
from tests.support.example_lab import CASES
from tests.support.fake_machines import FakeChoice

ROOT = CASES.parent.parent


def ended(monkeypatch: pytest.MonkeyPatch, command: Callable[[], None]) -> int:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    monkeypatch.setattr(main, "app", lambda prog_name: app([], prog_name=prog_name))
    with pytest.raises(SystemExit) as caught:
        main.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_a_failure_is_one_message_with_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise TimedOut("not within 3 s", hint="./lab status")

    assert ended(monkeypatch, command) == TimedOut("").exit_status
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "error: not within 3 s\n  -> ./lab status\n")


def test_an_interrupt_also_tells_of_the_healing_that_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        try:
            raise LabError("node1 was not healed", hint="./lab heal")
        finally:
            raise KeyboardInterrupt("SIGINT")

    assert ended(monkeypatch, command) == guard.INTERRUPTED
    said = capsys.readouterr().err
    assert "interrupted\nerror: node1 was not healed\n  -> ./lab heal\n" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("status", [0, 1, 2])
def test_an_exit_status_is_passed_on(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        raise typer.Exit(status)

    assert ended(monkeypatch, command) == status


def test_an_error_names_the_log_once_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise LabError("node1 is gone\nits words", hint="./lab up")

    log.begin(tmp_path / ".lab")
    ended(monkeypatch, command)
    assert "log:" not in capsys.readouterr().err, "without a lab there is no log"
    (tmp_path / ".lab").mkdir()
    ended(monkeypatch, command)
    path = tmp_path / ".lab" / "lab.log"
    assert capsys.readouterr().err == f"error: node1 is gone\nits words\n  -> ./lab up\n  log: {path}\n"
    assert path.read_text().endswith(" note error, exit status 1: node1 is gone\n")


def typed(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main.app, ["--root", str(root), *words])


def test_the_version_and_the_help_need_no_lab(tmp_path: Path) -> None:
    assert typed(tmp_path, "--version").output == f"ha-lab {metadata.version('ha-lab')}\n"
    assert typed(tmp_path, "-h").output == typed(tmp_path, "--help").output
    assert "Usage: " in typed(tmp_path, "drill", "-h").output


def test_verbose_shows_the_log_on_stderr(tmp_path: Path) -> None:
    shutil.copy(ROOT / "lab.yaml", tmp_path)
    quiet, shown = typed(tmp_path, "exercises"), typed(tmp_path, "--verbose", "exercises")
    assert quiet.stderr == ""
    assert shown.stderr.endswith(" note ./lab exercises\n")
    assert shown.stdout == quiet.stdout, "results on stdout are the same"
    assert [path.name for path in tmp_path.iterdir()] == ["lab.yaml"], "nothing was made"


def test_words_after_the_node_are_the_commands_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./lab ssh node1 df -h`: -h is of df."""
    shutil.copy(ROOT / "lab.yaml", tmp_path)
    ran: list[list[str]] = []
    monkeypatch.setattr(os, "execvp", lambda _, argv: ran.append(argv))
    monkeypatch.setattr(Machines, "ssh_config", lambda self: tmp_path / "ssh_config")
    monkeypatch.setattr(Machines, "choice", FakeChoice())
    assert typed(tmp_path, "ssh", "node1", "df", "-h", "--help").exit_code == 0
    assert ran[0][-1] == "sudo -n -H sh -c 'cd; df -h --help'", "in root's home"
    assert typed(tmp_path, "ssh", "node1").exit_code == 0
    assert ran[1][-1] == "sudo -n -i", "a login shell"


def test_the_nodes_own_shell_expands_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./lab ssh node1 'x=5; echo $x'`: sudo -i leaves $ to the login shell, which has no x."""
    shutil.copy(ROOT / "lab.yaml", tmp_path)
    (tmp_path / "sudo").write_text(SUDO)
    (tmp_path / "sudo").chmod(0o755)
    ran: list[list[str]] = []
    monkeypatch.setattr(os, "execvp", lambda _, argv: ran.append(argv))
    monkeypatch.setattr(Machines, "ssh_config", lambda self: tmp_path / "ssh_config")
    monkeypatch.setattr(Machines, "choice", FakeChoice())
    assert typed(tmp_path, "ssh", "node1", "x=5; echo $x", "'a  b'").exit_code == 0
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", ran[0][-1]], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "5 a  b\n"


SUDO = """\
#!/bin/bash
# As sudo(8): -i gives the words to a login shell, with every letter escaped but letters, digits, _, - and $.
login=
while :; do
    case $1 in
        -n | -H) shift ;;
        -i) login=yes; shift ;;
        *) break ;;
    esac
done
[ -n "$login" ] || exec "$@"
words=$(printf '%s ' "$@" | sed 's/[^A-Za-z0-9_$ -]/\\\\&/g')
exec bash -c "$words"
"""
