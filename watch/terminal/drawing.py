"""A view as text with colours for a terminal of any width. Pure.

The same letters as in the strips are shown, so that the view is legible without colours too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from drill.report.html.palette import colours
from inventory.printable import visible
from language.speech import show
from watch.model.clients import ClientView, fault_cells
from watch.model.strip import CELLS, UNKNOWN, is_failure, narrowed
from watch.model.times import time_of_day
from watch.model.view import NodeView, ResourceView, View

_CONSOLE = Console()
"""For the wrapping of lines; nothing is printed on it."""
LABEL = 16
"""The width of the labels before the strips (characters)."""
SHADES = 4
"""The number of colours of nodes in the palette."""
DASH, QUESTION = "-", "?"
FAILURE, NOTHING = "x", "·"
_DARK = colours("dark")
GOOD, BAD, DOUBT = f"bold {_DARK['pass']}", f"bold {_DARK['fail']}", f"bold {_DARK['unknown']}"
QUIET, FAULT = _DARK["quiet"], f"bold {_DARK['fault']}"


def shade(number: int) -> str:
    """The colour of a node by its number, from 1 on."""
    return _DARK[f"n{(number - 1) % SHADES}"]


def heading(seen: View) -> Text:
    """The first line: which lab, what the client asks, whether it is up, the time."""
    state = {None: (show("looking"), DOUBT), True: (show("live"), GOOD), False: (show("NOT UP"), BAD)}[
        seen.up
    ]
    return Text.assemble(
        (seen.title or show("lab"), "bold"), "  ", (seen.url, QUIET), "  ", state, "  ", time_of_day(seen.now)
    )


def summary(seen: View) -> Text:
    """Who answers, who holds the address, quorum and DC, in one line."""
    if seen.up is False:
        return Text(visible(show(f"not up: {seen.why}")), style=BAD)
    probe = seen.clients[0] if seen.clients else None
    return Text("   ").join(
        [
            Text.assemble(show("client gets"), " ", _answer(seen, probe)),
            Text.assemble(show("address on"), " ", _owners(seen)),
            Text.assemble(
                show("quorum"),
                " ",
                _yes(seen.quorum),
                *([(f" {show('PARTITIONS')}", BAD)] if seen.split else []),
            ),
            Text.assemble(show("DC"), " ", _name(seen, seen.dc) if seen.dc else (QUESTION, DOUBT)),
            _health(seen),
        ]
    )


def _answer(seen: View, client: ClientView | None) -> Text | tuple[str, str]:
    if client is None or client.good is None:
        return show("unknown"), DOUBT
    if not client.good:
        return show(f"NO ANSWER ({_word(client.outcome)})"), BAD
    return _name(seen, client.node) if client.node else (show("an answer"), GOOD)


def _owners(seen: View) -> Text:
    names = [_name(seen, one) for one in seen.owners]
    parts = [Text(f" {show('and')} ").join(names)] if names else []
    if len(names) > 1:
        parts.append(Text(show("TWO OWNERS"), style=BAD))
    if not names:
        unsure = bool(seen.unsure) or not seen.nodes
        parts.append(Text(show("unknown"), style=DOUBT) if unsure else Text(show("no node"), style=BAD))
    return Text(" ").join(parts)


def _health(seen: View) -> Text:
    if seen.health is None:
        return Text(show("health unknown"), style=DOUBT)
    return Text(show("NOT HEALTHY"), style=BAD) if seen.health else Text(show("healthy"), style=GOOD)


def _name(seen: View, name: str) -> Text:
    node = next((one for one in seen.nodes if one.name == name), None)
    return Text(node.alias, style=f"bold {shade(node.number)}") if node else Text(visible(name), style="bold")


def _yes(value: bool | None) -> tuple[str, str]:
    return {True: (show("yes"), GOOD), False: (show("NO"), BAD), None: (QUESTION, DOUBT)}[value]


def _word(name: str) -> str:
    """A word of a record, such as wrong_body, for people."""
    found = show(name)
    return name.replace("_", " ") if found == name else found


def nodes(seen: View) -> Table:
    """One row for each node; all cells of a node that is not seen are question marks."""
    made = Table(box=None, pad_edge=False, header_style=QUIET, expand=False)
    for column in (
        show("node"),
        show("state"),
        show("address"),
        show("web"),
        show("quorum"),
        show("members"),
        show("DC"),
    ):
        made.add_column(column, no_wrap=True)
    for one in seen.nodes:
        made.add_row(Text(f"{one.number} {one.alias}", style=f"bold {shade(one.number)}"), *_cells(seen, one))
    return made


def _cells(seen: View, one: NodeView) -> Iterator[Text]:
    if one.seen != "seen":
        silent = one.seen == "silent"
        yield Text(show("no answer"), style=BAD) if silent else Text(show("unknown"), style=DOUBT)
        yield from (Text(QUESTION, style=DOUBT) for _ in range(5))
        return
    yield Text(show("answered"), style=GOOD)
    yield Text(show("HOLDS IT") if one.holds else DASH, style=GOOD if one.holds else QUIET)
    yield Text(_word(one.web), style={"running": GOOD, "hung": BAD}.get(one.web, QUIET))
    yield Text(show("no cluster"), style=BAD) if one.quorum is None else Text(*_yes(one.quorum))
    yield Text(" ".join(_name(seen, member).plain for member in one.members) or DASH)
    yield _name(seen, one.dc) if one.dc else Text(DASH, style=QUIET)


def resources(seen: View) -> Table:
    """One row for each resource: where it runs, and its score on each node."""
    made = Table(box=None, pad_edge=False, header_style=QUIET, expand=False)
    made.add_column(show("resource"), no_wrap=True)
    made.add_column(show("runs on"), no_wrap=True)
    for node in seen.nodes:
        made.add_column(show(f"score {node.alias}"), no_wrap=True, justify="right")
    for one in seen.resources:
        scores = (
            Text(one.scores.get(node.name, QUESTION), style="" if one.scores else DOUBT)
            for node in seen.nodes
        )
        made.add_row(Text(visible(one.id)), _places(seen, one), *scores)
    return made


def _places(seen: View, one: ResourceView) -> Text:
    if not one.places:
        return Text(show("unknown"), style=DOUBT)
    if len(one.places) == 1:
        [only] = one.places
        return _name(seen, only.node) if only.node else Text(show("nowhere"), style=BAD)
    parts = []
    for place in one.places:
        says = ", ".join(_name(seen, who).plain for who in place.says)
        where = _name(seen, place.node) if place.node else Text(show("nowhere"))
        parts.append(Text.assemble(where, (f" {show(f'(says {says})')}", QUIET)))
    return Text("; ").join(parts)


def strips(seen: View, width: int) -> Group:
    """The last two minutes of each client, and the faults, over one time axis."""
    room = max(20, width - LABEL - 1)
    lines = [Text.assemble(_label(one.title), _cells_of(one.cells, room)) for one in seen.clients]
    size = len(narrowed(UNKNOWN * CELLS, room))
    spans = tuple((one.at, one.until) for one in seen.faults)
    lines.append(
        Text.assemble(_label(show("faults")), (fault_cells(spans, seen.now, size), f"{FAULT} reverse"))
    )
    before, now = show("2 minutes ago"), show("now")
    axis = set_cell_size(before, size - cell_len(now)) + now if size > 20 else ""
    return Group(*lines, Text(" " * LABEL + axis, style=QUIET), legend(seen))


def _label(text: str) -> tuple[str, str]:
    return set_cell_size(set_cell_size(text, LABEL - 1), LABEL), QUIET


def _cells_of(cells: str, room: int) -> Text:
    found = Text()
    for letter in narrowed(cells or UNKNOWN * CELLS, room):
        if is_failure(letter):
            found.append(FAILURE, style=f"bold white on {_DARK['fail-soft']}")
        elif letter == UNKNOWN:
            found.append(NOTHING, style=QUIET)
        else:
            found.append(
                letter, style=f"black on {shade(int(letter)) if letter.isdigit() else _DARK['pass']}"
            )
    return found


def legend(seen: View) -> Text:
    """What the letters of the strips mean."""
    parts = [(f"{one.number} {one.alias}", shade(one.number)) for one in seen.nodes]
    parts += [
        (f"{FAILURE} {show('failed')}", BAD),
        (f"{NOTHING} {show('unknown')}", QUIET),
        (f"F {show('fault')}", FAULT),
    ]
    return Text(" " * LABEL).append_text(Text("  ").join(Text(text, style=style) for text, style in parts))


def state(seen: View, width: int) -> RenderableType:
    """Everything above the lines that are told."""
    return Group(summary(seen), nodes(seen), resources(seen), strips(seen, width), *_notices(seen))


def _notices(seen: View) -> Iterator[Text]:
    if seen.drill:
        yield Text(seen.drill, style=FAULT)
    if seen.left:
        yield Text(visible(show(f"an interrupted drill left: {', '.join(seen.left)}: ./lab heal")), style=BAD)
    if seen.control:
        yield Text(visible(seen.control), style="bold")
    if seen.health:
        yield Text(visible(seen.health[0]), style=BAD)


COLOURS = {
    "client": _DARK["n0"],
    "drill": _DARK["fault"],
    "health": _DARK["unknown"],
    "lab": _DARK["unknown"],
}


def told(seen: View, width: int, height: int) -> Text:
    """The last lines that were told, as many as have room; the newest is the last. Long lines are wrapped."""
    lines: list[Text] = []
    for one in reversed(seen.told):
        line = Text.assemble(
            (f"{time_of_day(one.at)} ", QUIET), (visible(one.text), COLOURS.get(one.kind, ""))
        )
        height -= len(line.wrap(_CONSOLE, max(10, width)))
        if height < 0 and lines:
            break
        lines.insert(0, line)
    return Text("\n").join(lines)
