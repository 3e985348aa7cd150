"""Another token for a while: by the provisioning's steps, in the journal, and always back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.token_change import ENTRY, TokenChange, token_change, undo, with_token
from cluster import corosync_conf
from inventory.errors import ConfigError, LabError
from inventory.journal import Journal, pending
from inventory.model import Command, Result
from inventory.session import LabSession
from provision import apply
from provision.facts import gather
from provision.plan import plan
from tests.support.changed_facts import fake_cluster
from tests.support.example_lab import example_lab
from tests.support.fake_cluster import FakeCluster, Killed, Machine
from tests.support.fake_session import fake_session
from tests.support.shell_sandbox import SHELLS, Sandbox

CONF = corosync_conf.PATH


class TokenCluster(FakeCluster):
    """A cluster that runs with the token of its corosync.conf, and tells it. `deaf`: it keeps the first one."""

    deaf = False

    def start(self, machine: Machine, unit: str) -> None:
        before = self.session
        token = corosync_conf.parse(machine.files[CONF]).section("totem").value("token")
        self.session = replace(before, lab=with_token(before.lab, int(token or 0)))
        super().start(machine, unit)
        self.session = before

    def run(self, command: Command) -> Result:
        if command.purpose != "read-totem-times":
            return super().run(command)
        totem = corosync_conf.parse(self.machines[command.node].loaded[0]).section("totem")
        token = 3000 if self.deaf else int(totem.value("token") or 0)
        lines = [
            f"runtime.config.totem.{name} (u32) = {ms}"
            for name, ms in (("token", token), ("consensus", token * 6 // 5))
        ]
        return Result(command, 0, "\n".join(lines), "")


class Calm:
    """The lab is always healthy."""

    def __init__(self) -> None:
        self.waits: list[int] = []

    def wait(self, session: LabSession) -> None:
        self.waits.append(session.lab.corosync.token_ms)


@pytest.fixture
def cluster(tmp_path: Path) -> TokenCluster:
    found = fake_cluster("debian12", "built").copy()
    found.__class__ = TokenCluster
    assert isinstance(found, TokenCluster)
    found.session = replace(found.session, journal=Journal(tmp_path))
    return found


@pytest.fixture
def change(cluster: TokenCluster) -> TokenChange:
    return TokenChange(cluster.session, Calm())  # type: ignore[arg-type]


def tokens(cluster: FakeCluster) -> set[str | None]:
    return {
        corosync_conf.parse(one.loaded[0]).section("totem").value("token")
        for one in cluster.machines.values()
    }


def test_set_and_restored(change: TokenChange, cluster: TokenCluster, tmp_path: Path) -> None:
    before = {name: dict(one.files) for name, one in cluster.machines.items()}
    with token_change(change):
        session = change.set(400)
        assert (session.lab.corosync.token_ms, session.lab.corosync.consensus_ms) == (400, 480)
        assert tokens(cluster) == {"400"}
        assert [entry.what for entry in pending(tmp_path)] == [ENTRY]
        ran = len(cluster.ran)
        change.set(400)
        assert len(cluster.ran) == ran, "nothing is done when it runs already"
        change.set(1000)
        assert len(pending(tmp_path)) == 1
    assert tokens(cluster) == {"3000"}
    assert {name: dict(one.files) for name, one in cluster.machines.items()} == before
    assert pending(tmp_path) == ()
    assert change.steady.waits == [400, 1000, 3000]  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [KeyboardInterrupt, LabError("no")])
def test_restored_after_an_error(
    change: TokenChange, cluster: TokenCluster, tmp_path: Path, error: BaseException
) -> None:
    def interrupted() -> None:
        with token_change(change):
            change.set(400)
            raise error

    with pytest.raises((KeyboardInterrupt, LabError)):
        interrupted()
    assert tokens(cluster) == {"3000"}
    assert pending(tmp_path) == ()


@pytest.mark.parametrize("commands", range(6))
def test_a_killed_benchmark_is_in_the_journal(
    change: TokenChange, cluster: TokenCluster, tmp_path: Path, commands: int
) -> None:
    cluster.kill_after = len(cluster.ran) + commands
    with pytest.raises(Killed):
        change.set(400)
    [entry] = pending(tmp_path)
    assert entry.what == ENTRY
    assert [action.node for action in entry.undo] == [
        node.name for node in reversed(cluster.session.lab.nodes)
    ]
    cluster.kill_after = None
    apply.run(cluster.session)  # ./lab provision
    assert plan(cluster.session, gather(cluster.session)).empty
    assert tokens(cluster) == {"3000"}


def test_the_lab_s_own_token_changes_nothing(
    change: TokenChange, cluster: TokenCluster, tmp_path: Path
) -> None:
    with token_change(change):
        assert change.set(3000) == cluster.session
    assert pending(tmp_path) == ()


def test_a_corosync_that_keeps_its_token(change: TokenChange, cluster: TokenCluster) -> None:
    cluster.deaf = True
    with pytest.raises(LabError, match="does not run with the token 400 ms, but with 3 s"):
        change.set(400)


@pytest.mark.parametrize("token", [125, 30_001, -1])
def test_a_token_that_corosync_refuses(token: int) -> None:
    with pytest.raises(ConfigError, match=f"token {token} ms"):
        with_token(example_lab(), token)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("live", "conf"), [("400", "other"), ("3000", "other"), ("400", "same"), ("3000", "same")]
)
def test_the_undo_of_the_journal(sandbox: Sandbox, shell: str, live: str, conf: str) -> None:
    session = fake_session()
    action = undo(session)[0]
    want = corosync_conf.configuration(session.lab, "3")
    path = sandbox.root / "corosync.conf"
    path.write_text(want if conf == "same" else "totem {\n}\n")
    prefix = "runtime.config.totem."
    words = f"{prefix}consensus (u32) = 3000\n{prefix}token (u32) = {live}"
    sandbox.answer({"pidof": "17", "corosync-cmapctl": words})
    done = sandbox.run(action.script.replace(CONF, str(path)), shell)
    needed = (live, conf) != (str(session.lab.corosync.token_ms), "same")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("corosync.conf is as in lab.yaml again\n" if needed else "")
    assert path.read_text() == want
    assert any("stop corosync" in call for call in sandbox.calls) == needed
