"""The six tasks after the walk, done by a student on a real node: an answer that is nearly right, then a right one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from classroom import tasks
from classroom.walk import observe, progress
from cli.context import Context
from inventory import waiting
from inventory.homes import STATE
from inventory.model import Command
from inventory.remote.ssh import check
from provision import reset
from provision.facts import gather
from provision.plan import plan
from tests.support import lab_command

CHECK_S, SOON_S = 240.0, 120.0
"""Time limits (seconds): `./lab task check`; until the lab is as in lab.yaml again."""
MONITOR = '<operations><op id="mine-monitor" name="monitor" interval="20s"/></operations>'


def create(section: str, xml: str) -> str:
    return f"cibadmin --create --scope {section} --xml-text '{xml}'"


def change(section: str, xml: str) -> str:
    return f"cibadmin --modify --scope {section} --xml-text '{xml}'"


def stickiness(score: int) -> str:
    return f"crm_attribute --type rsc_defaults --name resource-stickiness --update {score}"


def own_service(content: str = MONITOR) -> str:
    return create(
        "resources",
        f'<primitive id="mine" class="ocf" provider="pacemaker" type="Dummy">{content}</primitive>',
    )


def away(score: str) -> str:
    return f'<rsc_colocation id="mine-away" rsc="mine" with-rsc="WebServer" score="{score}"/>'


def prefers_other(score: int) -> str:
    return f'<rsc_location id="to-other" rsc="WebServer" node="{{other}}" score="{score}"/>'


@dataclass(frozen=True)
class Answer:
    """Commands of a first try, a word in its judgement, commands that correct it."""

    nearly: tuple[str, ...]
    says: str
    right: tuple[str, ...]


ANSWERS = {
    "no-failback": Answer((stickiness(200),), "return", (stickiness(300),)),
    "other-node": Answer(
        (create("constraints", prefers_other(400)),),
        "start",
        (change("constraints", prefers_other(1500)),),
    ),
    "own-service": Answer(
        (own_service(""),), "monitor", (change("resources", f'<primitive id="mine">{MONITOR}</primitive>'),)
    ),
    "never-together": Answer(
        (own_service(), create("constraints", away("-1000"))),
        "mine",
        (change("constraints", away("-INFINITY")),),
    ),
    "rather-elsewhere": Answer(
        (own_service(), create("constraints", away("-INFINITY"))),
        "mine",
        (change("constraints", away("-1000")),),
    ),
    "after-the-web-server": Answer(
        (
            own_service(),
            create(
                "constraints", '<rsc_order id="mine-after" first="WebServer" then="mine" kind="Mandatory"/>'
            ),
        ),
        "mine",
        (
            create(
                "constraints",
                '<rsc_colocation id="mine-with" rsc="mine" with-rsc="WebServer" score="INFINITY"/>',
            ),
        ),
    ),
}
"""For this lab.yaml: WebServer prefers a node with a score of 500, and each resource has a stickiness of 100."""


@pytest.fixture(autouse=True)
def restored(context: Context) -> Iterator[None]:
    """`./lab reset` undoes the student's changes; the list of solved tasks is restored."""
    saved = progress.load(context.home / STATE, pytest.fail)
    solved = saved.now.solved
    yield
    progress.load(context.home / STATE, pytest.fail).change(solved=solved)
    with context.exclusive():
        reset.run(context.session)
    waiting.until(
        lambda: plan(context.session, gather(context.session)),
        lambda one: one.empty,
        "The lab is as in lab.yaml",
        deadline=context.lab.patient(SOON_S),
        clock=context.clock,
    )
    assert 'id="mine"' not in observe.live_cib(context.session)[1]


def types(context: Context, commands: tuple[str, ...]) -> None:
    """Run a student's commands on the first node, as root."""
    node, other = context.lab.node1.name, context.lab.peers(context.lab.preferred)[0].name
    for one in commands:
        check(context.remote, Command.script(node, one.replace("{other}", other), why="a student's command"))


def judged(context: Context, name: str) -> tuple[int, str]:
    """The exit status and the words of `./lab task check NAME`."""
    within = context.lab.patient(CHECK_S)
    done = lab_command.run(context.root, context.number, "task", "check", name, within=within)
    return done.returncode, done.stdout + done.stderr


def test_each_task_has_an_answer_here(context: Context) -> None:
    assert {one.name for one in tasks.for_lab(context.lab)} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_task_on_the_nodes(context: Context, name: str) -> None:
    answer = ANSWERS[name]
    status, said = judged(context, name)
    assert status == 1, f"nothing was done yet:\n{said}"
    types(context, answer.nearly)
    status, said = judged(context, name)
    assert status == 1, f"{answer.nearly} is not yet right:\n{said}"
    assert answer.says in said
    types(context, answer.right)
    status, said = judged(context, name)
    assert status == 0, said
    assert f"Solved: {tasks.title(tasks.get(name, context.lab))}." in said
