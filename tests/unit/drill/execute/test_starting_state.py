"""What a starting state and a move put into scripts, run for real with fake programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.execute.recompute import PROPERTY, recompute
from drill.execute.starting_state import StartingState, show_command_script
from drill.scenarios.overrides import Overrides, configuration_text
from inventory.model import Command
from inventory.platforms.registry import PLATFORMS
from inventory.remote.script import script
from tests.support.example_lab import NODE2, example_lab
from tests.support.fake_lab import FakeLab
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session
from tests.support.shell_sandbox import SHELLS, Sandbox


@pytest.mark.parametrize("program", SHELLS)
@pytest.mark.parametrize(
    ("says", "wanted", "prints"),
    [
        ("Flags: Quorate WaitForAll", "WaitForAll", "Flags: Quorate WaitForAll\nyes\n"),
        ("Flags: Quorate", "WaitForAll", "Flags: Quorate\n"),
        ("a [b] *", "[b] *", "a [b] *\nyes\n"),
        ("axb", "a*b", "axb\n"),
    ],
    ids=["there", "not there", "no pattern", "not as a pattern"],
)
def test_a_commands_own_words(sandbox: Sandbox, program: str, says: str, wanted: str, prints: str) -> None:
    sandbox.answer({"corosync-quorumtool -s": says})
    assert sandbox.run(show_command_script("corosync-quorumtool -s", wanted), program).stdout == prints


@pytest.mark.parametrize("program", SHELLS)
@pytest.mark.parametrize("status", [0, 1])
def test_a_new_computation_leaves_nothing_behind(sandbox: Sandbox, program: str, status: int) -> None:
    """Recorded from pacemaker 1.1.8: any change of the configuration stops what ran on without quorum."""
    set_, delete = (f"crm_attribute -q -t crm_config -n {PROPERTY} {rest}" for rest in ("-v 1", "-D"))
    sandbox.answer({set_: {"does": f"exit {status}"}, delete: {"does": ":"}})
    done = sandbox.run(script("drill.execute", "recompute", property=PROPERTY), program)
    assert (done.returncode, sandbox.calls) == (status, [set_, delete])


def test_only_an_old_pacemaker_needs_a_push() -> None:
    said: list[tuple[str, ...]] = []
    for platform in PLATFORMS:
        remote = FakeRemote(lambda command: (0, "", ""))
        recompute(fake_session(platform, remote=remote), NODE2, lambda *words: said.append(words))
        assert [one.purpose for one in remote.ran] == (["recompute"] if platform == "centos6" else [])
    assert said == [("recompute", f"the property {PROPERTY} was set and deleted", NODE2)]


FAILED = """<status><node_state uname="node1.magedu.com"><transient_attributes><instance_attributes>
<nvpair name="fail-count-WebServer" value="1"/></instance_attributes></transient_attributes></node_state></status>"""


@pytest.mark.parametrize(
    ("overrides", "did"),
    [
        (Overrides(monitors={"web": "2s"}), ["clean-up-failures", "replace-cib-section resources"]),
        (Overrides(properties={"no-quorum-policy": "stop"}), ["replace-cib-section crm_config"]),
    ],
    ids=["a monitor changes", "a property changes"],
)
def test_failures_are_forgotten_before_a_monitor_changes(
    tmp_path: Path, overrides: Overrides, did: list[str]
) -> None:
    """Seen on pacemaker 1.1.8: with a failure remembered, a changed interval blocks a transition for 80 s."""
    lab = FakeLab(tmp_path)
    baseline, lab.cib = lab.cib, lab.cib.replace("<status/>", FAILED)
    StartingState(lab.session(), baseline).apply(overrides)
    assert lab.did == did
    StartingState(lab.session(), baseline).apply(overrides)
    assert lab.did == did, "the second time nothing is left to change"


def test_what_a_command_says_on_stderr_counts(sandbox: Sandbox) -> None:
    sandbox.answer({"pcs status": {"runs": "echo 'Error: no quorum' >&2; exit 1"}})
    done = sandbox.run(show_command_script("pcs status", "no quorum"))
    assert (done.stdout, done.returncode) == ("Error: no quorum\nyes\n", 0)


CIB = '<cib><configuration><crm_config/><nodes><node id="1" uname="n"{attributes}</nodes>{more}</configuration></cib>'
LEFT = '><instance_attributes id="nodes-1"/></node>'
"""What `crm_attribute` leaves behind after a standby: it means nothing."""


@pytest.mark.parametrize(("adopted", "same"), [(True, True), (False, False)])
def test_an_adopted_cluster_gets_every_byte_back(adopted: bool, same: bool) -> None:
    """On the lab's own nodes an empty set of attributes may stay: its meaning is the same."""
    baseline = CIB.format(attributes="/>", more="<resources/><constraints/>")
    live = [CIB.format(attributes=LEFT, more="<resources/><constraints/><rsc_defaults/>")]

    def answer(command: Command) -> tuple[int, str, str]:
        if "-R" in command.argv and command.argv[3] == "configuration":
            live[:] = [f"<cib>{command.stdin}</cib>"]
        return 0, live[0], ""

    lab = example_lab(ssh_config="file" if adopted else "")
    state = StartingState(fake_session(remote=answer, lab=lab), baseline)
    assert bool(state.changed()) is adopted
    state.apply(Overrides())
    assert (configuration_text(live[0]) == configuration_text(baseline)) is same
    assert state.changed() == ()
