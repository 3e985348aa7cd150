"""What the CLI prints: makes rich renderables from plain values. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from cli.console import table
from cli.overview import Overview, WitnessRow
from cluster.scores import text as score_text
from inventory.host.finding import Finding
from inventory.printable import one_line
from provision.plan import Plan

COLOURS = {"ok": "green", "warn": "yellow", "bad": "red"}


def overview(seen: Overview) -> RenderableType:
    """`./lab status` for people."""
    nodes = table("node", "address", "machine", "cluster", "VIP", "memory")
    for one in seen.nodes:
        role = f"{one.cluster}, DC" if one.name == seen.dc else one.cluster
        memory = f"{one.memory_mb} MB" if one.memory_mb is not None else "?"
        nodes.add_row(one.name, one.address, one.machine, role, "holds it" if one.holds_vip else "", memory)
    resources = table("resource", "runs on")
    for id_, on in seen.resources.items():
        resources.add_row(id_, ", ".join(on) or "no node")
    quorum = "partition with quorum" if seen.quorate else "partition WITHOUT quorum"
    lines: list[RenderableType] = [
        Text(f"{seen.provider}, {seen.platform}; {quorum}; DC {seen.dc or 'none'}"),
        nodes,
        *(_witness(seen.witness) if seen.witness else ()),
        resources,
    ]
    if seen.scores:
        scores = table("score of", *[one.name for one in seen.nodes])
        for id_ in dict.fromkeys(score.resource for score in seen.scores):
            by = {score.node: score_text(score.score) for score in seen.scores if score.resource == id_}
            scores.add_row(id_, *[by.get(one.name, "") for one in seen.nodes])
        lines.append(scores)
    elif any(seen.resources.values()):
        lines.append(Text("no scores: crm_simulate -sL printed none that can be read", style="yellow"))
    lines.append(Text(f"{seen.url}  {one_line(seen.page) or 'does not answer'}", style="bold"))
    lines += [Text(f"trouble: {one_line(trouble)}", style="red") for trouble in seen.troubles]
    return Group(*lines)


def _witness(one: WitnessRow) -> Iterator[Text]:
    works = one.trouble or f"gives votes ({one.algorithm})"
    yield Text(f"witness {one.name}  {one.address}  {one.machine}: {works}")
    yield from (Text(f"  {name} {summary}") for name, summary in one.votes.items())


def plan(found: Plan) -> RenderableType:
    """`./lab plan` for people: the steps that are not done, with their commands."""
    if found.empty:
        return Text("Nothing to do: the nodes are as lab.yaml says.")
    lines: list[RenderableType] = []
    for part in found.steps:
        lines.append(Text(f"{part.step.number} {part.step.id}", style="bold"))
        for command in part.commands:
            first, *more = command.line.splitlines()
            lines.append(
                Text(f"  {command.node.split('.')[0]}: {command.why}\n      $ {first}{' …' if more else ''}")
            )
        lines += [Text(f"  not yet: {problem}") for problem in part.problems]
    return Group(*lines)


def plan_data(found: Plan) -> dict[str, Any]:
    """`./lab plan --json`."""
    return {
        "empty": found.empty,
        "steps": [
            {
                "number": part.step.number,
                "id": part.step.id,
                "commands": [{"node": c.node, "why": c.why, "command": c.line} for c in part.commands],
                "problems": list(part.problems),
            }
            for part in found.steps
        ],
    }


def findings(found: Sequence[Finding]) -> RenderableType:
    """`./lab doctor` for people: the findings, and the remedies to paste."""
    lines: list[RenderableType] = []
    for one in found:
        lines.append(
            Text.from_markup(
                f"[{COLOURS[one.level]}]{one.level:>4}[/] {escape(one.name)}: {escape(one.found)}"
            )
        )
        if one.remedy and one.level != "ok":
            lines.append(Text(f"       {one.remedy}"))
    return Group(*lines)
