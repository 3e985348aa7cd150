"""How a command ends: one message and the exit status, also when it was interrupted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import typer

from cli import main
from inventory.errors import LabError, TimedOut


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

    assert ended(monkeypatch, command) == main.INTERRUPTED
    said = capsys.readouterr().err
    assert "interrupted\nerror: node1 was not healed\n  -> ./lab heal\n" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("status", [0, 1, 2])
def test_an_exit_status_is_passed_on(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        raise typer.Exit(status)

    assert ended(monkeypatch, command) == status
