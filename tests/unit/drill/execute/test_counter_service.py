"""The counter service: what is made on the nodes and removed again, and what its CGI program does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drill.execute.counter_service import CounterService
from drill.execute.recovery import Recovery
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.record.header import Header
from drill.record.recorder import Recorder
from drill.record.timeline import Write
from inventory.errors import LabError, RouteRefused, TimedOut
from inventory.journal import pending
from inventory.model import Command
from inventory.remote.script import script
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import FakeLab

PACKAGE = "drill.execute"


@dataclass
class FakeWriter(Observer):
    """Writes one number to each node."""

    lab: FakeLab
    on_write: Callable[[Write], None]
    did: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.did.append("start")
        for number, node in enumerate((NODE1, NODE2)):
            self.lab.written[node].append(number)
            self.on_write(Write(number, number + 0.1, number, node=node))

    def stop(self) -> None:
        self.did.append("stop")


@pytest.fixture
def lab(tmp_path: Path) -> FakeLab:
    return FakeLab(tmp_path)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    with Recorder(tmp_path / "timeline.jsonl", Header()) as made:
        yield made


def service(
    lab: FakeLab,
    recorder: Recorder,
    *,
    guard: Callable[[], None] = lambda: None,
    writers: list[FakeWriter] | None = None,
) -> CounterService:
    def writer(_: ProbeSettings, clock: Callable[[], float], on_write: Callable[[Write], None]) -> Observer:
        made = FakeWriter(lab, on_write)
        if writers is not None:
            writers.append(made)
        return made

    return CounterService(lab.session(), recorder, guard, writer)


def test_it_is_made_used_read_and_removed(lab: FakeLab, recorder: Recorder) -> None:
    with service(lab, recorder):
        assert [one.target for one in pending(lab.root)] == [NODE1, NODE2]
    assert lab.did == [f"{word}-counter {node}" for word in ("install", "remove") for node in (NODE1, NODE2)]
    assert pending(lab.root) == ()
    found = recorder.timeline()
    assert [(one.node, one.number) for one in found.writes] == [(NODE1, 0), (NODE2, 1)]
    assert found.header.stored == {NODE1: (0,), NODE2: (1,)}


def test_nothing_is_written_to_another_network(lab: FakeLab, recorder: Recorder) -> None:
    def refuse() -> None:
        raise RouteRefused("not the lab's network")

    writers: list[FakeWriter] = []
    made = service(lab, recorder, guard=refuse, writers=writers)
    with pytest.raises(RouteRefused):
        made.__enter__()
    assert writers == []
    assert lab.did == [], "and nothing is made"


def test_a_service_that_does_not_answer_is_told_and_healed(lab: FakeLab, recorder: Recorder) -> None:
    lab.instead("prove-counter", lambda command, usual: (0, "status 404\n", ""))
    with pytest.raises(TimedOut, match=r"the counter service answers: not within 20 s.*status 404"):
        service(lab, recorder).__enter__()
    Recovery(lab.session()).heal()
    assert lab.written == {}


def test_a_file_that_cannot_be_read_is_no_answer(lab: FakeLab, recorder: Recorder) -> None:
    """The record must not say that a write is lost because nobody could look."""
    lab.instead("read-writes", lambda command, usual: (1, "", "no such file"))
    with pytest.raises(LabError, match="no such file"), service(lab, recorder):
        pass
    assert recorder.timeline().header.stored is None
    assert lab.written == {}


def test_what_could_not_be_removed_stays_in_the_journal(lab: FakeLab, recorder: Recorder) -> None:
    def silent(command: Command, usual: object) -> tuple[int, str, str] | None:
        return (1, "", "") if command.node == NODE2 else (0, "", "")

    lab.instead("remove-counter", silent)
    with service(lab, recorder):
        pass
    assert [one.target for one in pending(lab.root)] == [NODE2]


def cgi(file: Path, query: str) -> str:
    text = script(PACKAGE, "counter", answer="<h1>Node1</h1>", file=file)
    done = subprocess.run(
        ["sh", "-c", text],
        env={"QUERY_STRING": query, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_the_program_acknowledges_what_is_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "writes"
    file.touch()
    for number in ("7", "12"):
        said = cgi(file, number)
        assert said.startswith("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n<h1>Node1</h1>")
    assert file.read_text() == "7\n12\n"


@pytest.mark.parametrize("query", ["", "x", "1;reboot", "$(reboot)", "-1", "1 2", "../7", "a=1"])
def test_anything_but_a_number_is_refused(tmp_path: Path, query: str) -> None:
    file = tmp_path / "writes"
    file.touch()
    assert cgi(file, query).startswith("Status: 400 ")
    assert file.read_text() == ""


def test_what_cannot_be_written_is_not_acknowledged(tmp_path: Path) -> None:
    assert cgi(tmp_path / "no" / "writes", "7").startswith("Status: 500 ")


def test_installed_and_removed_on_a_node(tmp_path: Path) -> None:
    """In a shell, with stand-ins for what is not a text tool."""
    tools, log = tmp_path / "bin", tmp_path / "log"
    tools.mkdir()
    for name, text in {"pgrep": "echo 4711", "id": "exit 1", "chown": f'echo "$@" >>{log}'}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    folder, conf = tmp_path / "counter", tmp_path / "counter.conf"
    place = {"folder": folder, "conf": conf, "process": "apache2"}
    install = script(PACKAGE, "install_counter", modules="/m", path="/p", program="#!/bin/sh\ntrue", **place)
    remove = script(PACKAGE, "remove_counter", **place)
    path = {"PATH": f"{tools}:/usr/bin:/bin"}

    def run(text: str) -> str:
        text = f'kill() {{ echo "kill $*" >>{log}; }}\n{text}'
        done = subprocess.run(["sh", "-c", text], env=path, capture_output=True, text=True, check=True)
        return done.stdout

    run(install)
    assert (folder / "counter.cgi").read_text() == "#!/bin/sh\ntrue\n"
    assert f"ScriptAlias /p {folder}/counter.cgi" in conf.read_text()
    assert "LoadModule cgi_module /m/mod_cgi.so" in conf.read_text()
    assert log.read_text() == f"apache {folder}/writes\nkill -USR1 4711\n"
    assert run(remove) == "removed the counter service\n"
    assert not folder.exists()
    assert not conf.exists()
    assert run(remove) == "", "a second time nothing is done"
