"""What each step yields, from data: tests/cases/steps, one file a part of the walkthrough.

A case starts `from` fresh or built nodes, changes facts (`node1`, `node2`, `nodes`) or the CIB (`cib`), and gives
the exact `commands`, the `problems`, and what is seen `before`, each only where it is asked for.
A command is {node1: line}, or {node1: {script: NAME, PARAMETER: VALUE ...}} for a .sh file. `PUT umask path`
stands for the writing of a whole file, whose text is in `stdin` (CONF: the lab's corosync.conf); START CLUSTER,
STOP WEB and the like for what the platform calls that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cluster import corosync_conf
from inventory.model import Command
from inventory.platforms.registry import PLATFORMS
from inventory.session import LabSession
from language import fast_yaml
from provision.plan import plan
from provision.steps.registry import STEPS, find
from tests.support.changed_facts import found
from tests.support.example_lab import CASES
from tests.support.platform_cases import case_of
from tests.support.rendered_script import parsed

ROWS = [row for file in sorted((CASES / "steps").glob("*.yaml")) for row in fast_yaml.read(file.read_text())]
PLATFORM_ROWS = [
    pytest.param(platform, row, id=f"{row['step']}: {row['case']} ({platform})")
    for row in ROWS
    for platform in row.get("platforms", list(PLATFORMS))
]


def of_platform(value: Any, platform: str) -> Any:
    """A value may differ by platform."""
    if isinstance(value, dict) and set(value) & {*PLATFORMS, "else"}:
        return case_of(value, platform, value.get("else"))
    return value


def expected(
    platform: str, session: LabSession, rows: list[dict[str, Any]]
) -> Iterator[tuple[str, Any, str | None]]:
    data = PLATFORMS[platform]
    units = {"systemd": ("corosync", "pacemaker"), "sysv": ("corosync",)}[data.services.name]
    web = data.web_service
    words = {
        "START CLUSTER": " && ".join(" ".join(data.services.command("start", unit)) for unit in units),
        "STOP CLUSTER": " && ".join(
            " ".join(data.services.command("stop", unit)) for unit in reversed(units)
        ),
        "START WEB": " ".join(data.services.command("start", web)),
        "STOP WEB": " ".join(data.services.command("stop", web)),
        "DISABLE WEB": " ".join(data.services.command("disable", web)),
        "DEADTIME": {"3": "2s", "1.4": "5s"}[data.corosync],
        "KEYGEN": {"3": "corosync-keygen -l", "1.4": "corosync-keygen"}[data.corosync],
        "KEY": {"systemd": "ed25519", "sysv": "rsa"}[data.services.name],
    }
    for row in rows:
        [(alias, call)] = [(name, text) for name, text in row.items() if name.startswith("node")]
        line = call if isinstance(call, str) else ""
        stdin = row.get("stdin")
        if stdin == "CONF":
            stdin = corosync_conf.configuration(session.lab, data.corosync)
        if line.startswith("PUT "):
            _, umask, path = line.split()
            size = len((stdin or "").encode())
            line = (
                f"mkdir -p {path.rpartition('/')[0]} && umask {umask} && cat > {path}.new"
                f" && [ $(wc -c < {path}.new) -eq {size} ] && mv {path}.new {path}"
            )
        if isinstance(call, dict):
            yield alias, {name: with_words(text, words) for name, text in call.items()}, stdin
        else:
            yield alias, with_words(line, words), stdin


def with_words(text: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def told(command: Command) -> tuple[str, Any, str | None]:
    return command.node.partition(".")[0], parsed(command.line), command.stdin


@pytest.mark.parametrize(("platform", "row"), PLATFORM_ROWS)
def test_step(platform: str, row: dict[str, Any]) -> None:
    step = find(row["step"])
    session, facts = found(platform, row)
    asked = {"commands": step.commands}
    for name in asked.keys() & row.keys():
        want = list(expected(platform, session, of_platform(row[name], platform)))
        assert [told(command) for command in asked[name](session, facts)] == want
        assert all(command.why for command in asked[name](session, facts)), "each command says why"
    seen = {"problems": step.problems, "before": step.before}
    for name in seen.keys() & row.keys():
        assert list(seen[name](session, facts)) == of_platform(row[name], platform)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_nothing_is_done_to_what_is_built(step: Any, platform: str) -> None:
    session, facts = found(platform, {})
    assert list(step.commands(session, facts)) == []
    assert list(step.problems(session, facts)) == []


def test_every_step_that_acts_has_cases() -> None:
    cases = {name: {row["step"] for row in ROWS if name in row} for name in ("commands", "problems")}
    for step in STEPS:
        yields = list(step.commands(*found("debian12", {"from": "fresh"})))
        assert not yields or step.id in cases["commands"]
        doubts = list(step.problems(*found("debian12", {"from": "fresh"})))
        assert not doubts or step.id in cases["problems"], step.id


def test_a_web_server_in_a_group_is_the_clusters_too() -> None:
    """The CIB has no resource WebServer of its own, and the cluster runs it all the same: nobody stops it."""
    _, built = found("debian12", {})
    session, facts = found(
        "debian12", {"cib": {"resources": {"WebServer": None}}, "node1": {"web_running": True}}
    )
    assert [command.line for command in find("pages").commands(session, facts)] == ["systemctl stop apache2"]
    nodes = {name: replace(one, state=built.nodes[name].state) for name, one in facts.nodes.items()}
    assert list(find("pages").commands(session, replace(facts, nodes=nodes))) == []


def test_a_plan_has_the_steps_that_are_not_done() -> None:
    session, facts = found("debian12", {})
    assert plan(session, facts).empty
    session, facts = found("debian12", {"from": "fresh"})
    fresh = plan(session, facts)
    assert not fresh.empty
    assert [one.step.id for one in fresh.steps][:4] == ["names", "ssh", "packages", "corosync.conf"]
    session, facts = found("debian12", {"cib": {"properties": {"no-quorum-policy": "stop"}}})
    [part] = plan(session, facts).steps
    assert part.step.id == "no-quorum-policy"
    assert [command.line for command in part.commands] == ["pcs property set no-quorum-policy=ignore"]
    assert part.problems == ("no-quorum-policy is stop, not ignore",)
