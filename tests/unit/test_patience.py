"""The patience of lab.yaml is in every time limit that a node is given."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from classroom import snapshot
from drill.faults import registry as faults
from drill.faults import repair
from drill.faults.base import scopes
from drill.observe import node_watch
from drill.observe.http_probe import ProbeSettings
from inventory.providers.base import VagrantSettings
from inventory.session import LabSession
from provision import facts
from status import node_status
from tests.support.fake_session import fake_session
from tests.unit.test_single_places import ROOT, SOURCES

FACTOR = 7.0
LIMIT = re.compile(
    r"\b(?:timeout|ConnectTimeout=|limit=|seconds=|background_limit=|tries=|rounds=)\s*'?(\d+)"
)
LITERAL = re.compile(
    r"\btimeout (?:-\S+ )*\d|ConnectTimeout=\d|ServerAliveInterval=\d|--max-time \d|--retry \d"
)
"""A limit that is written into a command, so that it cannot take the patience."""


def reading_of_status(session: LabSession) -> str:
    figures = node_status.with_figures(session, node_status.no_extra)(session.lab.node1)
    return node_status.reading(session, session.lab.node1, figures).line


def reading_of_facts(session: LabSession) -> str:
    return facts.readings(session, session.lab.node1).line


def parts_of_checks(session: LabSession) -> str:
    return "\n".join(snapshot.parts(session)(session.lab.node1).values())


def watch(session: LabSession) -> str:
    return node_watch.stream(session.lab, session.platform)


def heals(session: LabSession) -> str:
    [scope, _] = scopes(session)
    actions = [
        action
        for fault in faults.FAULTS.values()
        for action in (*repair.heal_actions(fault, scope), *repair.arm_actions(fault, scope))
    ]
    return "\n".join(action.script for action in actions)


def injections(session: LabSession) -> str:
    [scope, _] = scopes(session)
    names = ("cpu", "delay")
    return "\n".join(action.script for name in names for action in faults.get(name).inject(scope))


@pytest.mark.parametrize(
    ("text", "least"),
    [
        (reading_of_status, 4),
        (reading_of_facts, 4),
        (parts_of_checks, 5),
        (watch, 1),
        (heals, 20),
        (injections, 2),
    ],
)
def test_each_limit_on_a_node_takes_it(text: Callable[[LabSession], str], least: int) -> None:
    usual, patient = (
        [int(number) for number in LIMIT.findall(text(fake_session(patience=factor)))]
        for factor in (1.0, FACTOR)
    )
    assert len(usual) >= least
    longer = {now / before for before, now in zip(usual, patient, strict=True)}
    assert min(longer) > 1, "a limit that the patience does not change"


def test_a_limit_on_a_node_is_a_whole_number() -> None:
    """timeout(1) of coreutils 8.4 (CentOS 6) takes no fractions of a second."""
    session = fake_session("centos6", patience=1.33)
    for text in (reading_of_status, reading_of_facts, parts_of_checks, watch, heals, injections):
        assert re.findall(r"\b(?:timeout |limit='?|background_limit=)\d+\.\d+", text(session)) == [], text


def test_no_limit_is_written_into_a_command() -> None:
    scripts = [
        path for layer in {name.split("/")[0] for name in SOURCES} for path in (ROOT / layer).rglob("*.sh")
    ]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in [*SOURCES.values(), *scripts]}
    assert {name: found for name, text in texts.items() if (found := LITERAL.findall(text))} == {}


def test_the_probe_and_the_boot_take_it() -> None:
    lab = fake_session(patience=FACTOR).lab
    assert ProbeSettings.of(lab).timeout == 3.5
    assert ProbeSettings.of(lab).longest == 6300
    assert VagrantSettings(boot_timeout=90).patient(lab).boot_timeout == 630
    assert VagrantSettings().patient(lab).halt_timeout == 420, "a node that shuts down slowly is not cut off"
