"""`./lab bench token`, `peers` and `up`: mistakes are told before anything is done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import bench_peers, bench_size, bench_token, bench_up
from cli.main import app
from cli.number_list import number_list
from inventory.errors import ConfigError, LabError
from tests.support.example_lab import CASES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CASES.parent.parent / "lab.yaml", tmp_path)
    return tmp_path


def typed(folder: Path, *words: str) -> None:
    done = CliRunner().invoke(app, ["--root", str(folder), "bench", *words])
    if done.exception:
        raise done.exception


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("token", "--values", "fast"), "--values 'fast'"),
        (("token", "--values", "400,20"), "token 20 ms"),
        (("token", "--scenarios", "frost"), "no scenario 'frost'"),
        (("token", "--pauses", "--disturb", "noise"), "--disturb noise"),
        (("token", "--scenarios", ""), "Nothing is to be measured"),
        (("token", "--table", "none.jsonl"), "none.jsonl cannot be read"),
        (("prediction", "--table", "none.jsonl"), "none.jsonl: no such file"),
        (("peers", "--faults", "flood"), "--faults flood"),
        (("peers", "--network", "8.8.8.0/24"), "no private network"),
        (("peers", "--network", "10.1.2.3/24"), "has host bits set"),
        (("peers", "--network", "10.1.2.0/28"), "too small"),
        (("peers", "--adverts", "often"), "not a list of numbers"),
        (("peers", "--adverts", "0.001"), "no such interval"),
        (("up", "--against", "hope"), "no such way"),
        (("size", "--nodes", "2,9"), "9: not a possible number"),
        (("size", "--nodes", "three"), "not a list of numbers"),
        (("size", "--network", "10.1.2.0/28"), "too small"),
        (("size", "--network", "8.8.8.0/24"), "no private network"),
        (("up", "--against", "pcs", "--network", "8.8.8.0/24"), "no private network"),
    ],
)
def test_mistakes(folder: Path, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        typed(folder, *words)
    assert caught.value.hint
    assert not (folder / "docs").exists()


def test_a_lab_that_is_not_there(folder: Path) -> None:
    with pytest.raises(LabError) as caught:
        typed(folder, "token")
    assert "./lab" in str(caught.value)


def test_the_group_lists_both() -> None:
    said = CliRunner().invoke(app, ["bench", "--help"]).output
    assert {"token", "peers", "up", "size", "status"} <= {
        line.split()[1] for line in said.splitlines() if len(line.split()) > 1
    }


def test_the_defaults_can_be_used() -> None:
    assert number_list("--values", bench_token.DEFAULT_VALUES, int, "") == [200, 400, 1000, 3000, 5000]
    for network in (bench_peers.NETWORK, bench_up.NETWORK, bench_size.NETWORK):
        assert bench_peers.private_network(network, network).prefixlen == 24
    assert bench_peers._intervals("1,0.1,1") == [1.0, 0.1]


def test_the_seconds_of_the_machines_come_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "lab.log"
    log.write_text("2026-11-26 20:57:13,280 note ./lab up\n")
    assert bench_up.machines_s(log) == []
    line = "2026-11-26 20:57:23,133 this-machine status=0 {}s vagrant up\n"
    log.write_text(log.read_text() + line.format("9.33") + line.format("8.10"))
    assert bench_up.machines_s(log)[-1] == 8.1
