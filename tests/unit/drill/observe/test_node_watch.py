"""The watch: a block as a node printed it, and what the reader makes of answers that come, come late, or don't."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from drill.observe import node_watch
from drill.observe.node_watch import ANSWER_LIMIT_S, RETRY_S, Reader, parse
from drill.observe.ssh_session import END
from drill.record.timeline import NodeReading
from inventory.platforms.base import Platform
from inventory.platforms.registry import PLATFORMS
from inventory.remote import sections
from inventory.remote.script import script
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.old_stack import block, members, old_lab, recorded
from tests.support.rendered_script import parsed
from tests.support.shell_sandbox import SHELLS, Sandbox

LAB = example_lab()
DEBIAN, CENTOS6 = PLATFORMS["debian12"], PLATFORMS["centos6"]
FOLDER = CASES / "watch"
ACTIVE, PASSIVE = ((FOLDER / f"3-{name}.txt").read_text() for name in ("active", "passive"))
ALL_ON_1 = {"WebIP": NODE1, "WebServer": NODE1}


def seen(text: str, platform: Platform = DEBIAN) -> NodeReading:
    return parse(text, LAB, platform, LAB.node1, asked=1.0, at=1.1)


def test_the_node_that_serves() -> None:
    assert seen(ACTIVE) == NodeReading(
        asked=1.0, at=1.1, node=NODE1, owns_vip=True, web="running", quorate=True, members=(NODE1, NODE2),
        dc=NODE2, corosync=True, placements=ALL_ON_1,
    )  # fmt: skip


def test_the_node_that_does_not() -> None:
    found = seen(PASSIVE)
    assert (found.owns_vip, found.web, found.corosync) == (False, "stopped", True)
    assert found.placements == ALL_ON_1


def test_corosync_1_4_has_its_quorum_from_pacemaker() -> None:
    """Recorded: before and after the loss of node2. The plugin's corosync-quorumtool is always quorate."""
    lab = old_lab()

    def found(ring: str, state: str) -> NodeReading:
        text = block(
            addresses="eth1 172.30.100.11/16",
            processes="Ssl  corosync\nSs   httpd\nS    httpd",
            members=members(recorded(ring)),
            state=recorded(f"crm_mon-X-r-{state}.xml"),
        )
        return parse(text, lab, CENTOS6, lab.node1, asked=1.0, at=1.1)

    whole = found("corosync-objctl-a.txt", "up")
    assert (whole.owns_vip, whole.web, whole.quorate, whole.members) == (
        True,
        "running",
        True,
        (NODE1, NODE2),
    )
    assert (whole.dc, whole.placements) == (NODE2, ALL_ON_1)
    alone = found("partition-ttl0-target.txt", "alone-dc-without-quorum")
    assert (alone.quorate, alone.members, alone.placements) == (False, (NODE1,), ALL_ON_1)
    assert "Quorate:          Yes" in recorded("corosync-quorumtool-s.txt")


@pytest.mark.parametrize(
    ("states", "web"),
    [
        ("Ss   apache2\nSl   apache2\n", "running"),
        ("Ts   apache2\nTl   apache2\n", "hung"),
        ("Ts   apache2\nSl   apache2\n", "running"),
        ("Zs   apache2\n", "stopped"),
        ("Ss   apachectl\n", "stopped"),
        ("", "stopped"),
    ],
)
def test_the_web_server(states: str, web: str) -> None:
    assert seen(f"@@part addresses\n@@part processes\nS<sl corosync\n{states}@@part ring\n").web == web


@pytest.mark.parametrize(("state", "runs"), [("S<sl", True), ("R<l", True), ("Tl", False), ("Z", False)])
def test_corosync(state: str, runs: bool) -> None:
    assert seen(f"@@part processes\n{state} corosync\n").corosync is runs


def test_a_node_whose_cluster_is_down() -> None:
    text = (
        ACTIVE[: ACTIVE.index("@@part ring")].replace("S<sl corosync\n", "") + "@@part ring\n@@part state\n"
    )
    found = seen(text)
    assert (found.corosync, found.quorate, found.members, found.dc, found.placements) == (
        False,
        None,
        (),
        "",
        {},
    )
    assert found.owns_vip, "the address may well be there still"


@pytest.mark.parametrize("text", ["", "@@part state\n<crm_mon", "bash: ip: command not found"])
def test_what_cannot_be_read_is_not_there(text: str) -> None:
    assert seen(text) == NodeReading(asked=1.0, at=1.1, node=NODE1, web="stopped")


def test_an_address_that_only_begins_alike_is_another() -> None:
    assert not seen(ACTIVE.replace("172.16.100.11/16", "172.16.100.110/16")).owns_vip


@dataclass
class Session:
    """Answers in order: a text, None for none in time, EOFError for the end."""

    answers: list[str | type[EOFError] | None]
    asked: list[str] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    closed: bool = False

    def ask(self, line: str) -> None:
        self.asked.append(line)

    def answer(self, limit: float) -> str | None:
        self.limits.append(limit)
        next_one = self.answers.pop(0) if self.answers else None
        if isinstance(next_one, type):
            raise next_one("it ended")
        return next_one

    def close(self) -> None:
        self.closed = True


class Time:
    """A clock that goes on by a little each time it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def reader(*sessions: Session) -> tuple[Reader, Time]:
    left, clock = list(sessions), Time()
    return Reader(LAB, DEBIAN, LAB.node1, lambda node: left.pop(0), clock, 0.25), clock


def test_a_reading_lies_between_its_question_and_its_answer() -> None:
    one, _ = reader(Session([ACTIVE]))
    view = one.look()
    assert (round(view.asked, 1), round(view.at, 1)) == (0.1, 0.2)


def test_a_silent_node_is_not_seen_and_its_late_answer_is_not_recorded() -> None:
    session = Session([ACTIVE, None, None, ACTIVE, ACTIVE])
    one, _ = reader(session)
    assert [one.look().seen for _ in range(5)] == [True, False, False, False, True]
    assert len(session.asked) == 3, "a question that is not answered is not asked again"
    assert session.limits == [ANSWER_LIMIT_S, ANSWER_LIMIT_S, 0.25, 0.25, ANSWER_LIMIT_S]


def test_a_lost_session_is_opened_anew_after_a_while() -> None:
    first, second = Session([ACTIVE, EOFError]), Session([PASSIVE])
    one, clock = reader(first, second)
    assert one.look().seen
    assert not one.look().seen
    assert first.closed
    clock.now += RETRY_S
    view = one.look()
    assert (view.seen, view.owns_vip) == (True, False)


def test_sessions_are_not_opened_in_a_hurry() -> None:
    opened = []

    def begin(node: object) -> Session:
        opened.append(node)
        return Session([EOFError])

    one = Reader(LAB, DEBIAN, LAB.node1, begin, Time(), 0.25)
    for _ in range(20):
        assert not one.look().seen
    assert 2 <= len(opened) <= 5, "20 looks took 4 s of that clock"


PROGRAMS = {
    "ip -o -4 addr show to 172.16.0.0/16": "3: eth1    inet 172.16.100.11/16 scope global",
    "ps -o stat=,comm= -C apache2,corosync": "S<sl corosync\nSs   apache2",
    "corosync-quorumtool -s": "Quorate: Yes",
    "crm_mon -X -r": "<crm_mon/>",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_loop_reads_once_for_each_line(sandbox: Sandbox, shell: str) -> None:
    sandbox.answer(PROGRAMS)
    out = sandbox.run(node_watch.loop(LAB, DEBIAN), shell, stdin="7\n8\n").stdout
    first, second, rest = out.split(f"\n{END}")[0], *out.split(f"\n{END}")[1:]
    assert sections.read(first) == {
        "addresses": "eth1 172.16.100.11/16",
        "processes": "S<sl corosync\nSs   apache2",
        "ring": "Quorate: Yes",
        "state": "<crm_mon/>\n",
        "late": "",
    }
    assert second.partition("\n")[0] == "7"
    assert rest == "8\n"


def test_a_pause_of_the_node_is_in_its_next_reading() -> None:
    assert seen(ACTIVE).late == 0
    assert seen(f"{ACTIVE}\n@@part late\n51\n230\n").late == 2.81


@pytest.mark.parametrize("shell", SHELLS)
def test_the_pause_loop_notes_what_is_longer_than_allowed(sandbox: Sandbox, shell: str) -> None:
    """Five wakes of a node whose clock shows one pause of 0.8 s, then the watched process ends."""
    (sandbox.root / "proc/77").mkdir()
    (sandbox.root / "pauses.d").mkdir()
    uptimes = iter(("100.00", "100.21", "101.21", "101.50", "101.71"))
    sandbox.answer(
        {
            "sleep 0.20": {
                "runs": f"""
        n=$(cat {sandbox.root}/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n >{sandbox.root}/n
        set -- {" ".join(uptimes)}; shift $((n - 1))
        [ $# -gt 0 ] || {{ rmdir {sandbox.root}/proc/77; cp -r {sandbox.root}/pauses.d {sandbox.root}/kept; exit 0; }}
        echo "$1 1.0" >{sandbox.root}/proc/uptime"""
            }
        }
    )
    text = script(node_watch.__package__, "pause_loop", tick=20, late=10)
    done = sandbox.run(f"set -- 77 {sandbox.root}/pauses.d\n{text}", shell)
    assert (done.stderr, (sandbox.root / "kept/pauses").read_text()) == ("", "80\n")
    assert not (sandbox.root / "pauses.d").exists(), "nothing is left on the node"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_loop_hands_the_noted_pauses_over_once(sandbox: Sandbox, shell: str) -> None:
    folder = f"{sandbox.root}/d"
    made = f"mkdir -p {folder} && echo 300 >{folder}/pauses && echo {folder}"
    sandbox.answer({**PROGRAMS, "mktemp -d": {"runs": made}})
    out = sandbox.run(node_watch.loop(LAB, DEBIAN), shell, stdin="7\n8\n").stdout
    blocks = [sections.read(block)["late"].strip() for block in out.split(END)[:2]]
    assert blocks == ["300", ""]


@pytest.mark.parametrize("state", ["Tl   corosync", "Z    corosync", ""])
def test_a_corosync_that_cannot_answer_is_not_asked(sandbox: Sandbox, state: str) -> None:
    """Its tools would wait for it, and the reading would be late."""
    sandbox.answer({**PROGRAMS, "ps -o stat=,comm= -C apache2,corosync": f"Ss   apache2\n{state}"})
    out = sandbox.run(node_watch.loop(LAB, DEBIAN), stdin="1\n").stdout
    assert sections.read(out)["ring"] == ""


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_loop_asks_what_the_platform_has(sandbox: Sandbox, platform: Platform) -> None:
    asked = parsed(node_watch.loop(LAB, platform))
    assert platform.web_process in asked["processes_command"]
    assert asked["ring_command"].startswith(
        "corosync-objctl" if platform.corosync == "1.4" else "corosync-quorumtool"
    )
