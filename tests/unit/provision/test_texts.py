from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest
import yaml

from inventory.platforms.registry import PLATFORMS
from provision import texts
from provision.steps.base import Step
from provision.steps.registry import BEYOND, STEPS, find
from provision.texts import text
from tests.support.example_lab import NODE1, NODE2, example_lab, nodes
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_session
from tests.support.foreign_words import foreign_words
from tests.support.shell_syntax import syntax_error

EVERY = pytest.mark.parametrize("platform", PLATFORMS)


def test_each_step_has_its_text_and_each_text_its_step() -> None:
    assert list(texts._raw()) == [step.id for step in (*STEPS, *BEYOND)], "in the order of the document"


@EVERY
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("step", [*STEPS, *BEYOND], ids=lambda step: step.id)
def test_a_text_is_whole(step: Step, count: int, platform: str) -> None:
    found = text(step, fake_session(platform, nodes=nodes(count)))
    whole = "\n".join((found.title, found.why, found.observe, *(command.line for command in found.look)))
    assert not re.search(r"[{}]", whole), "every word is put in"
    assert len(found.title) < 70
    assert not found.title.endswith(".")
    assert found.why.endswith(".")
    assert found.observe.endswith(".")
    assert found.look
    assert {command.node for command in found.look} <= {NODE1, NODE2}
    for command in found.look:
        assert syntax_error(command.line) == ""
        assert not re.search(r"\b(set|create|delete|add|rm|mv|stop|start)\b ", command.line), (
            "looking changes nothing"
        )


@EVERY
@pytest.mark.parametrize("step", [*STEPS, *BEYOND], ids=lambda step: step.id)
def test_three_nodes_are_not_both_nodes(step: Step, platform: str) -> None:
    found = text(step, fake_session(platform, nodes=nodes(3)))
    whole = " ".join((found.title, found.why, found.observe))
    assert not re.search(r"both nodes|the other node\b|of two\b|two votes", whole) or step.id == "pages", (
        whole
    )


def test_nothing_of_lab_yaml_is_said_again() -> None:
    raw = yaml.safe_dump(texts._raw())
    assert "magedu" not in raw
    assert "172.16" not in raw


def test_the_labs_own_names_are_put_in() -> None:
    lab = example_lab(vip=IPv4Address("172.16.5.5"), stickiness=251)
    other = fake_session("centos6", lab=lab)
    assert "172.16.5.5" in text(find("floating-address"), other).why
    assert "is 251 on the node where it runs" in text(find("stickiness"), other).observe
    assert [c.line for c in text(find("look-around"), other).look] == [
        "pcs resource standards", "pcs resource providers", "pcs resource agents ocf:heartbeat",
        "pcs resource describe ocf:heartbeat:IPaddr",
    ]  # fmt: skip
    assert text(find("colocation"), other).look[0].line == "pcs constraint all"
    assert text(find("colocation"), fake_session("debian12")).look[0].line == "pcs constraint config --full"
    first = text(find("names"), other).look
    assert [(c.node, c.line) for c in first][1] == (NODE1, f"getent hosts {NODE2}")


def test_with_fencing_the_texts_tell_of_fencing() -> None:
    """Without it step 4 switches fencing off, and step 6.3 sets the policy ignore."""
    fenced, usual = fenced_session(), fake_session("debian12")
    changed = [step.id for step in STEPS if text(step, fenced) != text(step, usual)]
    assert changed == ["corosync.conf", "start", "no-stonith", "floating-address", "no-quorum-policy"]
    step_4 = text(find("4"), fenced)
    assert step_4.title == "A fence device for each node"
    assert "fence_node1 and fence_node2 ask it" in step_4.why
    assert "fence_node1 waits for 5s" in step_4.why
    assert "stonith-enabled=true" in step_4.observe
    assert "stop: a node" in text(find("no-quorum-policy"), fenced).why
    for step in STEPS:
        found = text(step, fenced)
        assert not re.search(r"[{}]|WITHOUT quorum", "\n".join((found.title, found.why, found.observe)))


@EVERY
def test_no_step_names_what_its_platform_does_not_have(platform: str) -> None:
    session = fake_session(platform)
    told = {}
    for step in STEPS:
        found = text(step, session)
        told[step.id] = "\n".join((found.title, found.why, found.observe, *(one.line for one in found.look)))
    assert foreign_words(session.platform, told) == {}


@EVERY
def test_pacemakers_lines_are_where_pacemaker_writes_them(platform: str) -> None:
    step = text(find("order"), fake_session(platform))
    assert f"{PLATFORMS[platform].pacemaker_log} shows the start of the address first" in step.observe


def test_a_step_without_text() -> None:
    with pytest.raises(KeyError):
        text(Step("unheard-of", "9"), fake_session("debian12"))
