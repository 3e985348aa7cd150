"""What the walk prints: steps, points, comparisons and reasons, as rich renderables. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from classroom.walk.beyond import Chapter
from classroom.walk.prediction import VERDICTS, Verdict, said
from classroom.walk.progress import Answered, Observed
from classroom.walk.reason import Reason, short
from cli.console import table
from inventory.model import Command

STYLES: dict[Verdict, str] = {"right": "green", "wrong": "red", "open": "yellow", "unknown": "yellow"}


def command(one: Command) -> Text:
    """A command as it is typed on its node."""
    lines = one.line.splitlines()
    more = " …" if len(lines) > 1 else ""
    return Text(f"  [root@{short(one.node)}]# {lines[0]}{more}", style="cyan")


def comparison(answers: Sequence[Answered]) -> RenderableType:
    """Each prediction beside what happened."""
    return Group(*(line for one in answers for line in _compared(one)))


def _compared(one: Answered) -> Iterator[Text]:
    yield Text(f"  {one.text}")
    yield Text(f"      you said:  {said(one.said)}")
    yield Text.assemble(
        f"      happened:  {one.happened}  ", (f"({VERDICTS[one.verdict]})", STYLES[one.verdict])
    )


def reason(one: Reason) -> RenderableType:
    """The cluster's own reason: the table of scores, the arithmetic, or why it cannot be told."""
    lines: list[RenderableType] = [Text(f"  {one.title}", style="bold")]
    if one.table:
        scores = table("    score of", *(short(node) for node in one.nodes))
        for row in one.table:
            scores.add_row(f"    {row.resource}", *(row.scores.get(node, "") for node in one.nodes))
        lines.append(scores)
    lines += [Text(f"    {line}") for line in one.lines]
    if one.unknown:
        lines.append(Text(f"    {one.unknown}", style="yellow"))
    return Group(*lines)


def explained(found: Observed) -> RenderableType:
    """What is behind a point; and what to read again, unless every prediction was right."""
    lines = [Text(f"  {found.concept}", style="italic")]
    if any(one.verdict != "right" for one in found.answers):
        lines.append(Text(f"  Read again: {found.again}"))
    return Group(*lines)


def chapter(found: Chapter) -> RenderableType:
    """The chapter behind the walkthrough."""
    lines = [Text(f"\n{found.title}", style="bold"), Text(found.why)]
    for one in found.topics:
        lines += [Text(f"\n  {one.title}", style="bold"), Text(f"  {one.why}")]
        lines += [
            Text(f"    $ {line}" if line.startswith("./lab") else f"    {line}", style="cyan")
            for line in one.tries
        ]
        lines.append(Text(f"    read: {one.page}"))
    return Group(*lines)
