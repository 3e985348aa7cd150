"""`./lab bench token`: the outage and the false failovers for several values of corosync's token."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from benchmarks import comparison, plot, token_curve
from benchmarks.figures import figures, in_words, table
from benchmarks.host_pauses import HostPauses
from benchmarks.measurements import Measurement, MeasurementsFile, read
from benchmarks.steady import Steady
from benchmarks.token_change import ENTRY, TokenChange, token_change, with_token
from cli.bench import GROUP
from cli.console import Output
from cli.context import Context, context_of
from cli.current_exercise import no_exercise
from cli.number_list import number_list
from cli.progress import ConsoleProgress
from drill import suite
from drill.execute.availability import unavailable
from drill.execute.runner import Runner
from drill.observe.http_probe import Probe, ProbeSettings
from drill.scenarios import catalog
from inventory import files, journal
from inventory.errors import ConfigError
from inventory.session import LabSession

out = Output()
DEFAULT_VALUES = "200,400,1000,3000,5000"


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(token)


def token(
    ctx: typer.Context,
    *,
    values: Annotated[str, typer.Option(help="Tokens in milliseconds, with commas.")] = DEFAULT_VALUES,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="How many times each is measured.")] = 20,
    scenarios: Annotated[
        str, typer.Option(help="Scenarios of the drill whose outage is measured, with commas.")
    ] = "freeze",
    pauses: Annotated[
        bool,
        typer.Option(
            "--pauses",
            help="Also stop a well node, or load it, and see whether it is lost.",
        ),
    ] = False,
    disturb: Annotated[
        str,
        typer.Option(help="With --pauses: pause, load, or both. Load disturbs the whole machine."),
    ] = ",".join(token_curve.DISTURBANCES),
    hz: Annotated[int, typer.Option(min=5, max=100, help="Requests a second.")] = 50,
    seed: Annotated[int, typer.Option(help="The seed; default: the seed of lab.yaml.")] = -1,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The results, one a line; only missing ones are measured.")
    ] = None,
    table_of: Annotated[
        list[Path] | None,
        typer.Option("--table", help="Measure nothing: compare the results of these files. Can be repeated."),
    ] = None,
) -> None:
    """Measure the outage after a freeze for each token, and with --pauses how often a node that is well is lost.

    The results are in docs/results/token.jsonl, with a plot beside it. lab.yaml's token is in effect afterwards.
    --table also takes the results of `./lab bench peers`, so that both ways to share an address are in one table.
    """
    if table_of:
        out.print(escape(comparison.table([row for path in table_of for row in read(path)])))
        return
    context, console = context_of(ctx), ConsoleProgress()
    tokens = number_list("--values", values, int, f"--values {DEFAULT_VALUES}")
    what = [word.strip() for word in scenarios.split(",") if word.strip()]
    for one in tokens:
        with_token(context.lab, one)
    for name in what:
        catalog.get(name)
    what += _disturbances(disturb) if pauses else []
    if not what:
        raise ConfigError("Nothing is to be measured.", hint="Name --scenarios, or give --pauses.")
    session = replace(
        context.session, lab=replace(context.lab, drill=replace(context.lab.drill, probe_hz=hz))
    )
    seed = context.lab.drill.seed if seed < 0 else seed
    path = output or context.root / "docs" / "results" / "token.jsonl"
    file = MeasurementsFile(path, token_curve.conditions(session.lab, session, seed))
    end = time.monotonic() + 60 * minutes
    with context.exclusive(), tempfile.TemporaryDirectory(prefix="ha-lab-bench-") as folder:
        no_exercise(context, console.say)
        curve = _curve(context, session, file, Path(folder), console.say)
        refused = [
            why
            for name in what
            if name in catalog.SCENARIOS
            if (why := unavailable(catalog.get(name), session))
        ]
        if refused:
            raise ConfigError(f"This lab cannot measure it: {refused[0]}.", hint="--scenarios names others.")
        with journal.exclusive(context.home), token_change(curve.change):
            curve.change.steady.heal_first(session)
            curve.change.steady.wait(session)
            whole = curve.run(tokens, what, repeat, lambda: time.monotonic() > end)
    found = figures(file.rows)
    files.write(path.with_suffix(".svg"), plot.svg(found))
    out.print(escape(table(found)))
    console.say(f"results: {path}; plot: {path.with_suffix('.svg')}")
    if not whole:
        console.say("Some measurements are missing: the same command makes them.")
    raise typer.Exit(0 if whole else 1)


def _curve(
    context: Context,
    session: LabSession,
    file: MeasurementsFile,
    folder: Path,
    say: Callable[[str], None],
) -> token_curve.TokenCurve:
    steady = Steady(context.fetch, say)

    def runner(of: LabSession) -> Runner:
        made = suite.runner(of, context.remote, folder, context.guard, say, fetch=context.fetch)
        made.outer = ENTRY
        made.path.unlink(missing_ok=True)  # a record is large; the results have all that is needed of it
        return made

    def host_pauses(of: LabSession) -> HostPauses:
        settings = replace(ProbeSettings.of(of.lab), keepalive_hz=0.0)
        return HostPauses(
            of, steady, lambda since, on_sample: Probe(settings, since, on_sample, context.guard)
        )

    def tell(row: Measurement) -> None:
        lost = {None: "", True: ", node lost", False: ", node not lost"}[row.lost]
        pause = f", stopped for {in_words(row.pause)}" if row.pause else ""
        doubt = f"; does not count: {row.doubt}" if row.doubt else ""
        say(f"{row.setting}, {row.what} {row.number + 1}: outage {in_words(row.outage)}{pause}{lost}{doubt}")

    return token_curve.TokenCurve(TokenChange(session, steady, say), file, runner, host_pauses, tell)


def _disturbances(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    if unknown := [word for word in found if word not in token_curve.DISTURBANCES]:
        known = " and ".join(token_curve.DISTURBANCES)
        raise ConfigError(
            f"--disturb {unknown[0]}: there is no such disturbance.", hint=f"There are {known}."
        )
    return list(dict.fromkeys(found))
