"""The clients beside the probe on the real nodes: what each of them sees, and that nothing of them is left here."""

from __future__ import annotations

import logging
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.context import Context
from drill import suite
from drill.analysis.duration import Duration, measured
from drill.analysis.outage_phases import outage_course
from drill.analysis.outages import outages_of
from drill.checks.verdict import UNKNOWN
from drill.execute.runner import Runner
from drill.record.timeline import Timeline
from drill.scenarios import catalog
from inventory import journal, waiting
from inventory.errors import LabError, MachineError
from inventory.host import router
from inventory.providers.base import digest
from tests.support import lab_command

LOG = logging.getLogger(__name__)
DEADLINE = 120.0


@pytest.fixture
def runner(context: Context, tmp_path: Path) -> Iterator[Runner]:
    """The runner of this lab, alone on it; its records are thrown away."""
    with context.exclusive(), journal.exclusive(context.home):
        yield suite.runner(
            context.session, context.remote, tmp_path, context.guard, LOG.warning, fetch=context.fetch
        )


def record(runner: Runner, name: str, seed: int) -> Timeline:
    """A scenario's record without UNKNOWN; it is made once more when one verdict is UNKNOWN. Then this is an error."""
    for again in (False, True):
        made = suite.judged(runner.run(catalog.get(name), seed, again=again))
        if made.status != UNKNOWN and not made.error:
            return made.timeline
    doubts = [made.error, *(one.description for one in made.verdicts if one.status == UNKNOWN)]
    raise LabError("\n".join(filter(None, doubts)), hint="is this machine too busy?")


def routerless(context: Context) -> str:
    """Why this lab has no router; "" when it has one."""
    try:
        context.machines.router()
    except MachineError as error:
        return error.message
    return ""


def longest(timeline: Timeline, client: str) -> Duration:
    """The longest outage of a client that began before the heal."""
    healed = timeline.time_of_first("heal") or timeline.end
    found = [measured(one) for one in outages_of(timeline, client) if one.first_failed < healed]
    return Duration(max((one.least for one in found), default=0), max((one.most for one in found), default=0))


def counted(timeline: Timeline, client: str) -> str:
    """How many requests of a client got which page or which error, before and after the fault."""
    fault = timeline.time_of_first("inject") or timeline.end
    samples = timeline.samples_of(client)
    parts = [[one for one in samples if one.sent < fault], [one for one in samples if one.sent >= fault]]
    told = [Counter(one.page or one.detail or one.outcome for one in part).most_common() for part in parts]
    wanted = "each node must answer it, or its outage must be longer than the probe's"
    return f"{client}: before the fault {told[0]}, after it {told[1]}; {wanted}"


@pytest.mark.smoke
def test_an_outage_has_its_phases(runner: Runner, context: Context) -> None:
    """The DC's journal tells them; predictions are made of them."""
    timeline = record(runner, "standby", context.lab.drill.seed)
    if context.session.platform.services.name != "systemd":
        pytest.skip("without systemd there is no journal, and no phases")
    assert {one.kind for one in timeline.header.logged or ()} >= {"stop", "start"}, "what the DC ordered"
    course = outage_course(timeline)
    assert course is not None, "each phase of a move is logged"
    assert course.course == "move"
    assert course.phases[-1].name == "answered"
    measured_outage = longest(timeline, "probe")
    assert measured_outage.least <= course.seconds <= measured_outage.most


@pytest.mark.parametrize("name", ["standby", "power-off"])
def test_who_connects_while_the_service_is_away_waits_longer_than_the_probe(
    runner: Runner, context: Context, name: str
) -> None:
    timeline = record(runner, name, context.lab.drill.seed)
    probe, connecting = (longest(timeline, client) for client in ("probe", "connecting"))
    assert probe.most > 0, "the fault makes an outage"
    assert connecting.most >= probe.least, "no client that connects is served while the probe is not"
    if name == "power-off":
        assert connecting.least >= probe.least, "each SYN is lost, and the kernel sends it again only later"
        again = [one for one in timeline.samples_of("connecting") if one.good and "SYN sent" in one.detail]
        assert again, "a client that was caught gets its answer after its SYN was sent again"
    reason = routerless(context)
    assert timeline.header.clients == {"connecting": "", "routed": reason}
    if not reason:
        answers = {one.page for one in timeline.samples_of("routed") if one.good}
        routed = longest(timeline, "routed")
        assert routed.most >= probe.least
        if answers != {node.name for node in context.lab.nodes}:
            # The new owner may serve for less than a second. In that time the router may still send to the old one,
            # also after announcements of the new one (seen in one record). Then this client waits longer.
            assert routed.least > probe.most, counted(timeline, "routed")
    assert router.left(digest(context.home)) == ()
    waiting.until(
        lambda: {one.name for one in threading.enumerate()} & {"connecting", "routed"},
        lambda left: not left,
        "no thread of these clients is left",
        deadline=10,
        clock=context.clock,
    )


def test_what_a_killed_drill_leaves_is_removed_by_a_heal(context: Context, tmp_path: Path) -> None:
    if reason := routerless(context):
        pytest.skip(f"this lab has no router: {reason}")
    drilling = lab_command.argv(context.root, context.number, "drill", "standby")
    with (tmp_path / "log").open("wb") as log:
        drill = subprocess.Popen(drilling, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            waiting.until(
                lambda: router.left(digest(context.home)),
                lambda names: len(names) == 3,
                "the drill has made its router",
                deadline=DEADLINE,
                clock=context.clock,
                every=0.05,
            )
        finally:
            drill.send_signal(signal.SIGKILL)
            drill.wait(DEADLINE)
    assert router.left(digest(context.home)), "a killed drill cannot remove its router"
    heal = lab_command.run(context.root, context.number, "heal", within=2 * DEADLINE)
    assert heal.returncode == 0, heal.stdout + heal.stderr
    assert "removed the router" in heal.stdout + heal.stderr
    assert router.left(digest(context.home)) == ()
