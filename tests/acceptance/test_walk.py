"""`./lab walk` on the real nodes: unattended from an empty cluster to the end, and left by Ctrl-C and continued."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from classroom.walk import progress
from classroom.walk.points import POINTS
from classroom.walk.prediction import NOBODY
from classroom.walk.progress import FILE, Observed, Progress
from cli.context import Context
from drill.checks.verdict import PASS, UNKNOWN
from drill.report import run_folder
from inventory.homes import STATE
from provision import reset
from provision.facts import gather
from provision.plan import plan
from provision.steps.registry import find
from tests.support import lab_command
from tests.support.healthy_lab import healthy
from tests.support.terminal import CTRL_C, Terminal

WHOLE_S, PART_S, ANSWER_S = 1500.0, 500.0, 240.0
"""The longest time for the whole walk, for a part of it, and until a question comes (seconds)."""


@pytest.fixture
def walked(context: Context) -> Iterator[Context]:
    """The lab without a progress of the walk; afterwards in its end state."""
    saved = context.home / STATE / FILE
    kept = saved.read_bytes() if saved.exists() else None
    saved.unlink(missing_ok=True)
    yield context
    if kept is None:
        saved.unlink(missing_ok=True)
    else:
        saved.write_bytes(kept)
    with context.exclusive():
        reset.run(context.session)
    healthy(context)


def argv(context: Context, *words: str) -> list[str]:
    return lab_command.argv(context.root, context.number, "walk", *words)


def state(context: Context) -> Progress:
    return progress.load(context.home / STATE, pytest.fail).now


def said(found: Observed, id_: str) -> str:
    return next(one.happened for one in found.answers if one.id == id_)


def walk(context: Context, *words: str) -> None:
    """Walk unattended. After an error message it is started once more, as a student would do; a warning says so."""
    for is_last in (False, True):
        within = context.lab.patient(WHOLE_S)
        done = lab_command.run(context.root, context.number, "walk", "--yes", *words, within=within)
        if done.returncode == 0:
            return
        text = done.stdout + done.stderr
        assert not is_last, text[-3000:]
        assert "Traceback" not in text, text[-3000:]
        warnings.warn(f"the walk runs once more: {text[-500:]}", stacklevel=2)


def record_status(context: Context, found: Observed) -> str:
    """The status of the record of a point."""
    return run_folder.load(context.root / "runs" / found.run).status


def not_judged(context: Context, found: Observed) -> list[str]:
    """What the walk could not answer or judge at a point, one line each."""
    answers = [f"{one.text} {one.happened}" for one in found.answers if one.verdict == "unknown"]
    reasons = [one.unknown for one in found.reasons if one.unknown]
    record = ["its record could not be judged"] if record_status(context, found) == UNKNOWN else []
    return [f"{found.number}: {one}" for one in (*answers, *reasons, *record)]


def latest(context: Context) -> dict[str, Observed]:
    """The last observation of each point, in the order in which the points were first observed."""
    return {one.point: one for one in state(context).observed}


def test_the_whole_walk_unattended_from_an_empty_cluster(walked: Context) -> None:
    context = walked
    with context.exclusive():
        assert reset.run(context.session, find("3")) > 0
    walk(context)
    for one in latest(context).values():
        # On a busy machine, for example. An UNKNOWN scenario gets a second try too.
        if missing := not_judged(context, one):
            warnings.warn(f"{one.point} runs once more: {missing}", stacklevel=1)
            walk(context, "--from", one.point, "--to", one.point)
    by_id = latest(context)
    wanted = [point.id for point in POINTS if not point.unfit(context.lab)]
    assert list(by_id) == wanted
    left = [line for one in by_id.values() for line in not_judged(context, one)]
    assert left == [], (
        "each question was answered, the cluster's own reason was told, and each record could be judged"
    )
    for one in by_id.values():
        assert record_status(context, one) == PASS, "the report of a point agrees with the walk"
        assert (context.root / "runs" / one.run / run_folder.REPORT).is_file()
    assert said(by_id["quorum-lost"], "holder") == NOBODY, "the walkthrough, step 6.2"
    assert said(by_id["quorum-ignored"], "holder") != NOBODY, "step 6.3"
    moved = said(by_id["stays"], "interruptions")
    assert moved[:1] in ("0", "1"), "step 6.5: no second one; the address alone may move between two requests"
    assert said(by_id["apart"], "together").startswith("no"), "step 7.2"
    assert said(by_id["together"], "together").startswith("yes"), "step 7.1.1"
    assert said(by_id["order-of-start"], "start").startswith(context.lab.resource("address").id), "step 7.1.2"
    assert said(by_id["fails-back"], "interruptions").startswith("2"), "step 7.1.3"
    assert plan(context.session, gather(context.session)).empty, "the walk ends with the lab of lab.yaml"
    page = subprocess.run(
        argv(context, "--report"), cwd=context.root, capture_output=True, text=True, check=True
    )
    text = Path(page.stdout.strip()).read_text(encoding="utf-8")
    assert text.count('class="drawing"') == len(wanted)


@pytest.fixture
def student(walked: Context) -> Iterator[Callable[..., Terminal]]:
    """Starts `./lab walk` for a student at a terminal; what still runs is ended afterwards."""
    with ExitStack() as stack:

        def starts(*words: str) -> Terminal:
            return stack.enter_context(closing(Terminal(argv(walked, *words), walked.root)))

        yield starts


def test_a_walk_that_is_left_continues_with_the_same_answers(
    walked: Context, student: Callable[..., Terminal]
) -> None:
    context = walked
    limit = context.lab.patient(ANSWER_S)
    first = student("--from", "stays")
    first.until("(Enter: I don't know) >", limit)
    first.types("a stone\n")
    first.until("This is no answer to the question", limit)
    first.types("2\n")
    first.until("(Enter: I don't know) >", limit)
    first.until("(Enter: I don't know) >", limit)
    first.types(CTRL_C)
    assert first.end(limit) == 130, first.text
    assert "./lab" in first.text
    assert "continues at step 6.5 (stays)" in first.text
    chosen = context.lab.nodes[1].alias
    assert dict(state(context).answers) == {"end": chosen}
    again = student("--to", "stays")
    again.until("Continue at step 6.5 (stays)? [Y/n]", limit)
    again.types("\n")
    again.until(f"(you answered before: {chosen})", limit)
    for answer in ("1\n", "\n"):
        again.until("(Enter: I don't know) >", limit)
        again.types(answer)
    again.until("The cluster's own reason:", context.lab.patient(PART_S))
    assert again.end(limit) == 0, again.text
    [found] = state(context).observed
    assert [one.said for one in found.answers] == [chosen, "1", ""]
    assert found.answers[2].verdict in ("open", "unknown"), (
        "unknown: a busy machine may not measure the outage"
    )
    assert found.run
