"""Work on the nodes begins while Vagrant still ends its own: what is reported when one of both fails, or both."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.building import booted
from cli.context import Context
from cli.progress import ConsoleProgress
from inventory.errors import MachineError, Unreachable
from inventory.providers.machines import Machines
from inventory.providers.vagrant_program import VagrantProgram
from tests.support.fake_host import FakeHost, made, silent

PORTS = '{"22/tcp": [{"HostIp": "127.0.0.1", "HostPort": "2222"}]}\n'
WAIT_S = 20
BOOT_FAILED = MachineError("vagrant up failed:\n  | the reason", hint="./lab doctor checks this machine.")
LOST = Unreachable("node1 does not answer over ssh: the connection broke", hint="")


class Vagrant:
    """`vagrant up` that makes the machines, and ends when `may_end` is set."""

    def __init__(self, root: Path, host: FakeHost) -> None:
        self.root, self.host = root, host
        self.may_end = threading.Event()
        self.ended = False
        self.error: MachineError | None = None
        self.boots: Callable[[], None] = self.machines_answer

    def machines_answer(self) -> None:
        """The machines are there, and answer."""
        made(self.root)
        self.host.running = {"id-of-node1", "id-of-node2"}
        self.host.said["docker inspect -f {{json .NetworkSettings.Ports}}"] = 2 * PORTS

    def up(self, *_: object) -> None:
        """In the place of VagrantProgram.up."""
        self.boots()
        assert self.may_end.wait(WAIT_S), "the test lets it end"
        self.ended = True
        if self.error is not None:
            raise self.error


@pytest.fixture
def context(host: FakeHost, folder: Path) -> Iterator[Context]:
    context = Context(folder)
    context.machines.prepare("docker", "debian12", silent)
    yield context
    shutil.rmtree(context.machines.control, ignore_errors=True)


@pytest.fixture(autouse=True)
def _image(monkeypatch: pytest.MonkeyPatch, host: FakeHost) -> None:
    host.said["docker image inspect"] = "[{}]"


@pytest.fixture
def vagrant(host: FakeHost, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Vagrant:
    fake = Vagrant(folder, host)
    monkeypatch.setattr(VagrantProgram, "up", fake.up)
    return fake


def test_the_work_begins_before_vagrant_ends(context: Context, vagrant: Vagrant) -> None:
    with booted(context, ConsoleProgress()) as whole:
        assert not vagrant.ended
        assert context.machines.ssh_config().exists()
        vagrant.may_end.set()
        whole()
        assert vagrant.ended
    assert context.machines.ssh_config().exists(), "the end of Vagrant does not take it away"


def test_a_node_that_does_not_answer_yet(context: Context, vagrant: Vagrant, host: FakeHost) -> None:
    host.fails, host.complaint = "node2", "kex_exchange_identification: Connection closed by remote host\n"
    asked: list[bool] = []

    def answers() -> bool:
        vagrant.may_end.set()
        asked.append(Context.answers(context))
        return asked[-1]

    context.answers = answers  # type: ignore[method-assign]
    with booted(context, ConsoleProgress()):
        assert vagrant.ended, "without an answer of both nodes the work waits for Vagrant"
    assert not any(asked)


def test_where_only_vagrant_knows_the_addresses(
    host: FakeHost, folder: Path, vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context(folder)
    context.machines.prepare("virtualbox", "auto", silent)
    monkeypatch.setattr(
        VagrantProgram, "ssh_config", lambda self: pytest.fail("it is not called while `up` runs")
    )
    monkeypatch.setattr(Machines, "running", lambda self: {"node1": False})
    vagrant.boots = lambda: made(folder, "virtualbox")
    assert not context.answers()
    vagrant.may_end.set()
    with booted(context, ConsoleProgress()):
        assert vagrant.ended


def test_vagrant_fails_before_the_nodes_answer(context: Context, vagrant: Vagrant) -> None:
    vagrant.boots, vagrant.error = lambda: None, BOOT_FAILED
    vagrant.may_end.set()
    with pytest.raises(MachineError) as caught, booted(context, ConsoleProgress()):
        pytest.fail("there is nothing to work on")
    assert caught.value is BOOT_FAILED


def work(context: Context, vagrant: Vagrant, on_nodes: Callable[[Callable[[], object]], None]) -> None:
    """Some work on the nodes, during which Vagrant ends."""
    with booted(context, ConsoleProgress()) as whole:
        vagrant.may_end.set()
        on_nodes(whole)


def fails(error: BaseException) -> Callable[[Callable[[], object]], None]:
    def on_nodes(whole: Callable[[], object]) -> None:
        raise error

    return on_nodes


def test_vagrant_fails_after_the_work_began(context: Context, vagrant: Vagrant) -> None:
    vagrant.error = BOOT_FAILED
    reported = []

    def on_nodes(whole: Callable[[], object]) -> None:
        whole()
        reported.append("Done")

    with pytest.raises(MachineError) as caught:
        work(context, vagrant, on_nodes)
    assert caught.value is BOOT_FAILED
    assert reported == [], "what failed is not reported as done"


def test_work_that_does_not_ask_fails_too(context: Context, vagrant: Vagrant) -> None:
    vagrant.error = BOOT_FAILED
    with pytest.raises(MachineError) as caught:
        work(context, vagrant, lambda whole: None)
    assert caught.value is BOOT_FAILED


def test_the_work_fails_because_vagrant_failed(context: Context, vagrant: Vagrant) -> None:
    vagrant.error = BOOT_FAILED
    with pytest.raises(MachineError) as caught:
        work(context, vagrant, fails(LOST))
    assert caught.value is BOOT_FAILED, "the cause, not its consequence"


@pytest.mark.parametrize("error", [LOST, KeyboardInterrupt()])
def test_the_work_fails_and_vagrant_does_not(
    context: Context, vagrant: Vagrant, error: BaseException
) -> None:
    with pytest.raises(type(error)) as caught:
        work(context, vagrant, fails(error))
    assert caught.value is error
    assert vagrant.ended, "no Vagrant is left behind"


def test_machines_that_run_need_no_vagrant(context: Context, vagrant: Vagrant) -> None:
    vagrant.machines_answer()
    with booted(context, ConsoleProgress()) as whole:
        whole()
    assert not vagrant.ended
