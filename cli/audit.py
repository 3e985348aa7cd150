"""`./lab audit`: the cluster's configuration beside what SUSE, Red Hat, Azure, AWS and Google publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from classroom import audit as auditing
from classroom.audit import Finding, Published
from cli.classroom import COLOURS
from cli.console import Json, Output, print_json, table
from cli.context import context_of
from cli.progress import ConsoleProgress
from cluster.audited import Evidence
from cluster.corosync_conf import PATH
from drill.checks.verdict import FAIL
from inventory.errors import ConfigError, LabError

MOST_BYTES = 8 * 2**20
"""The largest file that is read."""
out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(audit)


def audit(
    ctx: typer.Context,
    corosync: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A corosync.conf; then no lab is asked.")
    ] = None,
    cib: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CIB (cibadmin -Q); then no lab is asked.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="PUBLISHER", help="Only what this publisher gives; may be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the configuration with what publishers give for two nodes: value, recommendation, source, and why.

    Changes nothing. Without files the running cluster is read. Exit 1 when a value differs from all recommendations.
    """
    chosen = [_publisher(name) for name in against or ()]
    if corosync or cib:
        evidence = _of_files(corosync, cib)
    else:
        context = context_of(ctx)
        context.use_built(ConsoleProgress().say)
        evidence = auditing.live(context.session)
    found = auditing.audit(evidence, chosen)
    if as_json:
        print_json([_data(one) for one in found])
    else:
        _show(found)
    raise typer.Exit(1 if any(one.status == FAIL for one in found) else 0)


def _publisher(name: str) -> str:
    for one in auditing.publishers():
        if one.lower() == name.lower():
            return one
    raise ConfigError(
        f"--against: there is no publisher {name!r}.", hint=f"One of: {', '.join(auditing.publishers())}"
    )


def _of_files(corosync: Path | None, cib: Path | None) -> Evidence:
    conf, xml = (None if one is None else _read(one) for one in (corosync, cib))
    try:
        auditing.evidence(conf, None)
    except LabError as error:
        raise ConfigError(
            f"--corosync {corosync}: {error.message.removeprefix(f'{PATH} ')}", hint=error.hint
        ) from error
    try:
        return auditing.evidence(conf, xml)
    except LabError as error:
        raise ConfigError(
            f"--cib {cib}: this is not a CIB: {error.message.removeprefix('cibadmin printed ')}",
            hint="On a node: cibadmin -Q > cib.xml",
        ) from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ConfigError(
                f"{path}: larger than {MOST_BYTES // 2**20} MiB.", hint="Is this the right file?"
            )
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", hint="UTF-8 text is needed.") from error


def _show(found: tuple[Finding, ...]) -> None:
    known = auditing.sources(found)
    number = {one.id: at for at, one in enumerate(known, 1)}

    def rows(some: tuple[Published, ...]) -> str:
        by_gives: dict[str, list[str]] = {}
        for one in some:
            by_gives.setdefault(one.gives, []).append(f"{one.source.publisher} [{number[one.source.id]}]")
        return "; ".join(f"{gives}: {', '.join(who)}" for gives, who in by_gives.items())

    listed = table("", "setting", "value", "recommended")
    for one in found:
        agrees = f"agrees with {rows(one.agrees)}" if one.agrees else ""
        differs = (
            f"{'differs from ' if one.status != 'UNKNOWN' else ''}{rows(one.differs)}" if one.differs else ""
        )
        said = ". ".join(filter(None, [agrees, differs]))
        listed.add_row(
            Text(one.status, style=COLOURS[one.status]), one.setting.name, Text(one.value), Text(said)
        )
    out.print(listed)
    for one in found:
        if one.status == FAIL:
            out.print(Text(f"{one.setting.name}: {one.setting.why}"))
    for one_source in known:
        out.print(
            Text(
                f"[{number[one_source.id]}] {one_source.publisher}: {one_source.title}\n    {one_source.url}"
            )
        )
    counts = {status: sum(one.status == status for one in found) for status in COLOURS}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count))


def _data(one: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "setting": one.setting.name,
        "status": one.status,
        "value": one.value,
        "why": one.setting.why,
        "recommended": [
            {
                "publisher": row.source.publisher,
                "title": row.source.title,
                "url": row.source.url,
                "section": row.section,
                "gives": row.gives,
                "agrees": None if one.status == "UNKNOWN" else row in one.agrees,
            }
            for row in (*one.agrees, *one.differs)
        ],
    }
