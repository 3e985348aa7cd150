"""`./lab check`: every named check of the running lab."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.text import Text

from classroom.checks import judge
from classroom.snapshot import look
from cli.console import Json, Output, print_json
from cli.context import Context, context_of
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict

COLOURS = {PASS: "green", FAIL: "red", UNKNOWN: "yellow"}
out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    app.command()(check)


def check(
    ctx: typer.Context,
    as_json: Json = False,
) -> None:
    """Run every named check on the running lab. Exit 1 when one fails."""
    verdicts = _verdicts(context_of(ctx))
    if as_json:
        print_json([asdict(one) for one in verdicts])
    else:
        _show(verdicts)
    raise typer.Exit(1 if any(one.status == FAIL for one in verdicts) else 0)


def _verdicts(context: Context) -> tuple[Verdict, ...]:
    return judge(context.session, look(context.session, context.fetch))


def _show(verdicts: tuple[Verdict, ...]) -> None:
    for one in verdicts:
        out.print(Text.assemble((f"{one.status:7}", COLOURS[one.status]), f" {one.check}: {one.why}"))
        if one.status == PASS:
            continue
        for line in one.evidence:
            out.print(f"          {line}")
        out.print(f"        concept: {one.concept}")
        out.print(f"        look:    {one.command}", soft_wrap=True)
    counts = {status: sum(one.status == status for one in verdicts) for status in COLOURS}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count))
