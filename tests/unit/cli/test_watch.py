"""`./lab watch` as it is typed, in a folder without nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory import homes
from tests.support.fake_host import FakeHost
from tests.support.lab_command import lab
from watch.web.server import LOOPBACK, bound
from watch.web.token import NAME

NOT_UP = "not up: No machine for node1.magedu.com, node2.magedu.com. ./lab up makes and starts the nodes."


@pytest.fixture(autouse=True)
def _here(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB", raising=False)


@pytest.mark.parametrize("words", [("--lines",), ()], ids=["--lines", "not on a terminal"])
def test_a_lab_that_is_not_up_is_told_in_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert lab(folder, monkeypatch, "watch", *words, "--seconds", "5") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.split("  ", 1)[1] == NOT_UP


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--labs",), "--labs is only for the page"),
        (("--control",), "--control is only for the page"),
        (("--bind", "127.0.0.1", "--lines"), "--bind is only for the page"),
        (("--new-token",), "./lab watch --web --new-token"),
        (("--web", "--lines"), "choose one of them"),
        (("--web", "--bind", "node1"), "allowed: an IP address of this machine"),
        (("--web", "--bind", "192.0.2.1"), "is no address of this machine"),
    ],
)
def test_options_that_do_not_fit_are_told(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
) -> None:
    assert lab(folder, monkeypatch, "watch", *words) == 2
    assert says in capsys.readouterr().err


def test_a_wrong_lab_yaml_is_told_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "lab.yaml").write_text("nodes: none\n")
    assert lab(folder, monkeypatch, "watch") == 2
    assert "lab.yaml" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bound(LOOPBACK, 0) as link:
        port = str(link.getsockname()[1])
        assert lab(folder, monkeypatch, "watch", "--web", "--port", port) == 3
    assert f"Port {port} of 127.0.0.1 is used by another program." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "token"),
    [((), False), (("--labs",), False), (("--control",), True), (("--bind", LOOPBACK), True)],
)
def test_the_address_of_the_page_is_printed(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    token: bool,
) -> None:
    (folder / homes.STATE).mkdir()
    assert lab(folder, monkeypatch, "watch", "--web", "--port", "0", "--seconds", "1", *words) == 0
    [address] = capsys.readouterr().out.splitlines()
    assert address.startswith("http://127.0.0.1:")
    kept = folder / homes.STATE / NAME
    assert kept.exists() is token
    assert address.endswith(f"/?token={kept.read_text().strip()}" if token else "/")
    log = folder / homes.STATE / "lab.log"
    assert not token or kept.read_text().strip() not in log.read_text(), "the token is in no log"
